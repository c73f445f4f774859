#include "core/quality_norm.h"

#include <algorithm>
#include <cmath>

#include "vedette/hash.h"

namespace vedette::quality {
namespace {

constexpr std::uint64_t kFadeAt = 1024;  ///< Blocks after which what was learned earlier weighs half.
constexpr std::uint64_t kFewestMoves = 6;
constexpr double kOneWay = 0.6;
constexpr int kLengthShift = 48;
constexpr std::uint64_t kMostCount = std::uint64_t{1} << 40;

/// Puts the middle one in its place.
double median_of(std::vector<double>& numbers) {
  if (numbers.empty()) return 0;
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
  std::nth_element(numbers.begin(), middle, numbers.end());
  return *middle;
}

void count_top(std::vector<Cell>& present, Facts& facts) {
  std::sort(present.begin(), present.end());
  for (std::size_t i = 0, run = 0; i < present.size(); ++i) {
    run = i > 0 && present[i] == present[i - 1] ? run + 1 : 1;
    if (run <= facts.top) continue;
    facts.top = static_cast<std::uint32_t>(run);
    facts.top_cell = present[i];
  }
}

void count_numbers(const std::vector<Cell>& present, Facts& facts) {
  std::vector<double> numbers;
  std::vector<double> logs;
  for (const Cell& cell : present) {
    if (cell.form != Form::number) continue;
    numbers.push_back(number_of(cell));
    if (numbers.back() != 0) logs.push_back(std::log10(std::abs(numbers.back())));
  }
  facts.median = median_of(numbers);
  // Where most are 0 the others say nothing about a unit.
  const bool enough = logs.size() >= Norm::kFewestNumbers && 2 * logs.size() > numbers.size();
  facts.log_median = enough ? median_of(logs) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Column column_of(const std::vector<const Row*>& rows, NameHash field) {
  Column column{rows, {}};
  column.cells.reserve(rows.size());
  for (const Row* row : rows) {
    const auto at = std::lower_bound(row->cells.begin(), row->cells.end(), field,
                                     [](const Cell& cell, NameHash hash) { return cell.field < hash; });
    column.cells.push_back(at != row->cells.end() && at->field == field ? &*at : nullptr);
  }
  return column;
}

void Known::learn(std::uint64_t hash) {
  const auto place = std::lower_bound(hashes_.begin(), hashes_.end(), hash);
  if (place != hashes_.end() && *place == hash) return;
  if (hashes_.size() < kMost) {
    hashes_.insert(place, hash);
    return;
  }
  capped_ = true;
  if (place == hashes_.end()) return;
  hashes_.insert(place, hash);
  hashes_.pop_back();
}

bool Known::knows(std::uint64_t hash) const {
  return std::binary_search(hashes_.begin(), hashes_.end(), hash);
}

void Known::encode(ByteWriter& out) const {
  out.flag(capped_);
  out.u64(hashes_.size());
  for (const std::uint64_t hash : hashes_) out.fixed64(hash);
}

bool Known::decode(ByteReader& in) {
  capped_ = in.flag();
  const std::size_t count = in.count(8);
  if (count > kMost || (capped_ && count < kMost)) return false;
  hashes_.resize(count);
  for (std::uint64_t& hash : hashes_) hash = in.fixed64();
  return in.ok() && std::is_sorted(hashes_.begin(), hashes_.end());
}

void Extent::widen(double value) {
  low = std::min(low, value);
  high = std::max(high, value);
}

double Extent::beyond(double value) const { return std::max({low - value, value - high, 0.0}); }

void Extent::encode(ByteWriter& out) const {
  out.f64(low);
  out.f64(high);
}

bool Extent::decode(ByteReader& in) {
  low = in.f64();
  high = in.f64();
  const bool sound = empty() || (std::isfinite(low) && std::isfinite(high));
  return in.ok() && sound && !std::isnan(low) && !std::isnan(high);
}

Form Norm::form_of(const Cell* cell) const {
  if (cell == nullptr) return Form::absent;
  if (cell->form != Form::vector || length == 0) return cell->form;
  return (cell->bits >> kLengthShift) + 1 == length ? Form::vector : Form::other_vector;
}

Form Norm::usual_form() const {
  Form usual = Form::number;
  for (const Form form : {Form::text, Form::boolean, Form::vector, Form::other_vector})
    if (share(form) > share(usual)) usual = form;
  return usual;
}

bool Norm::trends() const {
  const std::uint64_t moves = ups + downs;
  const std::uint64_t excess = ups > downs ? ups - downs : downs - ups;
  return moves >= kFewestMoves && static_cast<double>(excess) >= kOneWay * static_cast<double>(moves);
}

Extent Norm::limits() const {
  if (range.empty()) return range;
  // A field that never varied says nothing about how far it may go.
  const double far = range.width() > 0 ? range.width() : std::max(std::abs(range.high), 1.0);
  return {range.low - far, range.high + far};
}

Facts Norm::facts_of(const Column& column) const {
  Facts facts;
  facts.n = static_cast<std::uint32_t>(column.cells.size());
  std::vector<Cell> present;
  present.reserve(column.cells.size());
  for (const Cell* cell : column.cells) {
    const Form form = form_of(cell);
    ++facts.forms[static_cast<std::size_t>(form)];
    if (form == Form::absent || form == Form::null) continue;
    present.push_back(*cell);
    if (form != Form::text || !words.can_tell(cell->bits)) continue;
    ++facts.unseen_of;
    if (!words.knows(cell->bits)) ++facts.unseen;
  }
  count_top(present, facts);
  count_numbers(present, facts);
  return facts;
}

void Norm::learn_values(const Column& block) {
  for (const Cell* cell : block.cells) {
    if (cell == nullptr) continue;
    if (cell->form == Form::text) words.learn(cell->bits);
    if (cell->form == Form::vector && length == 0) length = (cell->bits >> kLengthShift) + 1;
    if (cell->form != Form::number) continue;
    const double number = number_of(*cell);
    range.widen(number);
    // Each number so far is kept with the same chance, that follows from their count alone.
    ++numbers;
    const std::uint64_t place = mix64(numbers) % numbers;
    if (values.size() < kMostValues)
      values.push_back(number);
    else if (place < kMostValues)
      values[place] = number;
  }
}

void Norm::learn_medians(const Facts& facts) {
  if (number_blocks > 0) {
    ups += facts.median > last_median ? 1 : 0;
    downs += facts.median < last_median ? 1 : 0;
  }
  ++number_blocks;
  last_median = facts.median;
  medians.widen(facts.median);
  if (!std::isnan(facts.log_median)) log_medians.widen(facts.log_median);
}

/// Where numbers run, those of a block are all high, or all low.
void Norm::learn_run(const Column& block) {
  std::vector<double> before = values;
  const double middle = median_of(before);
  std::uint32_t above = 0;
  std::uint32_t of = 0;
  for (const Cell* cell : block.cells) {
    if (cell == nullptr || cell->form != Form::number) continue;
    ++of;
    above += number_of(*cell) > middle ? 1 : 0;
  }
  high.add(above, of);
}

void Norm::learn(const Column& block) {
  const Facts facts = facts_of(block);
  for (std::size_t form = 0; form < kForms; ++form) forms[form].add(facts.forms[form], facts.n);
  if (facts.present() >= kFewestNumbers) top.add(facts.top, facts.present());
  if (ready() && facts.unseen_of >= kFewestNumbers) unseen.add(facts.unseen, facts.unseen_of);
  if (facts.count(Form::number) >= kFewestNumbers) learn_medians(facts);
  if (ready() && facts.count(Form::number) >= kFewestNumbers) learn_run(block);
  learn_values(block);
  if (++blocks % kFadeAt != 0) return;
  for (Share& share : forms) share.fade();
  top.fade();
  unseen.fade();
  high.fade();
  ups /= 2;
  downs /= 2;
}

void Norm::encode(ByteWriter& out) const {
  for (const Share& share : forms) share.encode(out);
  top.encode(out);
  unseen.encode(out);
  high.encode(out);
  for (const std::uint64_t count : {blocks, number_blocks, ups, downs, numbers, length}) out.u64(count);
  out.f64(last_median);
  range.encode(out);
  medians.encode(out);
  log_medians.encode(out);
  out.u64(values.size());
  for (const double value : values) out.f64(value);
  words.encode(out);
}

bool Norm::decode(ByteReader& in) {
  for (Share& share : forms)
    if (!share.decode(in)) return false;
  if (!top.decode(in) || !unseen.decode(in) || !high.decode(in)) return false;
  for (std::uint64_t* count : {&blocks, &number_blocks, &ups, &downs, &numbers, &length}) {
    *count = in.u64();
    if (*count > kMostCount) return false;
  }
  last_median = in.f64();
  if (!range.decode(in) || !medians.decode(in) || !log_medians.decode(in)) return false;
  const std::size_t count = in.count(8);
  if (count > kMostValues || count > numbers || !std::isfinite(last_median)) return false;
  values.resize(count);
  for (double& value : values) {
    value = in.f64();
    if (!std::isfinite(value)) return false;
  }
  return words.decode(in) && in.ok();
}

}  // namespace vedette::quality
