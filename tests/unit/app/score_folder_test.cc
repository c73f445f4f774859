#include "app/score_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "support/temp_folder.h"

namespace vedette {
namespace {

namespace files = std::filesystem;

constexpr Time kStart = from_ms(1772409600000);

Entity metric(const std::string& series) {
  Entity entity;
  entity.series = series;
  return entity;
}

Entity model(const std::string& name) {
  Entity entity;
  entity.model = name;
  return entity;
}

std::string read(const files::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::set<std::string> listed(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : files::recursive_directory_iterator(folder))
    names.insert(entry.path().filename().string());
  return names;
}

SeriesPoint judged(double value) {
  SeriesPoint point;
  point.value = value;
  point.expected = 2.5;
  point.low = 1;
  point.high = 4;
  point.score = .25;
  point.onset = 0;
  point.incident = .5;
  return point;
}

TEST(ScoreFolder, writes_a_line_per_pane_and_nothing_where_there_is_nothing_to_say) {
  const TempFolder place;
  ScoreFolder scores;
  ASSERT_TRUE(scores.open(place.file("new/deep")).ok());
  SeriesTap* tap = scores.tap("request_rate");
  tap->point(model("m"), "requests", kStart, {});
  SeriesPoint unjudged;
  unjudged.value = 7;
  tap->point(model("m"), "requests", kStart + kMinute, unjudged);
  tap->point(model("m"), "requests", kStart + 2 * kMinute, judged(0.234191068));
  ASSERT_TRUE(scores.close().ok());
  EXPECT_EQ(read(place.file("new/deep/requests,model=m.csv")),
            "time,value,expected,low,high,score,onset,incident\n"
            "2026-03-02T00:00:00.000Z,,,,,,,\n"
            "2026-03-02T00:01:00.000Z,7,,,,,,\n"
            "2026-03-02T00:02:00.000Z,0.234191068,2.5,1,4,0.25,0,0.5\n");
}

TEST(ScoreFolder, refuses_a_folder_that_holds_something) {
  const TempFolder place;
  std::ofstream(place.file("old.csv")) << "mine";
  ScoreFolder scores;
  const Status status = scores.open(place.path());
  EXPECT_EQ(status.message(), place.path() + ": is not empty; scores need a folder of their own");
  EXPECT_EQ(read(place.file("old.csv")), "mine");
}

TEST(ScoreFolder, refuses_what_is_no_folder) {
  const TempFolder place;
  std::ofstream(place.file("file")) << "mine";
  EXPECT_FALSE(ScoreFolder().open(place.file("file")).ok());
  EXPECT_FALSE(ScoreFolder().open(place.file("file/below")).ok());
}

TEST(ScoreFolder, names_say_the_labels) {
  EXPECT_EQ(score_name(metric(R"(gpu_utilisation{node="gpu-3",zone="a"})"), "value"),
            "gpu_utilisation,node=gpu-3,zone=a");
  Entity entity = model("fraud-scorer");
  entity.tenant = "retail eu";
  EXPECT_EQ(score_name(entity, "requests"), "requests,model=fraud-scorer,tenant=retail_eu");
}

TEST(ScoreFolder, no_label_leads_out_of_the_folder_or_into_another_file) {
  const TempFolder place;
  ScoreFolder scores;
  ASSERT_TRUE(scores.open(place.file("in")).ok());
  SeriesTap* tap = scores.tap("d");
  const std::string zero("a\0b", 3);
  std::vector<std::string> hostile = {"../../etc/passwd", "..",  "/", "a/b",     "a_b", "a\\b", "a\nb", zero,
                                      ".hidden",          "-rf", "",  "\xff\xfe"};
  for (const std::size_t size : {180, 100'000, 100'001}) hostile.emplace_back(size, 'x');
  for (const std::string& name : hostile) tap->point(metric(name), "value", kStart, judged(1));
  ASSERT_TRUE(scores.close().ok());
  const std::set<std::string> names = listed(place.path());
  EXPECT_EQ(names.size(), hostile.size() + 1) << "one file each, and the folder";
  for (const std::string& name : names) {
    EXPECT_LE(name.size(), 220u);
    EXPECT_EQ(name.find_first_of("/\\\n"), std::string::npos);
    EXPECT_NE(name.front(), '.');
    EXPECT_NE(name.front(), '-');
  }
}

TEST(ScoreFolder, the_same_series_of_two_detectors_is_two_files) {
  const TempFolder place;
  ScoreFolder scores;
  ASSERT_TRUE(scores.open(place.file("in")).ok());
  scores.tap("one")->point(model("m"), "requests", kStart, judged(1));
  scores.tap("two")->point(model("m"), "requests", kStart, judged(1));
  ASSERT_TRUE(scores.close().ok());
  EXPECT_EQ(listed(place.file("in")).size(), 2u);
}

TEST(ScoreFolder, a_file_is_whole_however_little_may_wait) {
  const TempFolder place;
  const auto written = [&place](const std::string& folder, std::size_t most) {
    ScoreFolder scores(most);
    EXPECT_TRUE(scores.open(place.file(folder)).ok());
    SeriesTap* tap = scores.tap("d");
    for (int i = 0; i < 3000; ++i)
      for (const char* name : {"m", "n"})
        tap->point(model(name), "requests", kStart + i * kMinute, judged(i));
    EXPECT_TRUE(scores.close().ok());
    return read(place.file(folder + "/requests,model=n.csv"));
  };
  const std::string whole = written("whole", ScoreFolder::kMostWaiting);
  EXPECT_EQ(std::count(whole.begin(), whole.end(), '\n'), 3001);
  EXPECT_EQ(written("pieces", 100), whole);
}

TEST(ScoreFolder, says_that_it_could_not_write) {
  const TempFolder place;
  ScoreFolder scores(1);
  ASSERT_TRUE(scores.open(place.file("in")).ok());
  files::remove(place.file("in"));
  SeriesTap* tap = scores.tap("d");
  for (int i = 0; i < 3; ++i) tap->point(model("m"), "requests", kStart + i * kMinute, judged(i));
  EXPECT_NE(scores.close().message().find("cannot be written"), std::string::npos);
}

TEST(ScoreFolder, leaves_out_panes_after_the_end) {
  const TempFolder place;
  ScoreFolder scores;
  ASSERT_TRUE(scores.open(place.file("in")).ok());
  SeriesTap* tap = scores.tap("d");
  scores.end_at(kStart);
  tap->point(model("m"), "requests", kStart, judged(1));
  tap->point(model("m"), "requests", kStart + kMinute, judged(1));
  ASSERT_TRUE(scores.close().ok());
  const std::string text = read(place.file("in/requests,model=m.csv"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

}  // namespace
}  // namespace vedette
