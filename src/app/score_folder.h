#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "vedette/series.h"

namespace vedette {

/// The name of a series as a name of a file, without ending: `requests,model=scorer`.
/// Letters, digits and `._-+=,@` stay, quotes and closing braces go, an opening brace becomes
/// a comma, any other run of bytes one `_`; at most 180 bytes, beyond that cut.
std::string score_name(const Entity& entity, std::string_view series);

/// One CSV per watched series in a folder that was empty. Lines wait in memory, 16 MiB at
/// most, and no file stays open, so any number of series will do. Names that would be the
/// same, or were cut, end in the first 16 digits of the SHA-256 of the series. The first
/// failure is kept and said by `close`. Owned by one back-test; one thread.
class ScoreFolder {
 public:
  static constexpr std::size_t kMostWaiting = 16U << 20U;
  static constexpr std::size_t kMostSeries = 100'000;

  explicit ScoreFolder(std::size_t most_waiting = kMostWaiting);
  ~ScoreFolder();
  ScoreFolder(const ScoreFolder&) = delete;
  ScoreFolder& operator=(const ScoreFolder&) = delete;

  /// Makes the folder; one that holds anything is refused.
  Status open(const std::string& path);
  /// Where a detector's judge shows its panes; lives as long as the folder.
  SeriesTap* tap(const std::string& detector);
  /// Panes that start later are left out.
  void end_at(Time end) { end_ = end; }
  Status close();
  /// Lines of series beyond kMostSeries.
  std::size_t left_out() const { return left_out_; }

 private:
  class Tap;
  struct File {
    std::string name;
    std::string waiting;
  };

  void write(const std::string& id, const std::string& name, std::string_view line);
  /// Null beyond kMostSeries.
  File* file(const std::string& id, const std::string& name);
  void flush(File& file);
  void flush_all();

  std::size_t most_waiting_;
  std::size_t waiting_ = 0;
  std::size_t left_out_ = 0;
  std::string path_;
  Time end_ = kForever;
  Status status_;
  std::map<std::string, File> files_;  ///< By detector and series.
  std::set<std::string> names_;
  std::vector<std::unique_ptr<Tap>> taps_;
};

}  // namespace vedette
