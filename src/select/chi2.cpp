// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "class_selector.hpp"

namespace gcrisk::select {

namespace {

class AllelicSelector final : public ClassSelector {
 public:
  explicit AllelicSelector(const Task& task) : ClassSelector(task) {}

  std::vector<std::string> columns() const override {
    if (n_classes() == 2) return {"CHI2_ALLELIC", "P_ALLELIC", "OR"};
    return {"CHI2_ALLELIC", "P_ALLELIC"};
  }

  ChiSquare evaluate_one(ClassCounts counts, std::span<double> values) const override {
    const auto test = allelic_test(counts);
    values[0] = test.statistic;
    if (n_classes() == 2) values[2] = odds_ratio(counts[0], counts[1]).ratio;
    return test;
  }

  double permuted_statistic(ClassCounts counts) const override {
    return allelic_test(counts).statistic;
  }
};

}  // namespace

const SelectorEntry& chi2_entry() {
  static const SelectorEntry kEntry = {
      .name = "chi2",
      .title = "allelic chi-square",
      .purpose =
          "Pearson chi-square of alleles by class, one degree of freedom for cases and "
          "controls; assumes Hardy-Weinberg proportions. As plink --assoc.",
      .refusal = &needs_classes,
      .make = [](const Task& task) -> std::unique_ptr<Selector> {
        return std::make_unique<AllelicSelector>(task);
      },
  };
  return kEntry;
}

}  // namespace gcrisk::select
