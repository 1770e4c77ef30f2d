// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/clinical/features.hpp"

namespace gcrisk::clinical {

// A unit as a multiple of base units: metre, second, gram, kelvin, mole, and what has no dimension
// but must not be mixed with anything else (international units).
struct Unit {
  double factor = 1;
  double offset = 0;                       // of temperatures: kelvin = factor * value + offset
  std::array<std::int8_t, 6> exponents{};  // m, s, g, K, mol, [iU]
  bool same_dimension(const Unit& other) const { return exponents == other.exponents; }
};

// UCUM (ucum.org, version 2.2) as far as laboratories and wards use it: prefixes, exponents, `.`
// and `/`, parentheses, powers of ten, annotations; and common spellings outside of it (mg/dl,
// mcg, mmHg, K/uL, x10^3/uL, units/L). Nothing where the text is none of these.
std::optional<Unit> parse_unit(std::string_view text);

// target = factor * value + offset
struct Conversion {
  double factor = 1;
  double offset = 0;
};
// Between two units of one dimension; with a molar mass (g/mol) also between mass and amount of
// substance. Nothing where they cannot be converted.
std::optional<Conversion> convert(std::string_view from,
                                  std::string_view to,
                                  double molar_mass = 0);

// What is known about a laboratory or vital code.
struct CodeFacts {
  std::string_view code;  // LOINC/…
  std::string_view unit;  // canonical
  double molar_mass = 0;  // g/mol; 0: amounts of substance are not converted
  double minimum = 0;     // values outside are implausible, not merely abnormal
  double maximum = 0;
};
const CodeFacts* facts_of(std::string_view code);

// For each code with numbers: its unit (the canonical one where it is known and can be reached,
// else the most frequent), and how to get there from every unit in the data. A number without a
// unit is taken to be in the most frequent one. Codes that stand in units which cannot be converted
// are listed in `refused`, with counts; their rule covers the units that can.
struct RefusedUnits {
  std::string code;
  std::string text;  // "mg/dL (120), {score} (3)"
};
// `wanted`: units that are given from outside, by code, such as those of a model.
UnitRules unify_units(const CodeCensus& census,
                      std::vector<RefusedUnits>& refused,
                      const TextMap& wanted = {});

}  // namespace gcrisk::clinical
