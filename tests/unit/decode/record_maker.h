#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace vedette {

/// Writes native events of all kinds with every freedom JSON gives, and breaks them.
class RecordMaker {
 public:
  explicit RecordMaker(std::uint64_t seed) : random_(seed) {}

  std::string make();
  /// One to three random defects or harmless changes.
  std::string mutate(std::string record);

 private:
  using Members = std::vector<std::pair<std::string, std::string>>;

  std::size_t pick(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  bool chance(int percent) { return pick(100) < static_cast<std::size_t>(percent); }
  template <std::size_t N>
  std::string one_of(const std::string_view (&choices)[N]) {
    return std::string(choices[pick(N)]);
  }
  std::string object(Members members, bool shuffle);
  std::string number();
  std::string text();
  std::string value();
  std::string vector();
  std::string time();
  std::string nested(int depth);
  Members inference();
  Members access();
  Members label();
  Members metric();
  void add_common(Members& members);
  void mutate_once(std::string& record);

  std::mt19937_64 random_;
};

}  // namespace vedette
