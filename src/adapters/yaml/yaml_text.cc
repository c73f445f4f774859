#include "adapters/yaml/yaml_text.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <map>
#include <sstream>
#include <utility>
#include <vector>

namespace vedette {
namespace {

using Kind = ConfigNode::Kind;

constexpr std::size_t kMaxBytes = 1 << 18;
constexpr std::size_t kMaxDepth = 16;
// Looking ahead for a key costs the parser time for each open bracket.
constexpr std::size_t kMaxBrackets = 4096;

// Builds the tree from the parser's events. A map is collected as a list of keys and
// values in turn, and paired when it ends, because a key can be anything in YAML.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& file, ConfigErrors& errors) : file_(file), errors_(errors) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, "", anchor);
    leaf({Kind::null, line_of(mark), {}, {}, {}});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    fail(line_of(mark), "aliases are not supported: write the value out");
    leaf({Kind::null, line_of(mark), {}, {}, {}});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    if (std::any_of(value.begin(), value.end(), is_control))
      fail(line_of(mark), "a control character in a value");
    leaf({Kind::scalar, line_of(mark), value, {}, {}});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  ConfigNode take() { return std::move(root_); }

 private:
  static bool is_control(unsigned char c) { return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f; }
  static int line_of(const YAML::Mark& mark) { return mark.line + 1; }

  void fail(int line, std::string message) { errors_.push_back({file_, line, std::move(message)}); }

  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) fail(line_of(mark), "anchors are not supported: write the value out");
    if (!tag.empty() && tag != "?" && tag != "!") fail(line_of(mark), "tags are not supported");
  }

  void open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    check(mark, tag, anchor);
    if (open_.size() >= kMaxDepth) {
      if (too_deep_++ == 0) fail(line_of(mark), "nested deeper than " + std::to_string(kMaxDepth));
      return;
    }
    open_.push_back({kind, line_of(mark), {}, {}, {}});
  }

  void close() {
    if (too_deep_ > 0) {
      if (--too_deep_ == 0) leaf({});
      return;
    }
    ConfigNode node = std::move(open_.back());
    open_.pop_back();
    if (node.kind == Kind::map) pair(node);
    leaf(std::move(node));
  }

  void leaf(ConfigNode node) {
    if (too_deep_ > 0) return;
    if (open_.empty())
      root_ = std::move(node);
    else
      open_.back().items.push_back(std::move(node));
  }

  void pair(ConfigNode& map) {
    std::map<std::string, int> lines;
    for (std::size_t i = 0; i + 1 < map.items.size(); i += 2) {
      ConfigNode& key = map.items[i];
      if (key.kind != Kind::scalar || key.text.empty()) {
        fail(key.line, "a name is needed before the colon");
        continue;
      }
      const auto [first, fresh] = lines.emplace(key.text, key.line);
      if (fresh)
        map.entries.push_back({key.text, key.line, std::move(map.items[i + 1])});
      else
        fail(key.line,
             "'" + key.text.substr(0, 80) + "' stands in line " + std::to_string(first->second) + " already");
    }
    map.items.clear();
  }

  const std::string& file_;
  ConfigErrors& errors_;
  ConfigNode root_;
  std::vector<ConfigNode> open_;
  std::size_t too_deep_ = 0;
};

bool is_small_enough(std::string_view text, const std::string& file, ConfigErrors& errors) {
  const auto brackets =
      std::count_if(text.begin(), text.end(), [](char c) { return c == '[' || c == '{' || c == '?'; });
  if (text.size() <= kMaxBytes && static_cast<std::size_t>(brackets) <= kMaxBrackets) return true;
  errors.push_back({file, 0,
                    text.size() > kMaxBytes ? "larger than " + std::to_string(kMaxBytes / 1024) + "KiB"
                                            : "too many brackets"});
  return false;
}

}  // namespace

ConfigNode parse_yaml(std::string_view text, const std::string& file, ConfigErrors& errors) {
  if (!is_small_enough(text, file, errors)) return {};
  TreeBuilder builder(file, errors);
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(builder)) return {};
    ConfigNode root = builder.take();
    TreeBuilder second(file, errors);
    if (parser.HandleNextDocument(second)) errors.push_back({file, 0, "more than one document in the file"});
    return root;
  } catch (const YAML::Exception& error) {
    errors.push_back({file, error.mark.line + 1, "not YAML: " + error.msg});
  } catch (const std::exception& error) {
    errors.push_back({file, 0, std::string("not YAML: ") + error.what()});
  }
  return {};
}

}  // namespace vedette
