// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace gcrisk::pipeline {

// What the files beside an input tell about the people: the name of the outcome, and whether they
// were simulated (the truth of a simulation lies beside the genotypes or the table of the study).
// Nothing is known where those files are gone: empty and false.
struct Origin {
  std::string outcome;
  bool simulated = false;
};
Origin origin_of_study(const std::string& folder);
// Through the manifest that `predict` left beside the predictions.
Origin origin_of_predictions(const std::string& path);

}  // namespace gcrisk::pipeline
