#include "app/score_folder.h"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "formats/timestamp.h"
#include "vedette/hash.h"

namespace vedette {
namespace {

namespace files = std::filesystem;

constexpr std::string_view kHeader = "time,value,expected,low,high,score,onset,incident\n";
constexpr std::size_t kLongestName = 180;
constexpr std::size_t kMostOfOne = 64U << 10U;  ///< Bytes that wait for one file.
constexpr int kHashDigits = 16;
/// Digits that a sum of samples is sure of, and those of a float.
constexpr int kValueDigits = 12, kModelDigits = 7;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._-+=,@").find(c) != std::string_view::npos;
}

void append_plain(std::string& name, std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '}') continue;
    const char next = c == '{' ? ',' : is_plain(c) ? c : '_';
    if (next == '_' && c != '_' && name.ends_with('_')) continue;
    name.push_back(next);
  }
}

void append_part(std::string& name, std::string_view label, std::string_view value) {
  if (value.empty()) return;
  if (!name.empty()) name.push_back(',');
  name.append(label).push_back('=');
  append_plain(name, value);
}

void append_number(std::string& line, double number, int digits) {
  line.push_back(',');
  if (!std::isfinite(number)) return;
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::general, digits).ptr;
  line.append(text, end);
}

std::string line_of(Time time, const SeriesPoint& point) {
  std::string line = rfc3339(time);
  append_number(line, point.value, kValueDigits);
  for (const double number : {point.expected, point.low, point.high})
    append_number(line, number, kModelDigits);
  // What nothing was expected of cannot be odd either.
  const bool judged = !std::isnan(point.expected);
  for (const double number : {point.score, point.onset, point.incident})
    append_number(line, judged ? number : kUnknown, kModelDigits);
  line.push_back('\n');
  return line;
}

}  // namespace

std::string score_name(const Entity& entity, std::string_view series) {
  std::string name;
  append_plain(name, entity.series.empty() ? series : entity.series);
  for (const EntityPart& part : kEntityParts)
    if (part.text != &Entity::series) append_part(name, part.name, entity.*part.text);
  // No hidden file, and no option of a command.
  if (name.empty() || name.front() == '.' || name.front() == '-') name.insert(0, 1, '_');
  return name;
}

class ScoreFolder::Tap final : public SeriesTap {
 public:
  Tap(ScoreFolder& folder, std::string detector) : folder_(folder), detector_(std::move(detector)) {}
  void point(const Entity& entity, std::string_view series, Time pane_start,
             const SeriesPoint& point) override {
    if (pane_start > folder_.end_ || !folder_.status_.ok()) return;
    const std::string id = detector_ + '\n' + std::string(series) + '\n' + to_key(entity);
    folder_.write(id, score_name(entity, series), line_of(pane_start, point));
  }

 private:
  ScoreFolder& folder_;
  std::string detector_;
};

ScoreFolder::ScoreFolder(std::size_t most_waiting) : most_waiting_(most_waiting) {}
ScoreFolder::~ScoreFolder() = default;

Status ScoreFolder::open(const std::string& path) {
  std::error_code error;
  files::create_directories(path, error);
  if (error || !files::is_directory(path, error)) return Status::stop(path + ": cannot be made a folder");
  const bool empty = files::is_empty(path, error);
  if (error) return Status::stop(path + ": cannot be read");
  if (!empty) return Status::stop(path + ": is not empty; scores need a folder of their own");
  path_ = path;
  return {};
}

SeriesTap* ScoreFolder::tap(const std::string& detector) {
  taps_.push_back(std::make_unique<Tap>(*this, detector));
  return taps_.back().get();
}

ScoreFolder::File* ScoreFolder::file(const std::string& id, const std::string& name) {
  const auto found = files_.find(id);
  if (found != files_.end()) return &found->second;
  if (files_.size() >= kMostSeries) return nullptr;
  std::string own = name.substr(0, kLongestName);
  if (own != name || names_.contains(own)) own += '-' + sha256_hex(id, kHashDigits);
  while (!names_.insert(own).second) own.push_back('_');
  File& file = files_[id];
  file.name = std::move(own);
  file.waiting = kHeader;
  waiting_ += kHeader.size();
  return &file;
}

void ScoreFolder::write(const std::string& id, const std::string& name, std::string_view line) {
  File* file = this->file(id, name);
  if (file == nullptr) {
    ++left_out_;
    return;
  }
  file->waiting += line;
  waiting_ += line.size();
  if (file->waiting.size() >= kMostOfOne) flush(*file);
  if (waiting_ >= most_waiting_) flush_all();
}

void ScoreFolder::flush(File& file) {
  if (file.waiting.empty() || !status_.ok()) return;
  const std::string path = path_ + '/' + file.name + ".csv";
  std::ofstream out(path, std::ios::binary | std::ios::app);
  if (!out.write(file.waiting.data(), static_cast<std::streamsize>(file.waiting.size())).flush())
    status_ = Status::stop(path + ": cannot be written");
  waiting_ -= file.waiting.size();
  file.waiting = {};
}

void ScoreFolder::flush_all() {
  for (auto& [id, file] : files_) flush(file);
}

Status ScoreFolder::close() {
  flush_all();
  return status_;
}

}  // namespace vedette
