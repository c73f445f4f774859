#pragma once

#include <array>
#include <compare>
#include <string>
#include <string_view>

namespace vedette {

/// Whom or what a statistic is about. Unused parts are empty.
struct Entity {
  std::string model;
  std::string version;
  std::string tenant;
  std::string segment;    ///< `region=eu`
  std::string principal;  ///< pseudonym, `p:k0:9f2c61d07a4e11b0`
  std::string resource;
  std::string series;  ///< name of a metric series, with labels

  auto operator<=>(const Entity&) const = default;
};

struct EntityPart {
  std::string_view name;
  std::string Entity::*text;
};

/// In the order in which they are written everywhere.
inline constexpr std::array<EntityPart, 7> kEntityParts{{{"model", &Entity::model},
                                                         {"version", &Entity::version},
                                                         {"tenant", &Entity::tenant},
                                                         {"segment", &Entity::segment},
                                                         {"principal", &Entity::principal},
                                                         {"resource", &Entity::resource},
                                                         {"series", &Entity::series}}};

/// `model=fraud-scorer version=7`: parts that are set, in a fixed order, with
/// backslash, space and `=` escaped; one string per entity, used in keys and ids.
std::string to_key(const Entity& entity);

/// `fraud-scorer v7, tenant retail-eu`: for people.
std::string to_text(const Entity& entity);

/// `model=fraud-*`: which entities a setting or detector is for. Shell patterns
/// with `*` and `?`; an empty pattern matches everything, also what is not known.
struct Scope {
  std::string model;
  std::string version;
  std::string tenant;
  bool admits(const Entity& entity) const;
};

}  // namespace vedette
