// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "gcrisk/base/random.hpp"
#include "metric_tools.hpp"

namespace gcrisk::evaluate {

std::vector<std::vector<double>> bootstrap(
    const Scored& people,
    std::size_t replicates,
    const base::Context& context,
    const std::function<std::vector<double>(Weights)>& measure) {
  std::map<double, std::vector<std::uint32_t>> strata;
  const bool continuous = people.kind == cohort::OutcomeKind::kContinuous;
  for (std::size_t i = 0; i < people.size(); ++i) {
    strata[continuous ? 0.0 : people.truth[i]].push_back(static_cast<std::uint32_t>(i));
  }
  std::vector<std::vector<double>> samples(replicates);
  const auto draw = [&](std::size_t begin, std::size_t end) {
    std::vector<double> weights;
    for (std::size_t replicate = begin; replicate < end; ++replicate) {
      if (context.cancellation) context.cancellation->check();
      base::Random random(context.seed, "bootstrap", replicate);
      weights.assign(people.size(), 0.0);
      for (const auto& stratum : strata) {
        const auto& members = stratum.second;
        for (std::size_t i = 0; i < members.size(); ++i) {
          ++weights[members[random.below(members.size())]];
        }
      }
      samples[replicate] = measure(weights);
    }
  };
  context.for_chunks(replicates, 8, draw);
  return samples;
}

Percentiles percentile_interval(const std::vector<std::vector<double>>& samples,
                                std::size_t column,
                                double level) {
  std::vector<double> values;
  for (const auto& sample : samples) {
    if (!std::isnan(sample[column])) values.push_back(sample[column]);
  }
  if (values.size() < 20 || values.size() * 10 < samples.size() * 9) {
    return {kUndefined, kUndefined};
  }
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double q) {
    const double at = q * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
  };
  return {quantile(0.5 - level / 2), quantile(0.5 + level / 2)};
}

}  // namespace gcrisk::evaluate
