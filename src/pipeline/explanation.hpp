// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include "explain_groups.hpp"
#include "gcrisk/base/output.hpp"
#include "gcrisk/models/model.hpp"
#include "gcrisk/report/page.hpp"

namespace gcrisk::pipeline {

// The largest contributions to one person's score.
struct PersonExplanation {
  std::string id;
  double score = 0;
  std::vector<std::pair<std::size_t, double>> largest;  // group and contribution
  double rest = 0;                                      // of all other groups together
};

struct Explanation {
  std::string model;
  std::string outcome;
  std::string score_meaning;  // "log odds"
  std::string set;
  std::vector<FeatureGroup> groups;
  double baseline = 0;
  double largest_error = 0;       // |baseline + sum of contributions - score|, over people
  Eigen::VectorXd mean_absolute;  // one a group
  Eigen::VectorXd mean;
  std::vector<std::size_t> order;  // groups by falling mean absolute contribution
  std::vector<PersonExplanation> people;
  bool simulated = false;
  std::string made_by;
};

// Asks the model block by block, so that memory does not grow with people × features.
Explanation explain_people(const models::Model& model,
                           const cohort::Dataset& data,
                           std::vector<FeatureGroup> groups,
                           std::size_t top,
                           const base::Context& context);

// P.overall.tsv, P.people.tsv and P.html.
void write_explanation(base::OutputSet& outputs, const Explanation& explanation, std::size_t top);

}  // namespace gcrisk::pipeline
