// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gcrisk::recommend {

// A GT as it is written: numbers of REF (0) and ALT (1…); -1: not called.
struct GenotypeText {
  bool valid = false;
  int n = 0;  // alleles; more than two are counted, not kept
  std::array<int, 2> alleles = {-1, -1};
  bool phased = false;
};

inline GenotypeText parse_genotype_text(std::string_view text) {
  GenotypeText genotype;
  std::size_t at = 0;
  // A leading separator states the phase of the first allele (VCF 4.4).
  if (!text.empty() && (text[0] == '|' || text[0] == '/')) at = 1;
  bool slash = false;
  while (at < text.size()) {
    int allele = -1;
    if (text[at] == '.') {
      ++at;
    } else {
      const std::size_t begin = at;
      allele = 0;
      while (at < text.size() && text[at] >= '0' && text[at] <= '9' && at < begin + 6) {
        allele = allele * 10 + (text[at] - '0');
        ++at;
      }
      if (at == begin) return {};
    }
    if (genotype.n < 2) genotype.alleles[static_cast<std::size_t>(genotype.n)] = allele;
    ++genotype.n;
    if (at == text.size()) break;
    if (text[at] != '|' && text[at] != '/') return {};
    slash |= text[at] == '/';
    if (++at == text.size()) return {};
  }
  genotype.valid = genotype.n > 0;
  genotype.phased = genotype.n > 1 && !slash;
  return genotype;
}

// The `index`th of the parts of `text` between separators; empty: there are fewer.
inline std::string_view part(std::string_view text, char separator, int index) {
  if (index < 0) return {};
  while (index-- > 0) {
    const std::size_t end = text.find(separator);
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find(separator));
}

inline int index_of(std::string_view list, char separator, std::string_view wanted) {
  for (int index = 0;; ++index) {
    const std::size_t end = list.find(separator);
    if (list.substr(0, end) == wanted) return index;
    if (end == std::string_view::npos) return -1;
    list.remove_prefix(end + 1);
  }
}

}  // namespace gcrisk::recommend
