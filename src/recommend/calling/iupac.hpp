// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace gcrisk::recommend {

// The bases that a IUPAC letter stands for; empty: no such letter.
constexpr std::string_view bases_of_letter(char letter) {
  switch (letter) {
    case 'A': return "A";
    case 'C': return "C";
    case 'G': return "G";
    case 'T': return "T";
    case 'R': return "AG";
    case 'Y': return "CT";
    case 'S': return "CG";
    case 'W': return "AT";
    case 'K': return "GT";
    case 'M': return "AC";
    case 'B': return "CGT";
    case 'D': return "AGT";
    case 'H': return "ACT";
    case 'V': return "ACG";
    case 'N': return "ACGT";
    default: return "";
  }
}

constexpr bool is_ambiguous(std::string_view named) {
  return named.size() == 1 && bases_of_letter(named[0]).size() > 1;
}

// Does what an allele's definition names (`named`, perhaps one IUPAC letter) stand for `bases`?
constexpr bool stands_for(std::string_view named, std::string_view bases) {
  if (named == bases) return true;
  return named.size() == 1 && bases.size() == 1 &&
         bases_of_letter(named[0]).find(bases[0]) != std::string_view::npos;
}

}  // namespace gcrisk::recommend
