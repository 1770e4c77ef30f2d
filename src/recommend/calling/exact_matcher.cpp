// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "recommend/calling/gene_model.hpp"

// Which pairs of named alleles explain what was read.
//
// With k unphased heterozygous sites there are 2^(k-1) ways to lay the bases on two strands. None
// of them is written out: a pair (A, B) is tested against all at once. At one site A may lie on
// the strand with the first base and B on the other, or the other way round; sites of one phase
// set must all take the same way, every other heterozygous site chooses for itself.
namespace gcrisk::recommend {

namespace {

struct Strands {
  PositionBits heterozygous;
  PositionBits unphased;
  std::vector<PositionBits> phase_sets;
  PositionBits first_is_variant;  // of heterozygous sites: the first base is not the reference
  PositionBits second_is_variant;
};

Strands strands_of(const GeneReading& reading) {
  Strands strands;
  std::map<std::int64_t, PositionBits> sets;
  for (std::size_t s = 0; s < reading.sites.size(); ++s) {
    const GeneReading::Site& site = reading.sites[s];
    if (!site.read || !site.heterozygous()) continue;
    strands.heterozygous.set(s);
    strands.first_is_variant.set(s, site.first != 0);
    strands.second_is_variant.set(s, site.second != 0);
    if (site.phased) {
      sets[site.phase_set].set(s);
    } else {
      strands.unphased.set(s);
    }
  }
  for (const auto& [set, sites] : sets) strands.phase_sets.push_back(sites);
  return strands;
}

struct Candidate {
  std::size_t allele = 0;
  PositionBits fits_first;  // heterozygous sites whose first base it may have
  PositionBits fits_second;
  PositionBits ambiguous;  // named by an IUPAC letter: counts where the strand has a variant
  std::size_t score = 0;   // from all sites whose count does not depend on the strand
};

std::vector<Candidate> candidates_of(const GeneCaller::Model& model,
                                     const GeneReading& reading,
                                     const Strands& strands) {
  AlleleBits possible = model.from_vcf;
  for (std::size_t s = 0; s < reading.sites.size(); ++s) {
    const GeneReading::Site& site = reading.sites[s];
    if (!site.read) continue;
    possible &= model.allowing[s][static_cast<std::size_t>(site.first)] |
                model.allowing[s][static_cast<std::size_t>(site.second)];
  }
  std::vector<Candidate> result;
  for (std::size_t a = 0; a < model.cells.size(); ++a) {
    if (!possible.test(a) || (model.named[a] & reading.readable).none()) continue;
    Candidate candidate;
    candidate.allele = a;
    candidate.ambiguous = model.ambiguous[a] & reading.readable;
    candidate.score = (model.named[a] & ~model.ambiguous[a] & reading.readable).count();
    for (std::size_t s = 0; s < reading.sites.size(); ++s) {
      const GeneReading::Site& site = reading.sites[s];
      if (!site.read) continue;
      if (site.heterozygous()) {
        candidate.fits_first.set(s,
                                 model.allowing[s][static_cast<std::size_t>(site.first)].test(a));
        candidate.fits_second.set(s,
                                  model.allowing[s][static_cast<std::size_t>(site.second)].test(a));
      } else if (candidate.ambiguous.test(s) && site.first != 0) {
        ++candidate.score;
      }
    }
    candidate.ambiguous &= strands.heterozygous;
    result.push_back(candidate);
  }
  return result;
}

// Of a pair: the score, or nothing if it does not fit.
std::optional<std::size_t> score_of(const Candidate& a,
                                    const Candidate& b,
                                    const Strands& strands) {
  const PositionBits as_is = a.fits_first & b.fits_second;
  const PositionBits turned = a.fits_second & b.fits_first;
  if ((strands.unphased & ~(as_is | turned)).any()) return {};
  std::size_t score = a.score + b.score;
  const auto gain = [&](const Candidate& first, const Candidate& second, const PositionBits& in) {
    return (first.ambiguous & strands.first_is_variant & in).count() +
           (second.ambiguous & strands.second_is_variant & in).count();
  };
  for (const PositionBits& set : strands.phase_sets) {
    const bool fits_as_is = (set & ~as_is).none();
    const bool fits_turned = (set & ~turned).none();
    if (!fits_as_is && !fits_turned) return {};
    score += std::max(fits_as_is ? gain(a, b, set) : 0, fits_turned ? gain(b, a, set) : 0);
  }
  if (((a.ambiguous | b.ambiguous) & strands.unphased).any()) {
    for (std::size_t s = 0; s < kMostPositions; ++s) {
      if (!strands.unphased.test(s)) continue;
      PositionBits one;
      one.set(s);
      score += std::max(as_is.test(s) ? gain(a, b, one) : 0, turned.test(s) ? gain(b, a, one) : 0);
    }
  }
  return score;
}

}  // namespace

std::vector<Fit> fitting_pairs(const GeneCaller::Model& model, const GeneReading& reading) {
  const Strands strands = strands_of(reading);
  const std::vector<Candidate> candidates = candidates_of(model, reading, strands);
  std::vector<Fit> fits;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (reading.haploid) {
      fits.push_back({candidates[i].allele, SIZE_MAX, candidates[i].score});
      continue;
    }
    for (std::size_t j = i; j < candidates.size(); ++j) {
      const auto score = score_of(candidates[i], candidates[j], strands);
      if (score) fits.push_back({candidates[i].allele, candidates[j].allele, *score});
    }
  }
  std::stable_sort(
      fits.begin(), fits.end(), [](const Fit& a, const Fit& b) { return a.score > b.score; });
  return fits;
}

}  // namespace gcrisk::recommend
