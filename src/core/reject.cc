#include "vedette/decoder.h"

namespace vedette {

std::string_view to_string(Reject reason) {
  switch (reason) {
    case Reject::none:
      return "none";
    case Reject::empty:
      return "empty";
    case Reject::too_large:
      return "too_large";
    case Reject::malformed:
      return "malformed";
    case Reject::invalid_utf8:
      return "invalid_utf8";
    case Reject::too_deep:
      return "too_deep";
    case Reject::duplicate_key:
      return "duplicate_key";
    case Reject::wrong_type:
      return "wrong_type";
    case Reject::missing_field:
      return "missing_field";
    case Reject::bad_number:
      return "bad_number";
    case Reject::bad_time:
      return "bad_time";
    case Reject::future:
      return "future";
    case Reject::unsupported_schema:
      return "unsupported_schema";
    case Reject::too_many_values:
      return "too_many_values";
  }
  return "unknown";
}

}  // namespace vedette
