#include "formats/series_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace vedette {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Time kStart = from_ms(1772409600000);

SeriesPlot waves(int minutes) {
  SeriesPlot plot;
  plot.title = "requests";
  for (int i = 0; i < minutes; ++i) {
    const double usual = 100 + 50 * std::sin(i * .01);
    PlotPoint p;
    p.time = kStart + i * kMinute;
    p.value = i == minutes / 2 ? 1000 : usual;
    p.expected = usual;
    p.low = usual - 10;
    p.high = usual + 10;
    p.score = .5;
    plot.points.push_back(p);
  }
  return plot;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(SeriesPlot, draws_value_expectation_band_score_alerts_and_labels) {
  SeriesPlot plot = waves(600);
  plot.alerts.push_back({kStart + 5 * kHour, kStart + 6 * kHour, "rose to 1000"});
  plot.labels.push_back({kStart + 5 * kHour, kStart + 5 * kHour, "known"});
  const std::string page = series_page(plot);
  for (const char* part :
       {"class=\"value\"", "class=\"expected\"", "class=\"band\"", "class=\"score\"", "class=\"alert\"",
        "class=\"label\"", "prefers-color-scheme:dark", "<li>2026-03-02T05:00:00.000Z: rose to 1000</li>"})
    EXPECT_THAT(page, HasSubstr(part));
  EXPECT_THAT(page, Not(HasSubstr("http")));
  EXPECT_EQ(count_of(page, "<rect"), 2U);
}

TEST(SeriesPlot, one_peak_in_a_year_is_still_seen) {
  const std::string page = series_page(waves(365 * 1440));
  // The peak is the highest value, so some line reaches within the margin of the top edge.
  const std::size_t path = page.find("class=\"value\" d=\"");
  ASSERT_NE(path, std::string::npos);
  const std::string line = page.substr(path, page.find("\"/>", path) - path);
  double highest = 1e9;
  for (std::size_t at = line.find(','); at != std::string::npos; at = line.find(',', at + 1))
    highest = std::min(highest, std::strtod(line.c_str() + at + 1, nullptr));
  EXPECT_LT(highest, 30);
  EXPECT_LT(page.size(), 200'000U);
}

TEST(SeriesPlot, text_cannot_leave_its_element) {
  SeriesPlot plot = waves(10);
  plot.title = "<script>\"&";
  plot.alerts.push_back({kStart, kStart + kMinute, "</title><script>alert(1)</script>\x01"});
  const std::string page = series_page(plot);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;&quot;&amp;"));
}

TEST(SeriesPlot, of_nothing_or_of_one_value_is_a_page) {
  EXPECT_THAT(series_page({}), HasSubstr("</html>"));
  EXPECT_THAT(series_page(waves(1)), Not(HasSubstr("nan")));
  SeriesPlot flat = waves(100);
  for (PlotPoint& p : flat.points) p.value = p.expected = p.low = p.high = 0;
  EXPECT_THAT(series_page(flat), Not(testing::AnyOf(HasSubstr("nan"), HasSubstr("inf"))));
}

}  // namespace
}  // namespace vedette
