// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "chained_regression.hpp"
#include "imputer_options.hpp"

namespace gcrisk::preprocess {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

class ImputeRegression : public FrameImputer {
 public:
  explicit ImputeRegression(const base::Parameters& parameters)
      : settings_(chained_settings(parameters)) {}

 protected:
  void learn(Memory& memory, const MatrixXd& values, const base::Context&) override {
    MatrixXd completed = values;
    memory.tensors = ChainedRegression(memory.frame, settings_, completed).tensors();
  }

  void prepare(std::size_t part, const Memory& memory) override {
    regressions_[part] = ChainedRegression::load(memory.frame, settings_, memory.tensors);
  }

  void fill_rows(std::size_t part,
                 MatrixXd& values,
                 const std::vector<std::string>&,
                 std::size_t begin,
                 std::size_t end) const override {
    for (std::size_t i = begin; i < end; ++i) {
      Eigen::RowVectorXd row = values.row(static_cast<Index>(i));
      if (!row.hasNaN()) continue;
      regressions_[part].fill(memory_[part].frame, row);
      values.row(static_cast<Index>(i)) = row;
    }
  }

 private:
  ChainedRegression::Settings settings_;
  std::array<ChainedRegression, kTableParts.size()> regressions_;
};

}  // namespace

const StepEntry& impute_regression_entry() {
  static const StepEntry kEntry = {
      .name = "impute-regression",
      .title = "imputation by chained regressions",
      .purpose =
          "Fills a gap with the prediction of a ridge regression on the other columns, whose "
          "own gaps are filled in the same way, round after round until nothing changes. A "
          "category gets the level with the largest prediction.",
      .parameters = chained_parameters(),
      .make = [](const base::Parameters& parameters) -> std::unique_ptr<Step> {
        return std::make_unique<ImputeRegression>(parameters);
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
