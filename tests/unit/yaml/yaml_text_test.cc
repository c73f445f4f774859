#include "adapters/yaml/yaml_text.h"

#include <gtest/gtest.h>

namespace vedette {
namespace {

ConfigErrors errors_of(std::string_view text) {
  ConfigErrors errors;
  parse_yaml(text, "a.yaml", errors);
  return errors;
}

std::string first_error(std::string_view text) {
  const ConfigErrors errors = errors_of(text);
  return errors.empty() ? "" : to_text(errors.front());
}

TEST(YamlText, maps_lists_and_values_keep_their_order_and_lines) {
  ConfigErrors errors;
  const ConfigNode root = parse_yaml("b: 1\na:\n  - x\n  - y: \"1\"\nc:\n", "a.yaml", errors);
  ASSERT_TRUE(errors.empty());
  ASSERT_EQ(root.entries.size(), 3u);
  EXPECT_EQ(root.entries[0].key, "b");
  EXPECT_EQ(root.entries[0].value.text, "1");
  EXPECT_EQ(root.entries[1].line, 2);
  ASSERT_EQ(root.entries[1].value.items.size(), 2u);
  EXPECT_EQ(root.entries[1].value.items[1].find("y")->line, 4);
  EXPECT_EQ(root.entries[2].value.kind, ConfigNode::Kind::null);
}

TEST(YamlText, an_empty_file_is_null) {
  ConfigErrors errors;
  EXPECT_EQ(parse_yaml("", "a.yaml", errors).kind, ConfigNode::Kind::null);
  EXPECT_EQ(parse_yaml("# nothing\n", "a.yaml", errors).kind, ConfigNode::Kind::null);
  EXPECT_TRUE(errors.empty());
}

TEST(YamlText, a_repeated_key_is_an_error_with_both_lines) {
  EXPECT_EQ(first_error("a: 1\nb: 2\na: 3\n"), "a.yaml:3: 'a' stands in line 1 already");
}

TEST(YamlText, broken_text_is_an_error_with_its_line) {
  EXPECT_TRUE(first_error("a: 1\nb: [1\nc: 2\n").starts_with("a.yaml:3: not YAML: "))
      << first_error("a: 1\nb: [1\nc: 2\n");
}

TEST(YamlText, what_could_grow_or_hide_is_refused) {
  EXPECT_EQ(first_error("a: &x 1\n"), "a.yaml:1: anchors are not supported: write the value out");
  EXPECT_EQ(errors_of("a: &x 1\nb: *x\n").back().message, "aliases are not supported: write the value out");
  EXPECT_EQ(first_error("a: !!int 1\n"), "a.yaml:1: tags are not supported");
  EXPECT_EQ(first_error("a: \"\\0\"\n"), "a.yaml:1: a control character in a value");
  EXPECT_EQ(first_error("a: 1\n---\nb: 1\n"), "a.yaml: more than one document in the file");
  EXPECT_EQ(first_error("? {x: y}\n: 1\n"), "a.yaml:1: a name is needed before the colon");
}

TEST(YamlText, deep_nesting_is_one_error) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  const ConfigErrors errors = errors_of(deep);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].message, "nested deeper than 16");
}

TEST(YamlText, size_and_brackets_are_bounded) {
  EXPECT_EQ(first_error(std::string(1 << 19, 'x')), "a.yaml: larger than 256KiB");
  EXPECT_EQ(first_error(std::string(100000, '[')), "a.yaml: too many brackets");
}

TEST(YamlText, a_list_of_aliases_does_not_multiply) {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before + "]\n";
  }
  ConfigErrors errors;
  const ConfigNode root = parse_yaml(bomb, "a.yaml", errors);
  EXPECT_EQ(root.entries.size(), 30u);
  EXPECT_EQ(errors.size(), 30u + 58u);
}

}  // namespace
}  // namespace vedette
