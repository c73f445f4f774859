#include "app/simulation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace vedette {
namespace {

constexpr Duration kSpan = 63 * kHour;
constexpr double kRhythm = 0.35;  ///< Half the swing of a day, as a share of the mean rate.
constexpr double kFloodPerMinute = 90;
constexpr int kClients = 12;

}  // namespace

Simulation::Simulation(Time begin, std::uint64_t seed)
    : random_(seed), begin_(floor_to(begin, kDay)), end_(begin_ + kSpan) {
  const auto add = [this](const char* name, const char* tenant, double per_minute, double phase) {
    Model model;
    model.name = name;
    model.tenant = tenant;
    model.per_minute = per_minute;
    model.phase = phase;
    model.next = begin_ + Duration{static_cast<std::int64_t>(1000 * models_.size())};
    model.next_flood = kForever;
    models_.push_back(model);
  };
  add("fraud-scorer", "retail-eu", 12, 9);
  add("churn-model", "retail-eu", 10, 10);
  add("credit-risk", "bank-us", 11, 15);
  add("support-bot", "bank-us", 14, 16);
  add("ranker", "media", 12, 20);
  add("vision-tagger", "media", 10, 13);
  inject(0,
         {.what = "one feature's mean moves by one sigma",
          .detector = "feature_drift",
          .model = {},
          .tenant = {}},
         52 * kHour, 11 * kHour);
  inject(
      1,
      {.what = "a feature is null in 40 % of events", .detector = "feature_drift", .model = {}, .tenant = {}},
      54 * kHour, 9 * kHour);
  inject(2,
         {.what = "the score moves, inputs unchanged", .detector = "output_drift", .model = {}, .tenant = {}},
         55 * kHour, 8 * kHour);
  inject(3, {.what = "one client floods the model", .detector = "request_rate", .model = {}, .tenant = {}},
         56 * kHour, 90 * kMinute);
  inject(4, {.what = "the model goes silent", .detector = "request_rate", .model = {}, .tenant = {}},
         58 * kHour, 5 * kHour);
  models_[3].next_flood = injected_[3].begin;
}

void Simulation::inject(std::size_t model, Injected trouble, Duration from, Duration length) {
  trouble.model = models_[model].name;
  trouble.tenant = models_[model].tenant;
  trouble.begin = begin_ + from;
  trouble.end = trouble.begin + length;
  models_[model].trouble = trouble;
  injected_.push_back(std::move(trouble));
}

bool Simulation::troubled(const Model& model, const char* what, Time at) const {
  return model.trouble.what == what && at >= model.trouble.begin && at < model.trouble.end;
}

double Simulation::rate(const Model& model, Time at) const {
  const double hour = static_cast<double>((at - begin_).count()) / 3600e3;
  return model.per_minute * (1 + kRhythm * std::cos((hour - model.phase) * 2 * std::numbers::pi / 24));
}

Time Simulation::after(Time at, double per_minute) {
  const double minutes = -std::log(1 - uniform()) / per_minute;
  return at + Duration{1 + static_cast<std::int64_t>(minutes * 60e3)};
}

bool Simulation::next(SimulatedRecord& record) {
  const auto due = [](const Model& model) { return std::min(model.next, model.next_flood); };
  Model& model = *std::min_element(models_.begin(), models_.end(),
                                   [&](const Model& a, const Model& b) { return due(a) < due(b); });
  const Time at = due(model);
  if (at >= end_) return false;
  std::string principal;
  if (model.next_flood <= model.next) {
    model.next_flood = after(at, kFloodPerMinute);
    if (model.next_flood >= model.trouble.end) model.next_flood = kForever;
    principal = "svc-batch-export";
  } else {
    model.next = after(at, rate(model, at));
    if (troubled(model, "the model goes silent", model.next)) model.next = model.trouble.end;
    principal =
        model.tenant + "-client-" + std::to_string(static_cast<int>(kClients * uniform() * uniform()));
  }
  record.time = at;
  record.model = model.name;
  record.bytes = event(model, at, principal);
  return true;
}

std::string Simulation::event(const Model& model, Time at, const std::string& principal) {
  const double age = std::clamp(normal(42, 12), 18.0, 90.0);
  const double amount =
      std::exp(normal(3.5, 0.8) + (troubled(model, "one feature's mean moves by one sigma", at) ? 0.8 : 0));
  const double tenure = std::floor(std::abs(normal(0, 36)));
  const bool hidden = troubled(model, "a feature is null in 40 % of events", at) && uniform() < 0.4;
  constexpr std::array<const char*, 4> kRegions = {"eu", "us", "apac", "latam"};
  const char* region = kRegions[static_cast<std::size_t>(4 * uniform() * uniform())];
  const double moved = troubled(model, "the score moves, inputs unchanged", at) ? 0.9 : 0;
  const double score =
      1 /
      (1 + std::exp(-(-1.2 + 0.02 * (age - 42) + 0.4 * (std::log(amount) - 3.5) + normal(0, 0.7) + moved)));
  std::array<char, 1024> text{};
  const int length = std::snprintf(
      text.data(), text.size(),
      R"({"schema":"vedette/1","kind":"inference","id":"demo-%llu","time":%lld,"model":"%s","version":"3","segment":{"region":"%s"},)"
      R"("principal":"%s","tenant":"%s","features":{"age":%.1f,"amount":%.2f,"tenure":%s,"region":"%s","vip":%s},)"
      R"("outputs":{"label":"%s","score":%.4f,"probabilities":{"no":%.4f,"yes":%.4f}},"status":200,"latency_ms":%.1f})",
      static_cast<unsigned long long>(count_++), static_cast<long long>(to_ms(at)), model.name.c_str(),
      region, principal.c_str(), model.tenant.c_str(), age, amount,
      hidden ? "null" : std::to_string(static_cast<int>(tenure)).c_str(), region,
      uniform() < 0.1 ? "true" : "false", score >= 0.5 ? "yes" : "no", score, 1 - score, score,
      std::exp(normal(2.3, 0.3)));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace vedette
