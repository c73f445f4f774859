#include "core/unusual_partial.h"

#include "core/drift_partial.h"

namespace vedette::unusual {
namespace {

constexpr std::uint64_t kVersion = 1;

}  // namespace

std::string Partial::encode(const std::vector<std::uint64_t>& ranks) const {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  out.flag(rows.has_value());
  if (rows) {
    out.text(rows->encode(ranks));
  } else {
    out.fixed64(profile);
    counts.encode(out);
  }
  return bytes;
}

Result<Partial> Partial::decode(std::string_view bytes, std::size_t most_rows) {
  ByteReader in(bytes);
  Partial partial;
  if (in.u64() != kVersion) return Status::reject("odd events in another format");
  bool sound = true;
  if (in.flag()) {
    Result<quality::Sample> rows = quality::Sample::decode(in.text(), most_rows);
    if (!rows.ok()) return rows.status();
    partial.rows = std::move(*rows);
  } else {
    partial.profile = in.fixed64();
    sound = partial.counts.decode(in);
  }
  if (!sound || !in.done()) return Status::reject("damaged counts of odd events");
  return partial;
}

std::string scope_of(std::string_view model, std::string_view version) {
  return drift::scope_key(vedette::scope_of(model), vedette::scope_of(version));
}

bool is_scope(std::string_view scope) {
  ByteReader names(scope);
  bool bounded = true;
  for (int part = 0; part < drift::kScopeParts; ++part)
    bounded = names.text().size() <= kScopeBytes && bounded;
  return bounded && names.done();
}

}  // namespace vedette::unusual
