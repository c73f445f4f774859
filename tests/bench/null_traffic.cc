#include "null_traffic.h"

#include <cmath>
#include <numbers>

#include "vedette/hash.h"

namespace vedette::bench {
namespace {

bool is_week_end(Time time) {
  // The epoch was a Thursday.
  const std::int64_t day = to_ms(time) / kDay.count();
  return (day + 3) % 7 >= 5;
}

double angle_of_day(Time time) {
  return 2 * std::numbers::pi * static_cast<double>(to_ms(time) % kDay.count()) /
         static_cast<double>(kDay.count());
}

std::unique_ptr<NullRows> rows_of(const NullStream& stream, std::size_t features, std::size_t clients,
                                  std::uint64_t seed) {
  if (stream.table != nullptr) return shuffled_rows(*stream.table, seed);
  return make_rows(
      {.features = features, .clients = clients, .drift = stream.drift, .awkward = stream.awkward}, seed);
}

}  // namespace

std::vector<NullStream> null_streams(const std::vector<RealTable>& tables) {
  std::vector<NullStream> streams = {
      {.name = "iid"},
      {.name = "daily rhythm", .rhythm = .5},
      {.name = "weekly rhythm", .rhythm = .3, .week = .5},
      {.name = "AR(1) client mix", .wander = .4},
      {.name = "AR(1) means", .drift = .15},
      {.name = "bursting client", .bursts = 3},
      {.name = "heavy tails, ties", .awkward = true},
      {.name = "all of it", .rhythm = .5, .week = .3, .wander = .4, .bursts = 1, .awkward = true},
  };
  for (const RealTable& table : tables)
    streams.push_back({.name = table.name + ", shuffled", .table = &table});
  return streams;
}

NullTraffic::NullTraffic(const NullStream& stream, double events, std::size_t features, std::uint64_t seed)
    : stream_(stream),
      events_(events),
      random_(seed),
      rows_(rows_of(stream, features, kClients, mix64(seed))),
      share_(kClients),
      state_(kClients) {
  for (double& share : share_) share = std::exp(normal_(random_));
  for (const std::string& name : rows_->names()) fields_.push_back(names_.field(Section::feature, name));
  fields_.push_back(names_.field(Section::output, "label"));
  fields_.push_back(names_.field(Section::output, "score"));
  fields_.push_back(names_.field(Section::probability, "no"));
  fields_.push_back(names_.field(Section::probability, "yes"));
  fields_.push_back(names_.field(Section::segment, "region"));
  fields_.push_back(names_.field(Section::segment, "group"));
  shape_ = names_.shape(fields_);
  model_ = names_.symbol("m");
  version_ = names_.symbol("1");
}

const Batch& NullTraffic::next(Time start) {
  batch_.clear();
  texts_.clear();
  rows_->step();
  const bool week_end = stream_.week > 0 && is_week_end(start);
  const double day = angle_of_day(start);
  const std::vector<double> weights = weights_of(week_end);
  std::discrete_distribution<std::size_t> who(weights.begin(), weights.end());
  const double rate =
      events_ * (1 + (stream_.rhythm > 0 ? .6 * std::sin(day) : 0)) * (week_end ? 1 - stream_.week : 1);
  // At week-ends another thing is asked at any hour.
  const NullRows::Shift shift =
      week_end ? NullRows::Shift{0, stream_.week} : NullRows::Shift{day, stream_.rhythm};
  const auto count = std::poisson_distribution<std::int64_t>(rate)(random_);
  for (std::int64_t i = 0; i < count; ++i) {
    const Time time = start + i * kStep / count;
    add_labels(time);
    add(time, who(random_), shift);
  }
  add_labels(start + kStep);
  return batch_;
}

/// At week-ends every second client is hardly there.
std::vector<double> NullTraffic::weights_of(bool week_end) {
  std::vector<double> weights(kClients);
  for (std::size_t c = 0; c < kClients; ++c) {
    state_[c] = kSlow * state_[c] + std::sqrt(1 - kSlow * kSlow) * stream_.wander * normal_(random_);
    weights[c] = share_[c] * std::exp(state_[c]) * (week_end && c % 2 == 0 ? .2 : 1);
  }
  burst(weights);
  return weights;
}

void NullTraffic::burst(std::vector<double>& weights) {
  const double per_step =
      stream_.bursts * static_cast<double>(kStep.count()) / static_cast<double>(kDay.count());
  if (left_ == 0 && uniform_(random_) < per_step) {
    left_ = 1 + static_cast<int>(random_() % 12);
    who_ = random_() % kClients;
    size_ = .2 + .4 * uniform_(random_);
  }
  if (left_ == 0) return;
  --left_;
  double total = 0;
  for (const double weight : weights) total += weight;
  weights[who_] += total * size_ / (1 - size_);
}

/// Two thirds of a client's events are of all groups alike, the others of one.
std::string NullTraffic::group_of(std::size_t client) {
  constexpr double kUpTo[] = {.42, .72, .9, 1};
  const double own = std::fmod(static_cast<double>(client) * .618, 1);
  const double at = uniform_(random_) < 2. / 3 ? uniform_(random_) : own;
  std::size_t group = 0;
  while (kUpTo[group] <= at) ++group;
  return "group-" + std::to_string(group);
}

void NullTraffic::add(Time time, std::size_t client, const NullRows::Shift& shift) {
  Event event;
  event.time = event.watermark = time;
  event.identity = random_();
  event.model = model_;
  event.version = version_;
  event.principal = mix64(client + 1);
  event.shape = shape_;
  event.first = static_cast<std::uint32_t>(batch_.values.size());
  event.count = static_cast<std::uint32_t>(fields_.size());
  event.id = texts_.text("id-" + std::to_string(event.identity));
  event.model_digest = texts_.text("sha256:1");
  const NullRow row = rows_->next(client, shift, texts_);
  const double yes = std::round(1e4 * row.yes) / 1e4;
  batch_.values.insert(batch_.values.end(), row.features.begin(), row.features.end());
  batch_.values.push_back(texts_.word(yes > .5 ? "yes" : "no"));
  batch_.values.insert(batch_.values.end(), {Value(yes), Value(1 - yes), Value(yes)});
  batch_.values.push_back(texts_.word("region-" + std::to_string(client % kRegions)));
  batch_.values.push_back(texts_.word(group_of(client)));
  batch_.keys.insert(batch_.keys.end(), fields_.begin(), fields_.end());
  batch_.events.push_back(event);
  label_later(time, event.identity, row.truth);
}

void NullTraffic::label_later(Time time, std::uint64_t id, bool truth) {
  if (uniform_(random_) >= kLabelled) return;
  const double wait =
      std::exponential_distribution<double>(1.0 / static_cast<double>(kLabelAfter.count()))(random_);
  labels_.push({time + Duration{1 + static_cast<std::int64_t>(wait)}, id, truth});
}

void NullTraffic::add_labels(Time before) {
  for (; !labels_.empty() && labels_.top().time < before; labels_.pop()) {
    const Label& label = labels_.top();
    Event event;
    event.kind = EventKind::label;
    event.time = event.watermark = label.time;
    event.identity = mix64(label.id);
    event.model = model_;
    event.inference_id = texts_.text("id-" + std::to_string(label.id));
    event.value = texts_.word(label.truth ? "yes" : "no");
    batch_.events.push_back(event);
  }
}

}  // namespace vedette::bench
