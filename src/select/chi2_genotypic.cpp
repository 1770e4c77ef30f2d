// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "class_selector.hpp"

namespace gcrisk::select {

namespace {

class GenotypicSelector final : public ClassSelector {
 public:
  explicit GenotypicSelector(const Task& task) : ClassSelector(task) {}

  std::vector<std::string> columns() const override { return {"CHI2_GENO", "P_GENO"}; }

  ChiSquare evaluate_one(ClassCounts counts, std::span<double> values) const override {
    const auto test = genotypic_test(counts);
    values[0] = test.statistic;
    return test;
  }

  double permuted_statistic(ClassCounts counts) const override {
    return genotypic_test(counts).statistic;
  }
};

}  // namespace

const SelectorEntry& chi2_genotypic_entry() {
  static const SelectorEntry kEntry = {
      .name = "chi2-genotypic",
      .title = "genotypic chi-square",
      .purpose =
          "Pearson chi-square of the three genotypes by class, two degrees of freedom for "
          "cases and controls; no model of inheritance. As GENO of plink --model, but "
          "computed however small a cell is.",
      .refusal = &needs_classes,
      .make = [](const Task& task) -> std::unique_ptr<Selector> {
        return std::make_unique<GenotypicSelector>(task);
      },
  };
  return kEntry;
}

}  // namespace gcrisk::select
