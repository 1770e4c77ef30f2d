// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

// Published equations for a starting estimate of the maintenance dose of warfarin in adults, for a
// target INR of 2 to 3. None replaces titration by INR.
namespace gcrisk::recommend {

struct WarfarinInput {
  int age = 0;  // completed years
  double height_cm = 0;
  double weight_kg = 0;
  int vkorc1_a = 0;      // copies of the A allele of rs9923231 (T on the plus strand)
  int cyp2c9_star2 = 0;  // copies
  int cyp2c9_star3 = 0;
  std::string race;      // "white", "asian", "black", else missing or mixed
  bool inducer = false;  // carbamazepine, phenytoin, rifampin
  bool amiodarone = false;
  bool smokes = false;
  bool dvt_or_pe = false;  // indication
  double target_inr = 2.5;
};

// Klein et al. (International Warfarin Pharmacogenetics Consortium) 2009, mg a week:
// (5.6044 − 0.2614·decades + 0.0087·cm + 0.0128·kg + genotype, race and drug terms)².
double iwpc_pharmacogenetic(const WarfarinInput& input);
double iwpc_clinical(const WarfarinInput& input);
// Gage et al. 2008, mg a day: exp(0.9751 − 0.3238·A alleles + 0.4317·m² − 0.4008·*3 …).
double gage_pharmacogenetic(const WarfarinInput& input);
double gage_clinical(const WarfarinInput& input);

// The sum of the first equation term by term, for the reader to check.
std::string iwpc_arithmetic(const WarfarinInput& input, bool with_genotype);

}  // namespace gcrisk::recommend
