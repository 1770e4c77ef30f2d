// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/recommend/tumour_regions.hpp"

#include <algorithm>

#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/variant.hpp"
#include "recommend/calling/genotype_text.hpp"
#include "recommend/calling/record_alleles.hpp"

namespace gcrisk::recommend {

namespace {

constexpr std::int64_t kOffset37 = 67'693;

struct Region {
  const char* name;
  bool deletions;  // else insertions
  std::int64_t first_bp;
  std::int64_t last_bp;
};

// Codon n begins at c.(3n-2): 744 at c.2230, 761 ends at c.2283, 762 begins at c.2284, 775 ends at
// c.2325. c.2235 is 55174772 and c.2369 is 55181378.
constexpr Region kRegions[] = {
    {"EGFR exon 19 deletion", true, 55'174'767, 55'174'820},
    {"EGFR exon 20 insertion", false, 55'181'293, 55'181'334},
};

bool fits(const Region& region, const SequenceEdit& edit, std::int64_t offset) {
  const auto inserted = static_cast<std::int64_t>(edit.inserted.size());
  const std::int64_t change = inserted - edit.removed;
  if (change == 0 || change % 3 != 0 || (change < 0) != region.deletions) return false;
  const std::int64_t first = region.first_bp + offset;
  const std::int64_t last = region.last_bp + offset;
  if (edit.removed == 0) return edit.position_bp > first && edit.position_bp <= last;
  return edit.position_bp >= first && edit.position_bp + edit.removed - 1 <= last;
}

// The genotype of the sample where it carries allele `n`; empty: it does not, or nothing is sure.
std::string_view carries(const RecordText& record, std::size_t column, int n) {
  if (!record.filter.empty() && record.filter != "PASS" && record.filter != ".") return {};
  const std::string_view sample = part(record.samples, '\t', static_cast<int>(column));
  const int gt = index_of(record.format, ':', "GT");
  const std::string_view text = part(sample, ':', gt);
  const GenotypeText genotype = parse_genotype_text(text);
  if (!genotype.valid || genotype.n > 2) return {};
  if (genotype.alleles[0] != n && genotype.alleles[1] != n) return {};
  const std::string_view ft = part(sample, ':', index_of(record.format, ':', "FT"));
  if (!ft.empty() && ft != "PASS" && ft != ".") return {};
  if (part(part(sample, ':', index_of(record.format, ':', "AD")), ',', n) == "0") return {};
  if (part(sample, ':', index_of(record.format, ':', "DP")) == "0") return {};
  return text;
}

}  // namespace

TumourRegions::TumourRegions(GenomeBuild build, std::size_t column)
    : offset_(build == GenomeBuild::k37 ? kOffset37 : 0), column_(column) {}

void TumourRegions::add(const RecordText& record) {
  constexpr std::int64_t kFar = 10'000;
  const auto near = [&](const Region& region) {
    return record.position_bp > region.first_bp + offset_ - kFar &&
           record.position_bp <= region.last_bp + offset_;
  };
  if (std::none_of(std::begin(kRegions), std::end(kRegions), near)) return;
  if (genotype::plain_chromosome(record.contig) != "7") return;
  RecordAlleles alleles;
  alleles.assign(record);
  for (std::size_t a = 0; a < alleles.alternatives.size(); ++a) {
    const std::string& alternative = alleles.alternatives[a];
    if (alternative.find_first_not_of("ACGT") != std::string::npos) continue;
    const SequenceEdit edit = edit_of(alleles, alternative);
    for (const Region& region : kRegions) {
      if (!fits(region, edit, offset_)) continue;
      const std::string_view genotype = carries(record, column_, static_cast<int>(a) + 1);
      const bool known = std::any_of(findings_.begin(), findings_.end(), [&](const auto& one) {
        return one.name == region.name;
      });
      if (genotype.empty() || known) continue;
      findings_.push_back({region.name,
                           "chr7:" + std::to_string(record.position_bp) + " " + alleles.reference +
                               ">" + alternative + ", " + std::string(genotype)});
    }
  }
}

}  // namespace gcrisk::recommend
