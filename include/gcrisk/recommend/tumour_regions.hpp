// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gcrisk/recommend/sites.hpp"

// Kinds of tumour variants that no list of positions can hold, because any of many changes counts.
namespace gcrisk::recommend {

struct TumourFinding {
  std::string name;      // as rules ask for it: "EGFR exon 19 deletion"
  std::string evidence;  // "chr7:55174771 AGGAATTAAGAGAAGC>A, 0/1"
};

// In-frame deletions within codons 744 to 761 of EGFR (exon 19), also with bases inserted, and
// in-frame insertions and duplications between codons 762 and 775 (exon 20). The transcript is
// NM_005228: its base c.2235 lies at chr7:55174772 and c.2369 at chr7:55181378 of GRCh38, both
// 67,693 further on GRCh37, and both exons are read forwards.
class TumourRegions {
 public:
  // `column`: the sample's.
  TumourRegions(GenomeBuild build, std::size_t column);

  // Takes a record of any place; what is filtered, not called or without a read is no finding.
  void add(const RecordText& record);
  // Each name once, with the first record that shows it.
  const std::vector<TumourFinding>& findings() const noexcept { return findings_; }

 private:
  std::int64_t offset_;  // from GRCh38
  std::size_t column_;
  std::vector<TumourFinding> findings_;
};

}  // namespace gcrisk::recommend
