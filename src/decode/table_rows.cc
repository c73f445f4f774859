#include "decode/table_rows.h"

#include <csv.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "core/json_text.h"
#include "decode/time_text.h"
#include "vedette/hash.h"

namespace vedette {
namespace {

constexpr Duration kSpread = 23 * kHour;  ///< Less than the day that makes a baseline more than provisional.
constexpr std::size_t kMostColumns = 4096;

/// A value of CSV as JSON: numbers as they are read, except where a leading zero says that it is a name.
std::string json_of(std::string_view text) {
  if (text.empty()) return "null";
  if (text == "true" || text == "false") return std::string(text);
  const std::string_view digits = text.substr(text.front() == '-' ? 1 : 0);
  const bool named = digits.size() > 1 && digits[0] == '0' && digits[1] != '.' && digits[1] != 'e';
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool numeric = error == std::errc{} && end == text.data() + text.size() && std::isfinite(number);
  return numeric && !named ? JsonText::number(number).print() : JsonText::text(text).print();
}

}  // namespace

Status TableRows::Cells::add(std::string_view column, const std::string& json) {
  const TableNames& names = table_->names_;
  if (column == names.time) return table_->set_time(json, row_);
  const bool output = std::find(names.outputs.begin(), names.outputs.end(), column) != names.outputs.end();
  std::string& members = output ? row_.outputs : row_.features;
  if (!members.empty()) members += ',';
  members += JsonText::text(column).print() + ':' + json;
  return {};
}

/// The parser with the row at hand.
struct TableRows::Csv {
  explicit Csv(TableRows& table) : owner(table), cells(table) {}

  TableRows& owner;
  csv_parser parser{};
  std::vector<std::string> header;
  std::size_t column = 0;
  bool in_header = true;
  Cells cells;
  Status status;

  void field(std::string_view text) {
    if (!status.ok()) return;
    if (in_header) {
      if (header.size() < kMostColumns) header.emplace_back(text);
    } else if (column < header.size()) {
      status = cells.add(header[column], json_of(text));
    }
    ++column;
  }
  void end_row() {
    const std::size_t found = std::exchange(column, 0);
    if (!status.ok() || std::exchange(in_header, false)) return;
    if (found != header.size())
      status = Status::reject(std::to_string(found) + " values, but " + std::to_string(header.size()) +
                              " columns");
    if (status.ok()) status = owner.keep(cells.take());
  }
};

TableRows::TableRows(TableNames names) : names_(std::move(names)) {}

TableRows::~TableRows() {
  if (csv_) csv_free(&csv_->parser);
}

Status TableRows::set_time(std::string_view text, Row& row) const {
  TimeReader reader;
  double ms = 0;
  if (text.size() > 1 && text.front() == '"') text = text.substr(1, text.size() - 2);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
  const bool number = error == std::errc{} && end == text.data() + text.size();
  if (number ? time_from_number(ms, row.time) : reader.parse(text, row.time)) return {};
  return Status::reject("'" + names_.time + "' holds no time in RFC 3339 or epoch milliseconds");
}

Status TableRows::keep(Row row) {
  if (!names_.time.empty() && row.time == kDawn) return Status::reject("no column '" + names_.time + "'");
  row.number = rows_++;
  const std::uint64_t rank = mix64(row.number + 1);
  if (kept_.size() >= kMostRows && rank > kept_.rbegin()->first) return {};
  kept_.emplace(rank, std::move(row));
  if (kept_.size() > kMostRows) kept_.erase(std::prev(kept_.end()));
  return {};
}

Status TableRows::add_csv(std::string_view bytes) {
  if (!csv_) {
    csv_ = std::make_unique<Csv>(*this);
    if (csv_init(&csv_->parser, CSV_STRICT | CSV_STRICT_FINI) != 0) return Status::stop("no memory for CSV");
  }
  const auto field = [](void* text, std::size_t size, void* csv) {
    static_cast<Csv*>(csv)->field({static_cast<const char*>(text), size});
  };
  const auto end_row = [](int, void* csv) { static_cast<Csv*>(csv)->end_row(); };
  const std::size_t read = csv_parse(&csv_->parser, bytes.data(), bytes.size(), field, end_row, csv_.get());
  if (csv_->status.ok() && read != bytes.size())
    csv_->status = Status::reject(csv_strerror(csv_error(&csv_->parser)));
  return csv_->status.in("row " + std::to_string(rows_ + 2));
}

Status TableRows::end_csv() {
  if (!csv_) return Status::reject("an empty table");
  const auto field = [](void* text, std::size_t size, void* csv) {
    static_cast<Csv*>(csv)->field({static_cast<const char*>(text), size});
  };
  const auto end_row = [](int, void* csv) { static_cast<Csv*>(csv)->end_row(); };
  if (csv_fini(&csv_->parser, field, end_row, csv_.get()) != 0 && csv_->status.ok())
    csv_->status = Status::reject("a quoted value has no end");
  return csv_->status.in("row " + std::to_string(rows_ + 2));
}

Status TableRows::add_json(std::string_view line) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(line.data(), line.size()).get(object) != simdjson::SUCCESS)
    return Status::reject("row " + std::to_string(rows_ + 1) + ": no JSON object");
  Cells cells(*this);
  for (const auto& [name, value] : object) {
    Status status = value.is_object()
                        ? Status::reject("'" + std::string(name) + "' is an object; want plain values")
                        : cells.add(name, simdjson::minify(value));
    if (!status.ok()) return status.in("row " + std::to_string(rows_ + 1));
  }
  return keep(cells.take());
}

std::vector<std::string> TableRows::events(Time end) const {
  std::vector<const Row*> order;
  for (const auto& [rank, row] : kept_) order.push_back(&row);
  if (!names_.time.empty())
    std::stable_sort(order.begin(), order.end(),
                     [](const Row* a, const Row* b) { return a->time < b->time; });
  const auto count = static_cast<std::int64_t>(std::max<std::size_t>(order.size(), 1));
  std::string head = R"(,"model":)" + JsonText::text(names_.model).print();
  if (!names_.version.empty()) head += R"(,"version":)" + JsonText::text(names_.version).print();
  std::vector<std::string> events;
  for (const Row* row : order) {
    const auto place = static_cast<std::int64_t>(events.size());
    const Time time = names_.time.empty() ? end - kSpread + kSpread * place / count : row->time;
    std::string event = R"({"schema":"vedette/1","kind":"inference","id":"row-)" +
                        std::to_string(row->number) + R"(","time":)" + std::to_string(to_ms(time)) + head +
                        R"(,"features":{)" + row->features + '}';
    if (!row->outputs.empty()) event += R"(,"outputs":{)" + row->outputs + '}';
    events.push_back(event + '}');
  }
  return events;
}

}  // namespace vedette
