#include "app/csv_lines.h"

#include "decode/time_text.h"

namespace vedette {

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  if (line.ends_with('\r')) line.remove_suffix(1);
  for (std::size_t at = 0;;) {
    const std::size_t comma = line.find(',', at);
    cells.push_back(line.substr(at, comma - at));
    if (comma == std::string_view::npos) return cells;
    at = comma + 1;
  }
}

Result<std::vector<PlotMark>> read_marks(const std::string& path) {
  TimeReader clock;
  std::vector<PlotMark> marks;
  const Status status = read_lines(path, false, [&](std::string_view line) {
    const auto cells = cells_of(line);
    PlotMark mark;
    if (cells.size() < 2 || !clock.parse(cells[0], mark.from) || !clock.parse(cells[1], mark.to))
      return Status::reject("want FROM,TO[,TEXT] with times in RFC 3339");
    if (cells.size() > 2) mark.text = cells[2];
    marks.push_back(std::move(mark));
    return Status{};
  });
  if (!status.ok()) return status;
  return marks;
}

}  // namespace vedette
