// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <utility>
#include <vector>

#include "gcrisk/base/text.hpp"
#include "gcrisk/recommend/formulas.hpp"
#include "gcrisk/recommend/warfarin.hpp"

namespace gcrisk::recommend {

namespace {

using Terms = std::vector<std::pair<std::string, double>>;

double sum_of(const Terms& terms) {
  double sum = 0;
  for (const auto& [name, value] : terms) sum += value;
  return sum;
}

Terms iwpc_terms(const WarfarinInput& in, bool genotype) {
  const double decades = in.age / 10;  // whole decades: 65 gives 6
  Terms terms = {{"intercept", genotype ? 5.6044 : 4.0376},
                 {"decades of age", (genotype ? -0.2614 : -0.2546) * decades},
                 {"height", (genotype ? 0.0087 : 0.0118) * in.height_cm},
                 {"weight", (genotype ? 0.0128 : 0.0134) * in.weight_kg}};
  if (genotype) {
    terms.emplace_back("VKORC1", in.vkorc1_a == 0 ? 0 : in.vkorc1_a == 1 ? -0.8677 : -1.6974);
    const int two = in.cyp2c9_star2;
    const int three = in.cyp2c9_star3;
    terms.emplace_back("CYP2C9",
                       three == 2               ? -2.3312
                       : three == 1 && two == 1 ? -1.9206
                       : two == 2               ? -1.0616
                       : three == 1             ? -0.9357
                       : two == 1               ? -0.5211
                                                : 0);
  }
  double race = 0;
  if (in.race == "asian") {
    race = genotype ? -0.1092 : -0.6752;
  } else if (in.race == "black") {
    race = genotype ? -0.276 : 0.406;
  } else if (in.race != "white") {
    race = genotype ? -0.1032 : 0.0443;
  }
  terms.emplace_back("race as stated", race);
  terms.emplace_back("enzyme inducer", in.inducer ? (genotype ? 1.1816 : 1.2799) : 0);
  terms.emplace_back("amiodarone", in.amiodarone ? (genotype ? -0.5503 : -0.5695) : 0);
  return terms;
}

}  // namespace

double iwpc_pharmacogenetic(const WarfarinInput& input) {
  const double sum = sum_of(iwpc_terms(input, true));
  return sum * sum;
}

double iwpc_clinical(const WarfarinInput& input) {
  const double sum = sum_of(iwpc_terms(input, false));
  return sum * sum;
}

double gage_pharmacogenetic(const WarfarinInput& in) {
  return std::exp(0.9751 - 0.3238 * in.vkorc1_a +
                  0.4317 * body_surface_area(in.height_cm, in.weight_kg) -
                  0.4008 * in.cyp2c9_star3 - 0.00745 * in.age - 0.2066 * in.cyp2c9_star2 +
                  0.2029 * in.target_inr - 0.2538 * in.amiodarone + 0.0922 * in.smokes -
                  0.0901 * (in.race == "black") + 0.0664 * in.dvt_or_pe);
}

double gage_clinical(const WarfarinInput& in) {
  return std::exp(0.613 + 0.425 * body_surface_area(in.height_cm, in.weight_kg) - 0.0075 * in.age +
                  0.156 * (in.race == "black") + 0.216 * in.target_inr - 0.257 * in.amiodarone +
                  0.108 * in.smokes + 0.0784 * in.dvt_or_pe);
}

std::string iwpc_arithmetic(const WarfarinInput& input, bool with_genotype) {
  const Terms terms = iwpc_terms(input, with_genotype);
  std::string text = "(";
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const double value = terms[i].second;
    if (i > 0) text += value < 0 ? " - " : " + ";
    text += base::format_number(i > 0 ? std::fabs(value) : value, 6) + " " + terms[i].first;
  }
  const double sum = sum_of(terms);
  return text + ")^2 = " + base::format_number(sum, 6) +
         "^2 = " + base::format_number(sum * sum, 6) + " mg a week";
}

}  // namespace gcrisk::recommend
