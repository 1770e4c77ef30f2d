// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/models/lasso_order.hpp"

#include <algorithm>

#include "models/linear/path.hpp"

namespace gcrisk::models {

namespace {

constexpr std::size_t kLambdas = 100;
constexpr double kSmallest = 0.01;
constexpr std::size_t kStep = 5;  // lambdas after which the variants are counted

}  // namespace

std::vector<LassoEntry> lasso_order(const cohort::Dataset& data,
                                    std::size_t top,
                                    const base::Context& context) {
  const linear::Design design(data, true, context);
  const linear::Family family(data.outcome, {});
  std::vector<std::uint8_t> penalised(design.n_features(), 1);
  std::fill(
      penalised.begin() + static_cast<std::ptrdiff_t>(design.n_variants()), penalised.end(), 0);
  linear::PathOptions options;
  options.alpha = 1;
  options.stop_early = true;
  const double largest = linear::largest_lambda(design, family, penalised, options.alpha, context);
  std::vector<LassoEntry> order;
  if (!(largest > 0)) return order;
  options.lambdas = linear::lambda_sequence(largest, kSmallest, kLambdas);
  linear::PathFitter fitter(design, family, penalised, options, context);
  std::vector<std::uint8_t> entered(design.n_variants(), 0);
  for (std::size_t done = 0; order.size() < top && !fitter.ended();) {
    fitter.advance_to(done + kStep);
    for (; done < fitter.path().size(); ++done) {
      if (done == 0) continue;  // the first value leaves nothing but rounding
      const linear::PathPoint& point = fitter.path()[done];
      std::vector<std::pair<double, std::uint32_t>> here;  // minus the size, so that large is first
      for (std::size_t s = 0; s < point.features.size(); ++s) {
        const std::uint32_t j = point.features[s];
        if (j >= design.n_variants() || entered[j] != 0) continue;
        entered[j] = 1;
        here.emplace_back(
            -point.coefficients.row(static_cast<Eigen::Index>(s)).cwiseAbs().maxCoeff(), j);
      }
      std::sort(here.begin(), here.end());
      for (const auto& [size, j] : here) order.push_back({j, point.lambda});
    }
  }
  if (order.size() > top) order.resize(top);
  return order;
}

}  // namespace gcrisk::models
