// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/linear/path.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gcrisk::models::linear {

namespace {

using Eigen::Index;

constexpr std::size_t kBatch = 10;           // lambdas that one pass over all variants checks
constexpr std::size_t kMostScreened = 2000;  // candidates a batch may bring
constexpr double kSaturated = 0.999;         // share of the loss explained that ends a path
constexpr double kNoGain = 1e-5;
constexpr double kNearlyRidge = 1e-3;
constexpr double kPolished = 1e-10;

PathPoint record(const PenalisedSolver& solver,
                 const Family& family,
                 const Penalty& penalty,
                 double null_loss,
                 bool converged) {
  PathPoint point;
  point.lambda = penalty.lambda;
  point.objective = solver.objective(penalty);
  point.mean_loss = family.mean_loss(solver.eta());
  point.loss_explained = null_loss > 0 ? 1 - point.mean_loss / null_loss : 0;
  point.converged = converged;
  point.intercepts = solver.coefficients().row(0);
  std::vector<Index> rows;
  for (std::size_t s = 1; s < solver.features().size(); ++s) {
    if (solver.coefficients().row(static_cast<Index>(s)).isZero(0)) continue;
    rows.push_back(static_cast<Index>(s));
    point.features.push_back(solver.features()[s]);
  }
  point.n_nonzero = rows.size();
  point.coefficients.resize(static_cast<Index>(rows.size()), family.n_columns());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    point.coefficients.row(static_cast<Index>(r)) = solver.coefficients().row(rows[r]);
  }
  return point;
}

// Largest absolute slope of each feature over the classes of block `b`.
Eigen::VectorXd largest_slopes(const Eigen::MatrixXd& z, Index b, Index n_classes) {
  return z.middleCols(b * n_classes, n_classes).cwiseAbs().rowwise().maxCoeff();
}

Eigen::VectorXd slopes(const Design& design,
                       const PenalisedSolver& solver,
                       const Family& family,
                       const base::Context& context) {
  return design.transposed(family.residuals(solver.eta()), context).cwiseAbs().rowwise().maxCoeff();
}

}  // namespace

double largest_lambda(const Design& design,
                      const Family& family,
                      const std::vector<std::uint8_t>& penalised,
                      double alpha,
                      const base::Context& context) {
  PenalisedSolver solver(design, family, penalised, context);
  solver.solve({0, alpha}, {}, 1e-8);
  const Eigen::VectorXd slope = slopes(design, solver, family, context);
  double largest = 0;
  for (std::size_t j = 0; j < design.n_features(); ++j) {
    if (penalised[j] != 0) largest = std::max(largest, slope(static_cast<Index>(j)));
  }
  return largest / std::max(alpha, kNearlyRidge);
}

std::vector<double> lambda_sequence(double largest, double ratio, std::size_t n) {
  std::vector<double> lambdas;
  for (std::size_t i = 0; i < n; ++i) {
    const double share = n == 1 ? 0.0 : static_cast<double>(i) / static_cast<double>(n - 1);
    lambdas.push_back(largest * std::pow(ratio, share));
  }
  return lambdas;
}

std::vector<PathPoint> fit_path(const Design& design,
                                const Family& family,
                                const std::vector<std::uint8_t>& penalised,
                                const PathOptions& options,
                                const base::Context& context) {
  const auto& lambdas = options.lambdas;
  const Index n_classes = family.n_columns();
  const double null_loss =
      family.mean_loss(family.null_intercepts().replicate(family.n_samples(), 1));
  PenalisedSolver solver(design, family, penalised, context);
  solver.solve({0, options.alpha}, {}, options.tolerance);
  Eigen::VectorXd slope = slopes(design, solver, family, context);
  double lambda_now = 0;
  for (std::size_t j = 0; j < design.n_features(); ++j) {
    if (penalised[j] != 0) lambda_now = std::max(lambda_now, slope(static_cast<Index>(j)));
  }
  lambda_now /= std::max(options.alpha, kNearlyRidge);

  std::vector<PathPoint> path;
  std::size_t next = 0;
  while (next < lambdas.size()) {
    // As many lambdas as the strong rule can foretell with few candidates.
    Features candidates;
    std::size_t end = next;
    while (end < std::min(lambdas.size(), next + kBatch)) {
      const double bound = options.alpha * (2 * lambdas[end] - std::max(lambda_now, lambdas[end]));
      Features screened;
      for (std::uint32_t j = 0; j < design.n_features(); ++j) {
        if (!solver.in_use(j) && !design.is_constant(j) && slope(j) >= bound) {
          screened.push_back(j);
        }
      }
      if (end > next && screened.size() > kMostScreened) break;
      candidates = std::move(screened);
      ++end;
    }
    const auto batch = static_cast<Index>(end - next);
    Eigen::MatrixXd residuals(family.n_samples(), batch * n_classes);
    std::vector<PathPoint> points;
    for (Index b = 0; b < batch; ++b) {
      const Penalty penalty{lambdas[next + static_cast<std::size_t>(b)], options.alpha};
      const bool polish = next + static_cast<std::size_t>(b) == options.polished;
      const bool converged =
          solver.solve(penalty, candidates, polish ? kPolished : options.tolerance);
      points.push_back(record(solver, family, penalty, null_loss, converged));
      residuals.middleCols(b * n_classes, n_classes) = family.residuals(solver.eta());
    }
    const Eigen::MatrixXd z = design.transposed(residuals, context);
    for (Index b = 0; b < batch; ++b) {
      const Eigen::VectorXd here = largest_slopes(z, b, n_classes);
      const double limit = options.alpha * points[static_cast<std::size_t>(b)].lambda * (1 + 1e-7) +
                           1e-12 * family.scale();
      Features entering;
      for (std::uint32_t j = 0; j < design.n_features(); ++j) {
        if (here(j) > limit && !solver.in_use(j) && !design.is_constant(j)) entering.push_back(j);
      }
      if (!entering.empty()) {
        solver.extend(entering);
        break;
      }
      slope = here;
      lambda_now = points[static_cast<std::size_t>(b)].lambda;
      path.push_back(std::move(points[static_cast<std::size_t>(b)]));
      ++next;
      if (!options.stop_early || path.size() < 5) continue;
      const double gain = path.back().loss_explained - path[path.size() - 2].loss_explained;
      if (path.back().loss_explained > kSaturated || gain < kNoGain * path.back().loss_explained) {
        return path;
      }
    }
    if (solver.features().size() > options.most_features && next < lambdas.size() && next > 0) {
      return path;
    }
  }
  return path;
}

}  // namespace gcrisk::models::linear
