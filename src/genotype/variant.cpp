// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/genotype/variant.hpp"

#include <algorithm>

namespace gcrisk::genotype {

namespace {

char complement_base(char base) {
  switch (base) {
    case 'A':
    case 'a': return 'T';
    case 'C':
    case 'c': return 'G';
    case 'G':
    case 'g': return 'C';
    case 'T':
    case 't': return 'A';
    default: return '\0';
  }
}

// The other strand's spelling; empty if the allele is not made of bases.
std::string complement(std::string_view allele) {
  std::string out(allele.rbegin(), allele.rend());
  for (char& base : out) {
    base = complement_base(base);
    if (base == '\0') return {};
  }
  return out;
}

bool same_allele(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
    return upper(x) == upper(y);
  });
}

}  // namespace

std::string key_of(const Variant& variant) {
  return variant.chromosome + ":" + std::to_string(variant.position_bp) + ":" + variant.a2 + ":" +
         variant.a1;
}

std::string plain_chromosome(std::string_view name) {
  if (name.size() > 3 && (name[0] | 32) == 'c' && (name[1] | 32) == 'h' && (name[2] | 32) == 'r') {
    name.remove_prefix(3);
  }
  if (name == "23") return "X";
  if (name == "24") return "Y";
  if (name == "26" || name == "M") return "MT";
  return std::string(name);
}

AlleleMatch match_alleles(const Variant& wanted, const Variant& found) {
  if (same_allele(wanted.a1, found.a1) && same_allele(wanted.a2, found.a2)) {
    return AlleleMatch::kSame;
  }
  if (same_allele(wanted.a1, found.a2) && same_allele(wanted.a2, found.a1)) {
    return AlleleMatch::kSwapped;
  }
  const std::string a1 = complement(found.a1);
  const std::string a2 = complement(found.a2);
  if (a1.empty() || a2.empty() || same_allele(a1, found.a2)) return AlleleMatch::kNone;
  if (same_allele(wanted.a1, a1) && same_allele(wanted.a2, a2)) return AlleleMatch::kComplement;
  if (same_allele(wanted.a1, a2) && same_allele(wanted.a2, a1)) {
    return AlleleMatch::kSwappedComplement;
  }
  return AlleleMatch::kNone;
}

}  // namespace gcrisk::genotype
