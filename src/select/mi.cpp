// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "class_selector.hpp"

namespace gcrisk::select {

namespace {

class MutualInformationSelector final : public ClassSelector {
 public:
  explicit MutualInformationSelector(const Task& task)
      : ClassSelector(task), entropies_(task.n_in_use()) {}

  std::vector<std::string> columns() const override { return {"MI_NATS", "P_MI"}; }

  ChiSquare evaluate_one(ClassCounts counts, std::span<double> values) const override {
    const auto mi = mutual_information(counts, entropies_);
    values[0] = mi.corrected;
    return {mi.g_statistic, mi.df};
  }

  double permuted_statistic(ClassCounts counts) const override {
    return mutual_information(counts, entropies_).g_statistic;
  }

 private:
  EntropyTable entropies_;
};

}  // namespace

const SelectorEntry& mi_entry() {
  static const SelectorEntry kEntry = {
      .name = "mi",
      .title = "mutual information",
      .purpose =
          "mutual information of genotype and class in nats, less its first-order bias "
          "(Miller 1955); P is that of the G statistic 2 N MI.",
      .refusal = &needs_classes,
      .make = [](const Task& task) -> std::unique_ptr<Selector> {
        return std::make_unique<MutualInformationSelector>(task);
      },
  };
  return kEntry;
}

}  // namespace gcrisk::select
