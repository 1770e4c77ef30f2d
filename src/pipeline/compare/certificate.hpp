// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cell.hpp"

namespace gcrisk::pipeline {

struct RowResult;

// What one shape of a fold was fitted on, and the rows of the table that it served.
struct CertifiedFold {
  std::size_t repeat = 0;  // from 1
  std::size_t fold = 0;    // from 1
  std::vector<std::string> rows;
  std::vector<FittedOn> fitted;
};

// Pairs of people who look like first-degree relatives or closer, on both sides of a fold.
struct KinshipAcross {
  std::string not_looked_at;  // why; empty: it was
  std::size_t n_variants = 0;
  std::size_t n_pairs = 0;   // among all people
  std::size_t n_across = 0;  // of these, in different folds; the mean over repeats, rounded up
  double largest = 0;        // kinship of a pair in different folds
};

// Whether features hold what happened only after the date of prediction.
struct DatesCheck {
  bool known = false;  // the features were made from dated events with a rule for the index date
  std::string rule;
  std::size_t n_left_out = 0;  // events at or after it
  std::string finding;         // a sentence
};

struct Certificate {
  std::size_t n_folds = 0;
  std::size_t n_shared_people = 0;
  std::size_t n_shared_groups = 0;
  bool has_groups = false;
  std::vector<CertifiedFold> folds;
  KinshipAcross kinship;
  DatesCheck dates;
  bool has_permuted = false;
  std::string permuted_model;
  double permuted = 0;  // first metric of the model that worked on shuffled outcomes
  double permuted_low = 0;
  double permuted_high = 0;
  double chance = 0;  // what it is without a leak
};

// Everything but the shuffled row. `cells` in the order of cell_at.
Certificate certify(const ComparePlan& plan,
                    const Study& study,
                    const std::vector<CellResult>& cells,
                    const base::Context& context);
void add_permuted(Certificate& certificate, const RowResult& row);

// For pages: one sentence a line.
std::vector<std::string> certificate_lines(const Certificate& certificate);

}  // namespace gcrisk::pipeline
