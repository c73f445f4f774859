#pragma once

#include <algorithm>
#include <cmath>

#include "core/quality_sample.h"
#include "unit/core/drift_rows.h"

namespace vedette::unusual_test {

/// Rows of an age, an income that goes with it, a region and sometimes a note.
inline quality::Sample sample_of(int rows, std::uint64_t seed = 5) {
  drift_test::Noise noise(seed);
  quality::Sample sample(static_cast<std::size_t>(rows));
  const auto field = [&sample](const char* name) {
    const NameHash hash = quality::field_hash(Section::feature, name);
    sample.name(hash, quality::field_text(Section::feature, name));
    return hash;
  };
  const NameHash age = field("age");
  const NameHash income = field("income");
  const NameHash region = field("region");
  for (int i = 0; i < rows; ++i) {
    const double z = noise.normal();
    const auto at = static_cast<std::uint64_t>(i);
    quality::Row row{mix64(seed * 1'000'003 + at), 1000 * i, 7, 1, {}};
    row.cells = {quality::number_cell(age, 40 + 8 * z),
                 quality::number_cell(income, 1000 * std::exp(.5 * (.97 * z + .24 * noise.normal()))),
                 {region, hash_of(noise.uniform() < .7 ? "eu" : "us"), quality::Form::text}};
    std::sort(row.cells.begin(), row.cells.end());
    sample.add(std::move(row));
  }
  return sample;
}

}  // namespace vedette::unusual_test
