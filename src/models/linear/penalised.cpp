// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/linear/penalised.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/linear/quadratic.hpp"

namespace gcrisk::models::linear {

namespace {

using Eigen::Index;

constexpr int kMaxOuter = 500;
constexpr int kMaxHalvings = 30;
constexpr double kFineTolerance = 1e-8;
// A step that shrinks by less than this factor says that the kept curvature is out of date. To
// compute it anew costs as much as dozens of steps.
constexpr double kSlowStep = 0.6;
// The quadratic problem is solved a little better than its own steps deserve.
constexpr double kFirstInner = 1e-4;
constexpr double kInnerShare = 0.01;
// Several classes: the full matrix over (feature, class) up to this many rows, its bound beyond.
constexpr Index kLargestExact = 2400;
constexpr Index kMostExactClasses = 8;

}  // namespace

PenalisedSolver::PenalisedSolver(const Design& design,
                                 const Family& family,
                                 std::vector<std::uint8_t> penalised,
                                 const base::Context& context)
    : design_(design),
      family_(family),
      context_(context),
      penalised_(std::move(penalised)),
      role_(design.n_features() + 1, Role::kOut),
      n_classes_(family.n_columns()),
      precision_(family.kind() == cohort::OutcomeKind::kContinuous ? Precision::kDouble
                                                                   : Precision::kSingle) {
  penalised_.resize(design.n_features() + 1, 1);
  penalised_[design.intercept()] = 0;
  eta_ = family.null_intercepts().replicate(family.n_samples(), 1);
  theta_.resize(0, n_classes_);
  set_curvature_weights();
  Features free = {design.intercept()};
  for (std::uint32_t j = 0; j < design.n_features(); ++j) {
    if (penalised_[j] == 0) free.push_back(j);
  }
  extend(free);
  theta_.row(0) = family.null_intercepts();
}

void PenalisedSolver::set_curvature_weights() {
  weights_.clear();
  if (!exact_blocks_) {
    // Böhning (1992): the curvature of several classes is at most half the identity over classes.
    weights_.push_back(0.5 * family_.weights());
    return;
  }
  for (Index l = 0; l < n_classes_; ++l) {
    for (Index k = 0; k <= l; ++k) weights_.push_back(family_.curvature(eta_, k, l));
  }
}

void PenalisedSolver::refresh() {
  set_curvature_weights();
  blocks_.resize(weights_.size());
  for (std::size_t b = 0; b < weights_.size(); ++b) {
    blocks_[b] = design_.cross(used_, used_, weights_[b], precision_, context_);
  }
}

// Only features that are needed keep a row and column of H.
void PenalisedSolver::drop_idle(const Penalty& penalty, const Eigen::MatrixXd& gradient) {
  const double bound = penalty.lambda * penalty.alpha;
  Features kept;
  std::vector<Index> rows;
  for (std::size_t s = 0; s < used_.size(); ++s) {
    const auto row = static_cast<Index>(s);
    if (penalised_[used_[s]] != 0 && theta_.row(row).isZero(0) &&
        gradient.row(row).cwiseAbs().maxCoeff() <= bound) {
      role_[used_[s]] = Role::kWatched;
      watched_.push_back(used_[s]);
      continue;
    }
    kept.push_back(used_[s]);
    rows.push_back(row);
  }
  Eigen::MatrixXd theta = theta_(rows, Eigen::all);
  used_ = std::move(kept);
  theta_ = std::move(theta);
}

void PenalisedSolver::forget_watched() {
  for (const std::uint32_t j : watched_) {
    if (role_[j] == Role::kWatched) role_[j] = Role::kOut;
  }
  watched_.clear();
}

void PenalisedSolver::start_at(const Eigen::RowVectorXd& intercepts,
                               const Features& features,
                               const Eigen::MatrixXd& coefficients) {
  extend(features);
  theta_.setZero();
  std::vector<Index> row_of(role_.size());
  for (std::size_t s = 0; s < used_.size(); ++s) row_of[used_[s]] = static_cast<Index>(s);
  theta_.row(row_of[design_.intercept()]) = intercepts;
  for (std::size_t s = 0; s < features.size(); ++s) {
    theta_.row(row_of[features[s]]) = coefficients.row(static_cast<Index>(s));
  }
  eta_.setZero();
  design_.add(used_, theta_, eta_, context_);
  if (exact_blocks_ && family_.kind() != cohort::OutcomeKind::kContinuous) refresh();
}

void PenalisedSolver::extend(const Features& features) {
  Features added;
  for (const std::uint32_t j : features) {
    if (role_[j] == Role::kInUse) continue;
    role_[j] = Role::kInUse;
    added.push_back(j);
  }
  if (added.empty()) return;
  const auto before = static_cast<Index>(used_.size());
  used_.insert(used_.end(), added.begin(), added.end());
  const auto after = static_cast<Index>(used_.size());
  theta_.conservativeResize(after, n_classes_);
  theta_.bottomRows(after - before).setZero();
  if (exact_blocks_ && n_classes_ > 1 &&
      (after * n_classes_ > kLargestExact || n_classes_ > kMostExactClasses)) {
    exact_blocks_ = false;
    refresh();
    return;
  }
  blocks_.resize(weights_.size());
  for (std::size_t b = 0; b < weights_.size(); ++b) {
    const Eigen::MatrixXd columns = design_.cross(used_, added, weights_[b], precision_, context_);
    Eigen::MatrixXd& h = blocks_[b];
    h.conservativeResize(after, after);
    h.rightCols(after - before) = columns;
    h.bottomLeftCorner(after - before, before) = columns.topRows(before).transpose();
  }
}

double PenalisedSolver::penalty_of(const Penalty& penalty, const Eigen::MatrixXd& theta) const {
  double sum = 0;
  for (Index s = 0; s < theta.rows(); ++s) {
    if (penalised_[used_[static_cast<std::size_t>(s)]] == 0) continue;
    sum += penalty.alpha * theta.row(s).lpNorm<1>() +
           0.5 * (1 - penalty.alpha) * theta.row(s).squaredNorm();
  }
  return penalty.lambda * sum;
}

double PenalisedSolver::objective(const Penalty& penalty) const {
  return family_.mean_loss(eta_) + penalty_of(penalty, theta_);
}

Eigen::MatrixXd PenalisedSolver::step(const Penalty& penalty,
                                      const Eigen::MatrixXd& gradient,
                                      double tolerance) {
  const auto size = static_cast<Index>(used_.size());
  Eigen::VectorXd l1(size);
  Eigen::VectorXd l2(size);
  for (Index s = 0; s < size; ++s) {
    const double lambda = penalised_[used_[static_cast<std::size_t>(s)]] * penalty.lambda;
    l1(s) = lambda * penalty.alpha;
    l2(s) = lambda * (1 - penalty.alpha);
  }
  const BlockMatrix h{&blocks_, n_classes_, !exact_blocks_};
  return minimise_quadratic(h, gradient, theta_, l1, l2, tolerance);
}

bool PenalisedSolver::solve_used(const Penalty& penalty, double tolerance) {
  const double limit = tolerance * family_.scale();
  const bool exact = family_.kind() == cohort::OutcomeKind::kContinuous;
  double last_step = std::numeric_limits<double>::infinity();
  bool outdated = false;
  double inner = exact ? limit : std::max(0.1 * limit, kFirstInner);
  double value = objective(penalty);
  for (int outer = 0; outer < kMaxOuter; ++outer) {
    context_.cancellation->check();
    ++iterations_;
    Eigen::MatrixXd gradient = design_.transposed(used_, family_.residuals(eta_), context_);
    if (outdated) {
      const std::size_t before = used_.size();
      drop_idle(penalty, gradient);
      refresh();
      if (used_.size() < before) {
        gradient = design_.transposed(used_, family_.residuals(eta_), context_);
      }
      outdated = false;
    }
    const Eigen::MatrixXd move = step(penalty, gradient, inner);
    const double length = move.size() == 0 ? 0 : move.cwiseAbs().maxCoeff();
    if (length == 0 && inner <= limit) return true;
    Eigen::MatrixXd moved = Eigen::MatrixXd::Zero(eta_.rows(), eta_.cols());
    design_.add(used_, move, moved, context_);
    double t = 1;
    for (int halving = 0;; ++halving) {
      const Eigen::MatrixXd theta = theta_ + t * move;
      const Eigen::MatrixXd eta = eta_ + t * moved;
      const double next = family_.mean_loss(eta) + penalty_of(penalty, theta);
      if (next <= value + 1e-13 * std::abs(value) || halving == kMaxHalvings) {
        theta_ = theta;
        eta_ = eta;
        value = next;
        break;
      }
      t /= 2;
    }
    if (length <= limit && t == 1 && inner <= limit) return true;
    // One step solves an exact quadratic problem; a fine tolerance asks for a check.
    if (exact && t == 1 && tolerance > kFineTolerance) return true;
    if (exact) continue;
    inner = std::max(0.1 * limit, kInnerShare * length);
    if (exact_blocks_ && (t < 1 || length > kSlowStep * last_step)) {
      outdated = true;
      last_step = std::numeric_limits<double>::infinity();
    } else {
      last_step = length;
    }
  }
  return false;
}

bool PenalisedSolver::solve(const Penalty& penalty, const Features& candidates, double tolerance) {
  while (true) {
    if (!solve_used(penalty, tolerance)) return false;
    Features waiting;
    for (const Features* from : {&candidates, static_cast<const Features*>(&watched_)}) {
      for (const std::uint32_t j : *from) {
        if (role_[j] != Role::kInUse && !design_.is_constant(j)) waiting.push_back(j);
      }
    }
    if (waiting.empty()) return true;
    const Eigen::MatrixXd slope = design_.transposed(waiting, family_.residuals(eta_), context_);
    Features entering;
    for (std::size_t c = 0; c < waiting.size(); ++c) {
      if (slope.row(static_cast<Index>(c)).cwiseAbs().maxCoeff() > penalty.lambda * penalty.alpha) {
        entering.push_back(waiting[c]);
      }
    }
    if (entering.empty()) return true;
    extend(entering);
  }
}

}  // namespace gcrisk::models::linear
