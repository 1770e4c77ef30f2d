// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gcrisk/genotype/variant.hpp"
#include "gcrisk/io/vcf.hpp"

// What a record says of its place and alleles, and which rows become of it; the same for text and
// BCF.
namespace gcrisk::io {

// A record that breaks the format: what was found and expected, without file and line.
struct RecordFault {
  std::string finding;
  std::string hint;
};

struct VcfSite {
  std::string_view chromosome;
  std::int64_t position_bp = 0;
  std::string_view id;
  std::string_view ref;
  std::vector<std::string_view> alts;  // empty: the record says "."
  bool passed = true;                  // FILTER is PASS or "."
};

// Throws RecordFault where a column holds what cannot be.
std::string_view check_chromosome(std::string_view text);
std::int64_t parse_position(std::string_view text);
void check_id(std::string_view text);
void check_alleles(const VcfSite& site);

class SiteRules {
 public:
  explicit SiteRules(const VcfOptions& options);

  using Spans = std::vector<std::pair<std::int64_t, std::int64_t>>;  // first, last; sorted, apart

  bool in_regions(std::string_view chromosome, std::int64_t position_bp) const;
  // What is wanted of a contig; null: nothing. Only where there are regions.
  const Spans* spans_of(std::string_view chromosome) const;

  // The ALT numbers (from 1) that get a row; none if the record is dropped, which is counted. A
  // record without ALT has one row, of ALT ".".
  void choose_rows(const VcfSite& site, std::vector<int>& rows, VcfCounts& counts) const;

  static genotype::Variant variant_of(const VcfSite& site, int alt);

 private:
  bool pass_only_;
  bool split_;
  // By plain contig name.
  std::map<std::string, Spans, std::less<>> regions_;
};

}  // namespace gcrisk::io
