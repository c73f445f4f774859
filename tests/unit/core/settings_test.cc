#include "vedette/settings.h"

#include <gtest/gtest.h>

#include <limits>

namespace vedette {
namespace {

std::string message_of(const Settings& table, std::string_view name, const std::vector<std::string>& items) {
  return table.find(name)->set(items).message();
}

TEST(ParseDuration, every_unit_is_read) {
  EXPECT_EQ(*parse_duration("250ms"), Duration{250});
  EXPECT_EQ(*parse_duration("90s"), Duration{90000});
  EXPECT_EQ(*parse_duration("5m"), Duration{300000});
  EXPECT_EQ(*parse_duration("2h"), Duration{7200000});
  EXPECT_EQ(*parse_duration("7d"), kWeek);
  EXPECT_EQ(*parse_duration("0s"), Duration{0});
}

TEST(ParseDuration, everything_else_is_refused_and_named) {
  for (const char* text :
       {"", "5", "s", "5 m", "-5m", "1.5h", "5M", "5mm", "9223372036854775807d", "99999999999999999999s"})
    EXPECT_FALSE(parse_duration(text).ok()) << text;
  EXPECT_NE(parse_duration("5 min").status().message().find("'5 min' is not a duration"), std::string::npos);
}

TEST(ParseSize, bytes_and_binary_units_are_read) {
  EXPECT_EQ(parse_size("1048576")->bytes, 1048576u);
  EXPECT_EQ(parse_size("64KiB")->bytes, 65536u);
  EXPECT_EQ(parse_size("2GiB")->bytes, 2147483648u);
}

TEST(ParseSize, decimal_units_and_overflow_are_refused) {
  for (const char* text : {"", "KiB", "5MB", "5 MiB", "-1", "9999999999TiB", "1e6"})
    EXPECT_FALSE(parse_size(text).ok()) << text;
}

TEST(ToText, reads_back_as_the_same_value) {
  for (const std::int64_t ms : {0L, 1L, 250L, 1000L, 90000L, 3600000L, 86400000L, 604800000L, 86399999L})
    EXPECT_EQ(*parse_duration(to_text(Duration{ms})), Duration{ms}) << ms;
  for (const std::uint64_t bytes : {0UL, 1UL, 1023UL, 1024UL, 65536UL, 1UL << 40, (1UL << 40) + 1})
    EXPECT_EQ(parse_size(to_text(ByteSize{bytes}))->bytes, bytes) << bytes;
  EXPECT_EQ(to_text(Duration{90000}), "90s");
  EXPECT_EQ(to_text(ByteSize{64 << 20}), "64MiB");
}

TEST(Settings, a_row_stores_what_it_parsed) {
  bool flag = false;
  std::int64_t count = 1;
  double share = 0.5;
  Duration wait = kMinute;
  ByteSize room{};
  std::string text;
  std::vector<std::string> list;
  std::map<std::string, std::string> map;
  Severity severity = Severity::low;
  std::string mode = "a";
  Settings table;
  table.add("flag", flag, "");
  table.add("count", count, "");
  table.add("share", share, "");
  table.add("wait", wait, "");
  table.add("room", room, "");
  table.add("text", text, "");
  table.add("list", list, "");
  table.add("map", map, "");
  table.add("severity", severity, "");
  table.add_choice("mode", mode, "", {"a", "b"});
  EXPECT_TRUE(table.find("flag")->set({"true"}).ok());
  EXPECT_TRUE(table.find("count")->set({"-12"}).ok());
  EXPECT_TRUE(table.find("share")->set({"1e-3"}).ok());
  EXPECT_TRUE(table.find("wait")->set({"90s"}).ok());
  EXPECT_TRUE(table.find("room")->set({"4KiB"}).ok());
  EXPECT_TRUE(table.find("text")->set({"x y"}).ok());
  EXPECT_TRUE(table.find("list")->set({"a", "b"}).ok());
  EXPECT_TRUE(table.find("map")->set({"k=v=w", "l="}).ok());
  EXPECT_TRUE(table.find("severity")->set({"critical"}).ok());
  EXPECT_TRUE(table.find("mode")->set({"b"}).ok());
  EXPECT_TRUE(flag);
  EXPECT_EQ(count, -12);
  EXPECT_DOUBLE_EQ(share, 1e-3);
  EXPECT_EQ(wait, 90 * kSecond);
  EXPECT_EQ(room.bytes, 4096u);
  EXPECT_EQ(text, "x y");
  EXPECT_EQ(list, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(map.at("k"), "v=w");
  EXPECT_EQ(map.at("l"), "");
  EXPECT_EQ(severity, Severity::critical);
  EXPECT_EQ(mode, "b");
}

TEST(Settings, a_message_names_value_and_range_in_the_unit_of_the_row) {
  Duration wait = kMinute;
  ByteSize room{1 << 20};
  double share = 0.5;
  std::int64_t count = 1;
  Settings table;
  table.add("wait", wait, "", {1000, 7 * 86400e3});
  table.add("room", room, "", {1024, 1 << 30});
  table.add("share", share, "", {0, 1});
  table.add("count", count, "", {1, std::numeric_limits<double>::infinity()});
  EXPECT_EQ(message_of(table, "wait", {"90d"}), "'90d' is out of range: allowed is 1s to 7d");
  EXPECT_EQ(message_of(table, "room", {"2GiB"}), "'2GiB' is out of range: allowed is 1KiB to 1GiB");
  EXPECT_EQ(message_of(table, "share", {"1.5"}), "'1.5' is out of range: allowed is 0 to 1");
  EXPECT_EQ(message_of(table, "count", {"0"}), "'0' is out of range: allowed is at least 1");
  EXPECT_EQ(wait, kMinute);
  EXPECT_EQ(count, 1);
}

TEST(Settings, what_is_not_of_the_type_is_refused_and_changes_nothing) {
  bool flag = true;
  std::int64_t count = 1;
  double share = 0.5;
  std::string mode = "exact";
  Severity severity = Severity::low;
  std::map<std::string, std::string> map{{"a", "b"}};
  Settings table;
  table.add("flag", flag, "");
  table.add("count", count, "");
  table.add("share", share, "");
  table.add_choice("mode", mode, "", {"exact", "fast"});
  table.add("severity", severity, "");
  table.add("map", map, "");
  EXPECT_FALSE(table.find("flag")->set({"yes"}).ok());
  EXPECT_FALSE(table.find("flag")->set({}).ok());
  EXPECT_FALSE(table.find("count")->set({"1.0"}).ok());
  EXPECT_FALSE(table.find("count")->set({"1", "2"}).ok());
  EXPECT_FALSE(table.find("share")->set({"nan"}).ok());
  EXPECT_FALSE(table.find("share")->set({"inf"}).ok());
  EXPECT_FALSE(table.find("share")->set({"1x"}).ok());
  EXPECT_FALSE(table.find("map")->set({"a"}).ok());
  EXPECT_FALSE(table.find("map")->set({"a=1", "a=2"}).ok());
  EXPECT_EQ(message_of(table, "mode", {"fsat"}), "'fsat' is none of exact, fast (did you mean 'fast'?)");
  EXPECT_EQ(message_of(table, "severity", {"hihg"}),
            "'hihg' is none of informational, low, medium, high, critical (did you mean 'high'?)");
  EXPECT_TRUE(flag);
  EXPECT_EQ(count, 1);
  EXPECT_EQ(map.at("a"), "b");
}

TEST(Settings, nearest_finds_slips_and_nothing_else) {
  double budget = 1;
  Duration max_jump{};
  Settings table;
  table.add("budget", budget, "");
  table.add("time.max_jump", max_jump, "");
  EXPECT_EQ(table.nearest("bugdet"), "budget");
  EXPECT_EQ(table.nearest("budgets"), "budget");
  EXPECT_EQ(table.nearest("time.max_jmp"), "time.max_jump");
  EXPECT_EQ(table.nearest("colour"), "");
  EXPECT_EQ(table.nearest(""), "");
  EXPECT_EQ(table.nearest(std::string(100000, 'x')), "");
  EXPECT_EQ(table.find("bugdet"), nullptr);
}

TEST(Settings, the_default_is_the_value_of_the_field) {
  bool flag = true;
  double share = 0.1;
  std::vector<std::string> list{"a", "b"};
  std::map<std::string, std::string> map{{"k", "v"}};
  Severity severity = Severity::high;
  Settings table;
  table.add("flag", flag, "");
  table.add("share", share, "");
  table.add("list", list, "");
  table.add("map", map, "");
  table.add("severity", severity, "");
  EXPECT_EQ(table.find("flag")->default_text, "true");
  EXPECT_EQ(table.find("share")->default_text, "0.1");
  EXPECT_EQ(table.find("list")->default_text, "a, b");
  EXPECT_EQ(table.find("map")->default_text, "k=v");
  EXPECT_EQ(table.find("severity")->default_text, "high");
}

TEST(Settings, a_hostile_value_is_quoted_short_and_without_control_characters) {
  std::int64_t count = 1;
  Settings table;
  table.add("count", count, "");
  const std::string message = message_of(table, "count", {"\x1b[31m" + std::string(100000, 'x')});
  EXPECT_LT(message.size(), 200u);
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace vedette
