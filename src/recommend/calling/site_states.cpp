// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

#include "gcrisk/recommend/sites.hpp"

namespace gcrisk::recommend {

namespace {

constexpr const char* kContradiction = "two records of this position contradict each other";
constexpr int kMostAlleles = 64;  // bits of SiteObservation::listed
constexpr const char* kTooMany = "not usable, for one of very many reasons in this file";
constexpr std::size_t kManyCodes = 50'000;
constexpr std::size_t kMostCodes = std::numeric_limits<std::uint16_t>::max();

SiteObservation contradiction(const SiteObservation& a, std::string why) {
  SiteObservation result;
  result.state = SiteState::kUnusable;
  result.why = std::move(why);
  result.rank = a.rank;
  result.seen = a.seen;
  return result;
}

bool same_genotype(const SiteObservation& a, const SiteObservation& b) {
  return std::minmax(a.first, a.second) == std::minmax(b.first, b.second);
}

}  // namespace

bool SiteObservation::operator<(const SiteObservation& other) const {
  const auto key = [](const SiteObservation& o) {
    return std::tie(o.state,
                    o.why,
                    o.first,
                    o.second,
                    o.strands,
                    o.phased,
                    o.phase_set,
                    o.seen,
                    o.rank,
                    o.listed);
  };
  return key(*this) < key(other);
}

SiteStates::SiteStates(const PanelSite& site) : bases_(site.known) {
  SiteObservation absent;
  absent.why = "not in the file";
  code(absent);
}

int SiteStates::allele(std::string_view bases) {
  const auto found = std::find(bases_.begin(), bases_.end(), bases);
  if (found != bases_.end()) return static_cast<int>(found - bases_.begin());
  if (bases_.size() == kMostAlleles) return kMostAlleles - 1;  // none of them is a named one
  bases_.emplace_back(bases);
  return static_cast<int>(bases_.size() - 1);
}

std::uint16_t SiteStates::code(const SiteObservation& observation) {
  const auto found = codes_.find(observation);
  if (found != codes_.end()) return found->second;
  // More kinds than codes: of further people the least that is true is kept. What is left then has
  // few kinds, for which the last codes are free.
  if (observations_.size() >= kManyCodes && observation.phase_set != 0) {
    SiteObservation without = observation;
    without.phase_set = 0;
    without.phased = false;
    if (without.first > without.second) std::swap(without.first, without.second);
    return code(without);
  }
  if (observations_.size() >= kManyCodes && !observation.read() && observation.why != kTooMany) {
    SiteObservation without = observation;
    without.why = kTooMany;
    return code(without);
  }
  if (observations_.size() > kMostCodes) return 0;  // not in the file, as far as can be told
  const auto number = static_cast<std::uint16_t>(observations_.size());
  observations_.push_back(observation);
  codes_.emplace(observation, number);
  return number;
}

std::uint16_t SiteStates::merge(std::uint16_t a, std::uint16_t b) {
  if (a == 0 || a == b) return b;
  if (b == 0) return a;
  const std::uint32_t key = (std::uint32_t{a} << 16) | b;
  const auto found = merges_.find(key);
  if (found != merges_.end()) return found->second;
  const std::uint16_t result = code(merged(observations_[a], observations_[b]));
  merges_.emplace(key, result);
  return result;
}

// Symmetric, so that the order of the records does not matter.
SiteObservation SiteStates::merged(const SiteObservation& a, const SiteObservation& b) const {
  if (a.rank != b.rank) {
    const SiteObservation& direct = a.rank > b.rank ? a : b;
    const SiteObservation& other = a.rank > b.rank ? b : a;
    // Only an allele that differs from the reference is news from a record that speaks of the
    // site by the way.
    const bool news = other.read() && (((other.listed >> other.first) & 1U) != 0 ||
                                       ((other.listed >> other.second) & 1U) != 0);
    if (!news || !direct.read()) return direct;
  }
  if (a.read() != b.read()) {
    const SiteObservation& read = a.read() ? a : b;
    const SiteObservation& other = a.read() ? b : a;
    // A call beside "./.": the same variant written twice. Anything else stays in doubt.
    if (other.state == SiteState::kMissing && (other.listed & ~read.listed) == 0) return read;
    return contradiction(other, "another record of this position is not usable: " + other.why);
  }
  if (!a.read()) return std::min(a, b);
  if (a.strands != b.strands) {
    return contradiction(a, kContradiction);
  }
  if (same_genotype(a, b)) {
    SiteObservation result = a.phased ? a : b;
    result.listed = a.listed | b.listed;
    if (a.phased && b.phased && a.heterozygous() &&
        (a.first != b.first || a.phase_set != b.phase_set)) {
      result = std::min(a, b);
      result.phased = false;
      result.phase_set = 0;
      result.listed = a.listed | b.listed;
    }
    return result;
  }
  // Split multi-allelic records: each tells of its own alternatives, and its reference means "none
  // of mine". They agree where both list an allele, and fill the strands together.
  constexpr int kReference = -1;
  const auto own = [](const SiteObservation& observation, int allele) {
    return (observation.listed >> allele & 1U) != 0 ? allele : kReference;
  };
  std::array<int, 2> of_a = {own(a, a.first), own(a, a.second)};
  std::array<int, 2> of_b = {own(b, b.first), own(b, b.second)};
  // What a record shows without listing it is its reference; two records must share that.
  int reference = kReference;
  for (const auto& [observation, alleles] : {std::pair(&a, &of_a), std::pair(&b, &of_b)}) {
    for (std::size_t strand = 0; strand < 2; ++strand) {
      if ((*alleles)[strand] != kReference) continue;
      const int shown = strand == 0 ? observation->first : observation->second;
      if (reference != kReference && reference != shown) {
        return contradiction(a, kContradiction);
      }
      reference = shown;
    }
  }
  for (int allele = 0; allele < kMostAlleles; ++allele) {
    if ((a.listed & b.listed) >> allele & 1U) {
      const auto in_a = std::count(of_a.begin(), of_a.end(), allele);
      const auto in_b = std::count(of_b.begin(), of_b.end(), allele);
      if (in_a != in_b) {
        return contradiction(a, kContradiction);
      }
    }
  }
  const bool strands_known = a.phased && b.phased && a.phase_set == b.phase_set;
  std::array<int, 2> both = {reference, reference};
  if (strands_known) {
    for (std::size_t strand = 0; strand < 2; ++strand) {
      const int from_a = of_a[strand];
      const int from_b = of_b[strand];
      if (from_a != kReference && from_b != kReference && from_a != from_b) {
        return contradiction(a, kContradiction);
      }
      if (from_a != kReference) both[strand] = from_a;
      if (from_b != kReference) both[strand] = from_b;
    }
  } else {
    // Every alternative as often as the record says that lists it, the reference for the rest.
    std::size_t n = 0;
    for (int allele = 0; allele < kMostAlleles; ++allele) {
      const bool in_a = (a.listed >> allele & 1U) != 0;
      const auto& from = in_a ? of_a : of_b;
      for (auto count = std::count(from.begin(), from.end(), allele); count > 0; --count) {
        if (n == 2) return contradiction(a, kContradiction);
        both[n++] = allele;
      }
    }
  }
  SiteObservation result = a;
  result.rank = std::max(a.rank, b.rank);
  result.listed = a.listed | b.listed;
  result.first = both[0];
  result.second = both[1];
  result.phased = strands_known || result.first == result.second;
  if (!strands_known) {
    result.phase_set = 0;
    if (result.first > result.second) std::swap(result.first, result.second);
  }
  return result;
}

}  // namespace gcrisk::recommend
