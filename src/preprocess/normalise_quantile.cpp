// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "column_step.hpp"
#include "normalise.hpp"
#include "state.hpp"

namespace gcrisk::preprocess {

namespace {

// Value of an ascending list at a share of its length in [0, 1], between two by a straight line.
double value_at(const std::vector<double>& ascending, double share) {
  const double at = share * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  if (below + 1 >= ascending.size()) return ascending.back();
  return ascending[below] + (at - std::floor(at)) * (ascending[below + 1] - ascending[below]);
}

class NormaliseQuantile : public RowNormaliser {
 public:
  void fit(const cohort::Cohort& training, const base::Context&) override {
    const auto& columns = training.molecular.columns();
    reference_.assign(columns.size(), 0);
    std::size_t n = 0;
    std::vector<double> row;
    for (std::size_t i = 0; i < training.n_samples(); ++i) {
      row.clear();
      for (const auto& column : columns) {
        if (!std::isnan(column.numbers[i])) row.push_back(column.numbers[i]);
      }
      if (row.empty()) continue;
      std::sort(row.begin(), row.end());
      ++n;
      for (std::size_t c = 0; c < columns.size(); ++c) {
        reference_[c] += value_at(
            row,
            columns.size() < 2 ? 0
                               : static_cast<double>(c) / static_cast<double>(columns.size() - 1));
      }
    }
    for (double& value : reference_) value /= static_cast<double>(std::max<std::size_t>(n, 1));
  }

  StepState save() const override { return {"{}", {{"reference", base::Tensor::of(reference_)}}}; }

  void load(const StepState& state) override {
    reference_ = tensor_values<double>(state, "reference");
  }

 protected:
  void change(const std::vector<std::string>&, std::span<double> values) const override {
    std::vector<std::size_t> order;
    for (std::size_t c = 0; c < values.size(); ++c) {
      if (!std::isnan(values[c])) order.push_back(c);
    }
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return values[a] < values[b];
    });
    const double last = order.size() < 2 ? 1 : static_cast<double>(order.size() - 1);
    for (std::size_t first = 0; first < order.size();) {
      std::size_t end = first + 1;
      while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
      // Equal values get the place in the middle of theirs.
      const double rank = static_cast<double>(first + end - 1) / 2;
      const double value = value_at(reference_, rank / last);
      for (std::size_t k = first; k < end; ++k) values[order[k]] = value;
      first = end;
    }
  }

 private:
  std::vector<double> reference_;  // mean of the training samples' ordered values
};

}  // namespace

const StepEntry& normalise_quantile_entry() {
  static const StepEntry kEntry = {
      .name = "normalise-quantile",
      .title = "quantile normalisation of molecular values",
      .purpose =
          "A person's values are replaced, rank by rank, by the mean of the training "
          "samples' ordered values, so that everybody has the same distribution (Bolstad et "
          "al. 2003). Equal values share their middle rank.",
      .parameters = {},
      .make = [](const base::Parameters&) -> std::unique_ptr<Step> {
        return std::make_unique<NormaliseQuantile>();
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
