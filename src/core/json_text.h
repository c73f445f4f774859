#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vedette {

/// JSON for people to read: built by hand, printed with its members in the order in
/// which they were added. For the catalog and the schema, not for alerts.
class JsonText {
 public:
  static JsonText text(std::string_view value);
  static JsonText number(double value);
  static JsonText boolean(bool value);
  static JsonText object();
  static JsonText array();

  JsonText& add(std::string_view name, JsonText value);  ///< object
  JsonText& add(JsonText value);                         ///< array
  /// The member `name`, which must be there.
  JsonText& at(std::string_view name);
  bool has(std::string_view name) const;

  std::string print(int indent = 0) const;

 private:
  enum class Kind : unsigned char { scalar, object, array };
  Kind kind_ = Kind::scalar;
  std::string scalar_;
  std::vector<std::pair<std::string, JsonText>> members_;  ///< Names are empty in an array.
};

}  // namespace vedette
