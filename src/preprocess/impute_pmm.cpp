// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "chained_regression.hpp"
#include "gcrisk/base/random.hpp"
#include "imputer_options.hpp"
#include "state.hpp"

namespace gcrisk::preprocess {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::RowVectorXd;

// Names of the tensors that belong to a column.
std::string donors_name(std::size_t column) { return "donors/" + std::to_string(column); }
std::string predicted_name(std::size_t column) { return "predicted/" + std::to_string(column); }

class ImputePmm : public FrameImputer {
 public:
  explicit ImputePmm(const base::Parameters& parameters)
      : settings_(chained_settings(parameters)),
        n_donors_(static_cast<std::size_t>(parameters.integer("donors"))) {}

 protected:
  void learn(Memory& memory, const MatrixXd& values, const base::Context& context) override {
    MatrixXd completed = values;
    const TableFrame& frame = memory.frame;
    const ChainedRegression regression(frame, settings_, completed);
    memory.tensors = regression.tensors();
    for (std::size_t c = 0; c < frame.n_columns(); ++c) {
      std::vector<double> donors;
      std::vector<double> predicted;
      for (Index i = 0; i < values.rows(); ++i) {
        const double value = values(i, static_cast<Index>(c));
        if (std::isnan(value)) continue;
        const RowVectorXd prediction = regression.predict(frame, c, completed.row(i));
        donors.push_back(value);
        predicted.insert(predicted.end(), prediction.begin(), prediction.end());
      }
      memory.tensors[donors_name(c)] = base::Tensor::of(std::move(donors));
      memory.tensors[predicted_name(c)] = base::Tensor::of(std::move(predicted));
    }
    memory.tensors["seed"] = base::Tensor::of(
        std::vector<std::int32_t>{static_cast<std::int32_t>(context.seed & 0x7fffffff)});
  }

  void prepare(std::size_t part, const Memory& memory) override {
    const StepState state{"", memory.tensors};
    base::TensorMap equations;
    for (const char* name : {"n_predictors", "predictors", "coefficients"}) {
      const auto at = memory.tensors.find(name);
      if (at != memory.tensors.end()) equations[name] = at->second;
    }
    regressions_[part] = ChainedRegression::load(memory.frame, settings_, equations);
    seeds_[part] = static_cast<std::uint64_t>(tensor_values<std::int32_t>(state, "seed", 1)[0]);
    donors_[part].clear();
    for (std::size_t c = 0; c < memory.frame.n_columns(); ++c) {
      const auto& column = memory.frame.columns()[c];
      const std::size_t outputs = column.n_levels > 0 ? column.n_levels : 1;
      Donors donors;
      donors.values = tensor_values<double>(state, donors_name(c));
      donors.predicted =
          tensor_values<double>(state, predicted_name(c), donors.values.size() * outputs);
      donors_[part].push_back(std::move(donors));
    }
  }

  void fill_rows(std::size_t part,
                 MatrixXd& values,
                 const std::vector<std::string>& ids,
                 std::size_t begin,
                 std::size_t end) const override {
    const TableFrame& frame = memory_[part].frame;
    for (std::size_t i = begin; i < end; ++i) {
      const auto row_index = static_cast<Index>(i);
      RowVectorXd row = values.row(row_index);
      if (!row.hasNaN()) continue;
      regressions_[part].fill(frame, row);
      for (std::size_t c = 0; c < frame.n_columns(); ++c) {
        double& value = values(row_index, static_cast<Index>(c));
        if (!std::isnan(value) || donors_[part][c].values.empty()) continue;
        // The person and the column say which numbers are drawn, not the place in a file.
        base::Random random(seeds_[part],
                            "predictive mean matching",
                            fnv1a(frame.columns()[c].name, fnv1a(ids[i])));
        value = draw(donors_[part][c], regressions_[part].predict(frame, c, row), random);
      }
    }
  }

 private:
  struct Donors {
    std::vector<double> values;
    std::vector<double> predicted;  // one or more a donor
  };

  double draw(const Donors& donors, const RowVectorXd& wanted, base::Random& random) const {
    const auto width = static_cast<std::size_t>(wanted.size());
    std::vector<std::pair<double, std::size_t>> distances(donors.values.size());
    for (std::size_t d = 0; d < distances.size(); ++d) {
      double sum = 0;
      for (std::size_t k = 0; k < width; ++k) {
        const double difference = donors.predicted[d * width + k] - wanted[static_cast<Index>(k)];
        sum += difference * difference;
      }
      distances[d] = {sum, d};
    }
    const std::size_t n = std::min(n_donors_, distances.size());
    std::partial_sort(
        distances.begin(), distances.begin() + static_cast<std::ptrdiff_t>(n), distances.end());
    return donors.values[distances[random.below(n)].second];
  }

  ChainedRegression::Settings settings_;
  std::size_t n_donors_;
  std::array<ChainedRegression, kTableParts.size()> regressions_;
  std::array<std::vector<Donors>, kTableParts.size()> donors_;
  std::array<std::uint64_t, kTableParts.size()> seeds_{};
};

}  // namespace

const StepEntry& impute_pmm_entry() {
  static const StepEntry kEntry = {
      .name = "impute-pmm",
      .title = "predictive mean matching",
      .purpose =
          "Fills a gap with the value of a training sample that is drawn from those whose "
          "predictions by chained regressions are nearest: imputed values are observed ones, "
          "and keep their spread. One draw, from the seed, the sample's ID and the column.",
      .parameters =
          [] {
            base::ParameterTable table = chained_parameters();
            table.push_back({.name = "donors",
                             .type = base::ParameterType::kInteger,
                             .meaning = "training samples to draw from, for --impute pmm",
                             .default_value = "5",
                             .min = 1,
                             .max = 100,
                             .source = "Morris, White and Royston 2014",
                             .group = "tables"});
            return table;
          }(),
      .make = [](const base::Parameters& parameters) -> std::unique_ptr<Step> {
        return std::make_unique<ImputePmm>(parameters);
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
