// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/cohort/cohort.hpp"

namespace gcrisk::preprocess::testing {

inline const double kNaN = std::numeric_limits<double>::quiet_NaN();

// Genotypes by variant, one character a sample: copies of A1, '.' for missing.
inline genotype::GenotypeView pack(const std::vector<std::string>& rows) {
  const std::size_t n = rows.empty() ? 0 : rows.front().size();
  std::vector<std::uint8_t> bytes(rows.size() * genotype::packed_bytes(n));
  for (std::size_t j = 0; j < rows.size(); ++j) {
    for (std::size_t i = 0; i < n; ++i) {
      const char c = rows[j][i];
      const unsigned code = c == '2'   ? genotype::kHomA1
                            : c == '1' ? genotype::kHet
                            : c == '0' ? genotype::kHomA2
                                       : genotype::kMissing;
      bytes[j * genotype::packed_bytes(n) + i / 4] |=
          static_cast<std::uint8_t>(code << (2 * (i % 4)));
    }
  }
  return genotype::GenotypeView(genotype::PackedMatrix::own(std::move(bytes), n, rows.size()));
}

inline cohort::Cohort people(std::size_t n) {
  cohort::Cohort out;
  for (std::size_t i = 0; i < n; ++i) out.ids.push_back("s" + std::to_string(i));
  out.clinical = clinical::Table(out.ids);
  out.molecular = clinical::Table(out.ids);
  return out;
}

// People with these genotypes at 20:100, 20:200, …; alleles A and C.
inline cohort::Cohort with_genotypes(const std::vector<std::string>& rows) {
  cohort::Cohort out = people(rows.front().size());
  out.genotypes = pack(rows);
  for (std::size_t j = 0; j < rows.size(); ++j) {
    out.variants.push_back(
        {"20", static_cast<std::int64_t>(100 * (j + 1)), "v" + std::to_string(j), "A", "C", 0});
  }
  return out;
}

inline clinical::Column numbers(const std::string& name,
                                std::vector<double> values,
                                clinical::FieldType type = clinical::FieldType::kNumber) {
  clinical::Column column;
  column.field.name = name;
  column.field.type = type;
  column.numbers = std::move(values);
  return column;
}

inline clinical::Column category(const std::string& name,
                                 std::vector<std::string> levels,
                                 std::vector<std::int32_t> codes) {
  clinical::Column column;
  column.field.name = name;
  column.field.type = clinical::FieldType::kCategory;
  column.field.levels = std::move(levels);
  column.codes = std::move(codes);
  return column;
}

inline std::vector<std::string> names(const clinical::Table& table) {
  std::vector<std::string> out;
  for (const auto& column : table.columns()) out.push_back(column.field.name);
  return out;
}

inline std::vector<std::string> ids(const cohort::Cohort& cohort) {
  std::vector<std::string> out;
  for (const auto& variant : cohort.variants) out.push_back(variant.id);
  return out;
}

}  // namespace gcrisk::preprocess::testing
