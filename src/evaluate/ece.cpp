// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "metric_tools.hpp"

namespace gcrisk::evaluate {

namespace {

double value(const Scored& people, Weights weights) {
  constexpr std::size_t kBins = 10;
  std::array<double, kBins> risk{};
  std::array<double, kBins> cases{};
  for (std::size_t i = 0; i < people.size(); ++i) {
    const auto bin = std::min(kBins - 1, static_cast<std::size_t>(people.risk[i] * kBins));
    risk[bin] += weights[i] * people.risk[i];
    cases[bin] += weights[i] * people.truth[i];
  }
  double sum = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) sum += std::abs(risk[bin] - cases[bin]);
  return ratio(sum, total(weights));
}

}  // namespace

const MetricEntry& ece_entry() {
  static const MetricEntry kEntry{
      .name = "ece",
      .title = "Expected calibration error",
      .meaning =
          "Mean distance between mean risk and observed share over ten bins of equal "
          "width, weighed by their people (Naeini et al. 2015). 0 is perfect.",
      .outcomes = {cohort::OutcomeKind::kBinary},
      .needs_risk = true,
      .higher_is_better = false,
      .value = value,
  };
  return kEntry;
}

}  // namespace gcrisk::evaluate
