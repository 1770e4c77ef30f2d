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

// Features at 0 whose slope says that they should not be, by more than rounding.
Features violating(const Design& design,
                   const PenalisedSolver& solver,
                   const Family& family,
                   const Eigen::VectorXd& slope,
                   double bound) {
  const double limit = bound * (1 + 1e-7) + 1e-12 * family.scale();
  Features entering;
  for (std::uint32_t j = 0; j < design.n_features(); ++j) {
    if (slope(j) <= limit || solver.is_looked_after(j) || design.is_constant(j)) continue;
    entering.push_back(j);
  }
  return entering;
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

PathFitter::PathFitter(const Design& design,
                       const Family& family,
                       const std::vector<std::uint8_t>& penalised,
                       PathOptions options,
                       const base::Context& context)
    : design_(design),
      family_(family),
      context_(context),
      options_(std::move(options)),
      penalised_(penalised),
      solver_(design, family, penalised, context),
      null_loss_(family.mean_loss(family.null_intercepts().replicate(family.n_samples(), 1))) {
  solver_.solve({0, options_.alpha}, {}, options_.tolerance);
  slope_ = slopes(design, solver_, family, context);
  for (std::size_t j = 0; j < design.n_features(); ++j) {
    if (penalised_[j] != 0) lambda_now_ = std::max(lambda_now_, slope_(static_cast<Index>(j)));
  }
  lambda_now_ /= std::max(options_.alpha, kNearlyRidge);
}

// As many lambdas as the strong rule can foretell with few candidates: up to `end`.
Features PathFitter::candidates_for(std::size_t last, std::size_t& end) const {
  Features candidates;
  const std::size_t next = path_.size();
  end = next;
  while (end < std::min(last, next + kBatch)) {
    const double lambda = options_.lambdas[end];
    const double bound = options_.alpha * (2 * lambda - std::max(lambda_now_, lambda));
    Features screened;
    for (std::uint32_t j = 0; j < design_.n_features(); ++j) {
      if (!solver_.in_use(j) && !design_.is_constant(j) && slope_(j) >= bound) {
        screened.push_back(j);
      }
    }
    if (end > next && screened.size() > kMostScreened) break;
    candidates = std::move(screened);
    ++end;
  }
  return candidates;
}

// Solves some lambdas and keeps those that a pass over all features finds right.
void PathFitter::solve_batch(std::size_t last) {
  const Index n_classes = family_.n_columns();
  const std::size_t next = path_.size();
  std::size_t end = next;
  solver_.forget_watched();
  const Features candidates = candidates_for(last, end);
  const auto batch = static_cast<Index>(end - next);
  Eigen::MatrixXd residuals(family_.n_samples(), batch * n_classes);
  std::vector<PathPoint> points;
  for (Index b = 0; b < batch; ++b) {
    const Penalty penalty{options_.lambdas[next + static_cast<std::size_t>(b)], options_.alpha};
    const bool converged = solver_.solve(penalty, candidates, options_.tolerance);
    points.push_back(record(solver_, family_, penalty, null_loss_, converged));
    residuals.middleCols(b * n_classes, n_classes) = family_.residuals(solver_.eta());
  }
  const Eigen::MatrixXd z = design_.transposed(residuals, context_);
  for (Index b = 0; b < batch; ++b) {
    PathPoint& point = points[static_cast<std::size_t>(b)];
    const Eigen::VectorXd here = largest_slopes(z, b, n_classes);
    const Features entering =
        violating(design_, solver_, family_, here, options_.alpha * point.lambda);
    if (!entering.empty()) {
      solver_.extend(entering);
      return;
    }
    slope_ = here;
    lambda_now_ = point.lambda;
    path_.push_back(std::move(point));
    if (!options_.stop_early || path_.size() < 5) continue;
    const double explained = path_.back().loss_explained;
    const double gain = explained - path_[path_.size() - 2].loss_explained;
    if (explained > kSaturated || gain < kNoGain * explained) {
      ended_ = true;
      return;
    }
  }
}

void PathFitter::advance_to(std::size_t n) {
  const std::size_t last = std::min(n, options_.lambdas.size());
  while (path_.size() < last && !ended_) {
    solve_batch(last);
    if (solver_.features().size() > options_.most_features && !path_.empty()) ended_ = true;
  }
}

PathPoint polish(const Design& design,
                 const Family& family,
                 const std::vector<std::uint8_t>& penalised,
                 double alpha,
                 const PathPoint& point,
                 const base::Context& context) {
  PenalisedSolver solver(design, family, penalised, context);
  solver.start_at(point.intercepts, point.features, point.coefficients);
  const Penalty penalty{point.lambda, alpha};
  const double null_loss =
      family.mean_loss(family.null_intercepts().replicate(family.n_samples(), 1));
  while (true) {
    const bool converged = solver.solve(penalty, {}, kPolished);
    const Features entering = violating(
        design, solver, family, slopes(design, solver, family, context), alpha * penalty.lambda);
    if (entering.empty() || !converged)
      return record(solver, family, penalty, null_loss, converged);
    solver.extend(entering);
  }
}

}  // namespace gcrisk::models::linear
