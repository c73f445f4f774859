#include "scenario/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <sstream>

#include "core/json_text.h"
#include "core/setting_text.h"

namespace vedette {
namespace {

using Kind = ValueSpec::Kind;

struct KindRow {
  const char* name;
  Kind kind;
  std::size_t least;  ///< Numbers it needs.
  std::size_t most;
  const char* usage;
};
constexpr std::array kKinds{
    KindRow{"null", Kind::null, 0, 0, "null"},
    KindRow{"like", Kind::like, 3, 3, "like NAME CORRELATION MEAN DEVIATION"},
    KindRow{"vector", Kind::vector, 2, 2, "vector LENGTH MEAN"},
    KindRow{"sure", Kind::sure, 2, 2, "sure MEAN DEVIATION"},
    KindRow{"normal", Kind::normal, 2, 2, "normal MEAN DEVIATION"},
    KindRow{"lognormal", Kind::lognormal, 2, 2, "lognormal MEAN DEVIATION"},
    KindRow{"counter", Kind::counter, 0, 1, "counter GROWTH"},
    KindRow{"number", Kind::number, 0, 0, "number VALUE[*WEIGHT] ..."},
    KindRow{"pick", Kind::pick, 0, 0, "pick TEXT[*WEIGHT] ..."},
};
/// A longer vector, or a heavier choice, is a slip of the pen.
constexpr double kMostNumbers = 10000;

bool read_number(const std::string& word, double& number) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc{} && end == word.data() + word.size() && std::isfinite(number);
}

/// `200*49`: 49 times 200.
Status add_choice(const std::string& word, ValueSpec& spec) {
  const std::size_t star = word.find('*');
  const std::string text = word.substr(0, star);
  double times = 1;
  double number = 0;
  if (star != std::string::npos && !read_number(word.substr(star + 1), times)) times = 0;
  if (times < 1 || times > kMostNumbers || times != std::floor(times))
    return Status::reject("'" + word + "': a weight is a whole number from 1 to 10000");
  if (spec.kind == Kind::number && !read_number(text, number))
    return Status::reject("'" + text + "' is not a number");
  const std::string json = spec.kind == Kind::number ? text : JsonText::text(text).print();
  spec.choices.insert(spec.choices.end(), static_cast<std::size_t>(times), json);
  return {};
}

Status check(const ValueSpec& spec, const KindRow& row) {
  const bool picks = spec.kind == Kind::pick || spec.kind == Kind::number;
  if (picks ? spec.choices.empty() : spec.numbers.size() < row.least || spec.numbers.size() > row.most)
    return Status::reject(std::string("is written '") + row.usage + "'");
  if (spec.kind == Kind::vector && (spec.numbers[0] < 1 || spec.numbers[0] > kMostNumbers))
    return Status::reject("a vector has 1 to 10000 numbers");
  if (spec.kind == Kind::like && std::abs(spec.numbers[0]) > 1)
    return Status::reject("a correlation lies between -1 and 1");
  const bool deviates = spec.kind == Kind::like || spec.kind == Kind::sure || spec.kind == Kind::normal ||
                        spec.kind == Kind::lognormal;
  if (deviates && spec.numbers.back() < 0) return Status::reject("a deviation is not negative");
  return {};
}

}  // namespace

Result<ValueSpec> parse_value(const std::string& text) {
  std::istringstream in(text);
  std::string word;
  in >> word;
  const auto* row =
      std::find_if(kKinds.begin(), kKinds.end(), [&word](const KindRow& r) { return word == r.name; });
  if (row == kKinds.end()) {
    std::vector<std::string> names;
    for (const KindRow& known : kKinds) names.emplace_back(known.name);
    return Status::reject("unknown kind of value '" + word.substr(0, 80) + "'" +
                          did_you_mean(nearest_of(word, names)));
  }
  ValueSpec spec;
  spec.kind = row->kind;
  if (spec.kind == Kind::like) in >> spec.other;
  while (in >> word) {
    if (spec.kind == Kind::pick || spec.kind == Kind::number) {
      const Status added = add_choice(word, spec);
      if (!added.ok()) return added;
    } else if (!read_number(word, spec.numbers.emplace_back())) {
      return Status::reject("'" + word.substr(0, 80) + "' is not a number: '" + row->usage + "'");
    }
  }
  const Status good = check(spec, *row);
  if (!good.ok()) return good;
  return spec;
}

/// Numbers of deviation 1, the first half of them around the mean.
std::string ValueDraw::vector(const ValueSpec& spec) {
  const int length = static_cast<int>(spec.numbers[0]);
  std::string text;
  for (int i = 0; i < length; ++i)
    text += (i > 0 ? "," : "") + std::to_string(normal(2 * i < length ? spec.numbers[1] : 0, 1));
  return '[' + text + ']';
}

/// Probabilities of two classes: how sure an answer is of one of them.
std::string ValueDraw::sure(const ValueSpec& spec) {
  const double p = std::clamp(normal(spec.numbers[0], spec.numbers[1]), 0.5, 0.999);
  const bool yes = uniform() < 0.5;
  said_ = yes ? "\"yes\"" : "\"no\"";
  return (yes ? "{\"yes\":" : "{\"no\":") + std::to_string(p) + (yes ? ",\"no\":" : ",\"yes\":") +
         std::to_string(1 - p) + "}";
}

std::string ValueDraw::draw(const ValueSpec& spec, const std::string& name, std::int64_t count) {
  switch (spec.kind) {
    case Kind::null:
      return "null";
    case Kind::like: {
      const double r = spec.numbers[0];
      const double noise = normal(0, 1);
      return std::to_string(spec.numbers[1] +
                            spec.numbers[2] * (r * deviates_[spec.other] + std::sqrt(1 - r * r) * noise));
    }
    case Kind::vector:
      return vector(spec);
    case Kind::sure:
      return sure(spec);
    case Kind::normal:
    case Kind::lognormal: {
      const double number = normal(spec.numbers[0], spec.numbers[1]);
      deviates_[name] = spec.numbers[1] > 0 ? (number - spec.numbers[0]) / spec.numbers[1] : 0;
      return std::to_string(spec.kind == Kind::normal ? number : std::exp(number));
    }
    case Kind::counter:
      return std::to_string((spec.numbers.empty() ? 1 : spec.numbers[0]) * static_cast<double>(count));
    case Kind::number:
    case Kind::pick:
      break;
  }
  return spec.choices[static_cast<std::size_t>(uniform() * static_cast<double>(spec.choices.size()))];
}

}  // namespace vedette
