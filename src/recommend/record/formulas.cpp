// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/recommend/formulas.hpp"

#include <algorithm>
#include <cmath>

namespace gcrisk::recommend {

double ckd_epi_2021(double creatinine_mg_dl, double age_years, bool female) {
  const double kappa = female ? 0.7 : 0.9;
  const double alpha = female ? -0.241 : -0.302;
  const double ratio = creatinine_mg_dl / kappa;
  return 142 * std::pow(std::min(ratio, 1.0), alpha) * std::pow(std::max(ratio, 1.0), -1.2) *
         std::pow(0.9938, age_years) * (female ? 1.012 : 1.0);
}

double cockcroft_gault(double creatinine_mg_dl, double age_years, double weight_kg, bool female) {
  return (140 - age_years) * weight_kg * (female ? 0.85 : 1.0) / (72 * creatinine_mg_dl);
}

double body_surface_area(double height_cm, double weight_kg) {
  return std::sqrt(height_cm * weight_kg / 3600);
}

}  // namespace gcrisk::recommend
