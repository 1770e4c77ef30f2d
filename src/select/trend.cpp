// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "class_selector.hpp"

namespace gcrisk::select {

namespace {

class TrendSelector final : public ClassSelector {
 public:
  explicit TrendSelector(const Task& task) : ClassSelector(task) {}

  std::vector<std::string> columns() const override { return {"CHI2_TREND", "P_TREND"}; }

  ChiSquare evaluate_one(ClassCounts counts, std::span<double> values) const override {
    const auto test = trend_test(counts);
    values[0] = test.statistic;
    return test;
  }

  double permuted_statistic(ClassCounts counts) const override {
    return trend_test(counts).statistic;
  }
};

}  // namespace

const SelectorEntry& trend_entry() {
  static const SelectorEntry kEntry = {
      .name = "trend",
      .title = "Cochran-Armitage trend",
      .purpose =
          "trend of the class proportions in the number of A1; needs no Hardy-Weinberg "
          "proportions. As TREND of plink --model (Armitage 1955).",
      .refusal = &needs_classes,
      .make = [](const Task& task) -> std::unique_ptr<Selector> {
        return std::make_unique<TrendSelector>(task);
      },
  };
  return kEntry;
}

}  // namespace gcrisk::select
