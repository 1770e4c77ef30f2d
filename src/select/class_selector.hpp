// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gcrisk/select/selector.hpp"
#include "gcrisk/select/statistics.hpp"

namespace gcrisk::select {

// What the selectors that see nothing but the class × genotype counts have in common: statistic
// and p are their first two values.
class ClassSelector : public Selector {
 public:
  explicit ClassSelector(const Task& task) : n_classes_(task.n_classes()) {}

  // Fills the values of one variant; returns the test that p is of.
  virtual ChiSquare evaluate_one(ClassCounts counts, std::span<double> values) const = 0;

  void evaluate(const Batch& batch,
                std::span<double> values,
                std::span<double> log10_p) const final {
    const std::size_t width = values.size() / batch.size();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto row = values.subspan(i * width, width);
      const ChiSquare test = evaluate_one(batch.counts.subspan(i * n_classes_, n_classes_), row);
      row[1] = chi_square_p(test.statistic, test.df);
      if (!log10_p.empty()) {
        log10_p[i] = log10_chi_square_p(test.statistic, test.df, row[1]);
      }
    }
  }

 protected:
  std::size_t n_classes() const { return n_classes_; }

 private:
  std::size_t n_classes_;
};

// Empty where the outcome has classes, else why such a selector cannot be used.
std::string needs_classes(const Task& task);

}  // namespace gcrisk::select
