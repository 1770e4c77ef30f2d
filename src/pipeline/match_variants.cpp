// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "match_variants.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace gcrisk::pipeline {

namespace {

constexpr std::uint8_t kAllMissing = 0x55;

Found how_of(genotype::AlleleMatch match) {
  switch (match) {
    case genotype::AlleleMatch::kSame: return Found::kSame;
    case genotype::AlleleMatch::kSwapped: return Found::kSwapped;
    case genotype::AlleleMatch::kComplement: return Found::kComplement;
    case genotype::AlleleMatch::kSwappedComplement: return Found::kSwappedComplement;
    case genotype::AlleleMatch::kNone: break;
  }
  return Found::kOtherAlleles;
}

bool is_flipped(Found found) {
  return found == Found::kSwapped || found == Found::kSwappedComplement;
}

// Codes 0 (two copies) and 3 (none) change places; 1 (missing) and 2 (one copy) stay: where both
// bits of a field agree, both are turned over.
std::uint8_t flip(std::uint8_t byte) {
  const auto differ = static_cast<std::uint8_t>((byte ^ byte >> 1) & 0x55);
  const auto agree = static_cast<std::uint8_t>(~differ & 0x55);
  return static_cast<std::uint8_t>(byte ^ (agree | agree << 1));
}

std::string place_of(const genotype::Variant& variant) {
  return genotype::plain_chromosome(variant.chromosome) + ":" + std::to_string(variant.position_bp);
}

}  // namespace

const char* to_string(Found found) {
  switch (found) {
    case Found::kSame: return "same";
    case Found::kSwapped: return "swapped";
    case Found::kComplement: return "other_strand";
    case Found::kSwappedComplement: return "swapped_other_strand";
    case Found::kOtherAlleles: return "other_alleles";
    case Found::kAbsent: return "absent";
  }
  return "absent";
}

MatchedVariants match_variants(const genotype::Variants& wanted,
                               const genotype::Variants& found,
                               const genotype::GenotypeView& genotypes) {
  MatchedVariants out;
  std::unordered_multimap<std::string, std::uint32_t> places;
  std::unordered_map<std::string, bool> asked;
  for (const auto& variant : wanted) asked.emplace(place_of(variant), true);
  for (std::uint32_t j = 0; j < found.size(); ++j) {
    std::string place = place_of(found[j]);
    if (asked.contains(place)) places.emplace(std::move(place), j);
  }
  std::vector<std::uint32_t> source(wanted.size(), 0);
  bool as_it_is = true;
  for (std::size_t w = 0; w < wanted.size(); ++w) {
    Found best = Found::kAbsent;
    const auto [begin, end] = places.equal_range(place_of(wanted[w]));
    std::vector<std::uint32_t> candidates;
    for (auto at = begin; at != end; ++at) candidates.push_back(at->second);
    std::sort(candidates.begin(), candidates.end());
    for (const std::uint32_t j : candidates) {
      const Found how = how_of(genotype::match_alleles(wanted[w], found[j]));
      if (how < best) {
        best = how;
        source[w] = j;
      }
    }
    out.how.push_back(best);
    out.n_found += best < Found::kOtherAlleles;
    as_it_is = as_it_is && (best == Found::kSame || best == Found::kComplement);
  }
  if (as_it_is) {
    out.view = genotypes.with_variants(source);
    return out;
  }
  const std::size_t row_bytes = genotype::packed_bytes(genotypes.n_samples());
  std::vector<std::uint8_t> bytes(wanted.size() * row_bytes, kAllMissing);
  genotype::RowScratch scratch;
  for (std::size_t w = 0; w < wanted.size(); ++w) {
    if (out.how[w] >= Found::kOtherAlleles) continue;
    const std::uint8_t* row = genotypes.row(source[w], scratch);
    std::uint8_t* to = bytes.data() + w * row_bytes;
    if (is_flipped(out.how[w])) {
      std::transform(row, row + row_bytes, to, flip);
    } else {
      std::copy(row, row + row_bytes, to);
    }
  }
  out.view = genotype::GenotypeView(
      genotype::PackedMatrix::own(std::move(bytes), genotypes.n_samples(), wanted.size()));
  return out;
}

}  // namespace gcrisk::pipeline
