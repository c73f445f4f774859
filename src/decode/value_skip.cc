#include "decode/value_skip.h"

namespace vedette {
namespace {

constexpr unsigned kDeepest = 63;

/// The containers that are open, innermost in the lowest bit: 1 is an object.
struct OpenContainers {
  std::uint64_t bits = 1;
  unsigned depth = 0;

  bool in_object() const { return (bits & 1) != 0; }
  void push(bool object) {
    bits = bits << 1 | (object ? 1 : 0);
    ++depth;
  }
  void pop() {
    bits >>= 1;
    --depth;
  }
};

/// Behind `"key" :` and white space, or nullptr.
const char* skip_key(const char* p, std::uint64_t& high) {
  if (*p != '"' || (p = scan_text(p + 1, high)) == nullptr) return nullptr;
  p = skip_space(p + 1);
  return *p == ':' ? skip_space(p + 1) : nullptr;
}

/// From behind a value to the next value of the same container, closing what ends.
/// With nothing left open it stops behind the last bracket.
const char* next_value(const char* p, OpenContainers& open, std::uint64_t& high) {
  while (open.depth > 0) {
    p = skip_space(p);
    if (*p == ',') {
      p = skip_space(p + 1);
      return open.in_object() ? skip_key(p, high) : p;
    }
    if (*p != (open.in_object() ? '}' : ']')) return nullptr;
    open.pop();
    ++p;
  }
  return p;
}

}  // namespace

const char* skip_value(const char* p, unsigned depth, std::uint64_t& high) {
  OpenContainers open;
  const unsigned limit = depth < kDeepest ? depth : kDeepest;
  do {
    if (*p != '{' && *p != '[') {
      if ((p = skip_scalar(p, high)) == nullptr) return nullptr;
      p = next_value(p, open, high);
      continue;
    }
    if (open.depth >= limit) return nullptr;
    open.push(*p == '{');
    p = skip_space(p + 1);
    if (*p == (open.in_object() ? '}' : ']'))
      p = next_value(p, open, high);
    else if (open.in_object())
      p = skip_key(p, high);
  } while (p != nullptr && open.depth > 0);
  return p;
}

}  // namespace vedette
