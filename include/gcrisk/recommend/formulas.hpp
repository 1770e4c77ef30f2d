// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Clinical formulas. Arguments are in the units of their names; nothing is checked here.
namespace gcrisk::recommend {

// Glomerular filtration rate, mL/min/1.73 m², of an adult: 142 · min(Scr/κ,1)^α · max(Scr/κ,1)^−1.2
// · 0.9938^age · 1.012 if female; κ 0.7 (female) or 0.9, α −0.241 or −0.302. Inker et al. 2021.
double ckd_epi_2021(double creatinine_mg_dl, double age_years, bool female);

// Creatinine clearance, mL/min, the measure of drug labels: (140 − age) · weight · (0.85 if
// female) / (72 · Scr). Cockcroft and Gault 1976.
double cockcroft_gault(double creatinine_mg_dl, double age_years, double weight_kg, bool female);

// Body surface area, m²: sqrt(height · weight / 3600). Mosteller 1987.
double body_surface_area(double height_cm, double weight_kg);

}  // namespace gcrisk::recommend
