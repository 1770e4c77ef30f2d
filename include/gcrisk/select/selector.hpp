// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/parameters.hpp"
#include "gcrisk/cohort/dataset.hpp"
#include "gcrisk/cohort/outcome.hpp"
#include "gcrisk/genotype/kernels.hpp"

namespace gcrisk::select {

// What variants are judged against: one outcome, and covariates where the method adjusts for
// them. Row i is sample i of the genotypes that are scanned; samples that are not to be seen
// (test set, outcome not known) are left out by `in_use`, which costs nothing, whereas a view
// without them would have to gather every row.
struct Task {
  cohort::Outcome outcome;
  Eigen::MatrixXd covariates;  // n_samples × c, without a constant; NaN only where not in use
  std::vector<std::string> covariate_names;
  std::vector<std::uint8_t> in_use;

  std::size_t n_samples() const { return in_use.size(); }
  std::size_t n_in_use() const;
  // Binary and multi-class outcomes are counted by class; others as one class.
  bool has_classes() const;
  std::size_t n_classes() const;
  // Class of each sample, -1 where it is not in use.
  std::vector<std::int32_t> class_of() const;
};

// Consecutive variants with their counts by class: `n_classes` entries a variant.
struct Batch {
  const genotype::GenotypeView& genotypes;
  std::size_t first;
  std::size_t last;
  std::span<const genotype::GenotypeCounts> counts;

  std::size_t size() const { return last - first; }
};

// One measure of association. Made for a task, then shared by all threads.
class Selector {
 public:
  virtual ~Selector() = default;
  // Columns of the scan table.
  virtual std::vector<std::string> columns() const = 0;
  // Row-major values, `columns().size()` a variant; NaN where the test is not defined. Where
  // `log10_p` is not empty it gets the decimal logarithm of each p: the order of selection.
  virtual void evaluate(const Batch& batch,
                        std::span<double> values,
                        std::span<double> log10_p) const = 0;
  // Which column is p; the one before it is its statistic.
  virtual std::size_t p_column() const { return 1; }
  // The statistic that permutations are compared by, the larger the stronger; NaN where the
  // method offers none.
  virtual double permuted_statistic(std::span<const genotype::GenotypeCounts> counts) const = 0;
};

struct SelectorEntry {
  std::string name;  // "chi2-genotypic"
  std::string title;
  std::string purpose;  // what it measures, formula and source
  // Counts by class suffice: it is part of the one pass that fills the table.
  bool from_counts = true;
  bool offers_permutations = true;
  // Does it apply to this outcome? Else a sentence that says why not.
  std::string (*refusal)(const Task& task);
  std::unique_ptr<Selector> (*make)(const Task& task);
};

const std::vector<const SelectorEntry*>& all_selectors();
const SelectorEntry& find_selector(std::string_view name);
// MismatchError with the refusal.
std::unique_ptr<Selector> make_selector(const SelectorEntry& entry, const Task& task);

// The columns of a dataset's genotypes in order of evidence, best first, at most `top` of them:
// what a fold of a cross-validation selects from its training rows. Clinical columns are
// covariates of the methods that adjust. Variants for which the test is not defined are left out.
std::vector<std::uint32_t> rank_variants(const cohort::Dataset& training,
                                         std::string_view method,
                                         std::size_t top,
                                         const base::Context& context);

}  // namespace gcrisk::select
