// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/linear/quadratic.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace gcrisk::models::linear {

namespace {

using Eigen::Index;

// Curvature below this belongs to a constant column: it cannot move the fit.
constexpr double kNoCurvature = 1e-14;
constexpr Index kLargestSupport = 3000;
constexpr int kMaxRounds = 400;
// A Newton step on the support costs about as much as so many sweeps, which wait for memory.
constexpr int kSweepsPerRound = 8;

double shrink(double value, double by) {
  if (value > by) return value - by;
  if (value < -by) return value + by;
  return 0;
}

class Descent {
 public:
  Descent(const BlockMatrix& h,
          const Eigen::MatrixXd& g,
          const Eigen::MatrixXd& t,
          const Eigen::VectorXd& l1,
          const Eigen::VectorXd& l2)
      : h_(h), l1_(l1), l2_(l2), point_(t), slope_(g), n_features_(t.rows()), n_classes_(t.cols()) {
    active_.reserve(static_cast<std::size_t>(t.size()));
  }

  // One round over all coordinates; the largest move, weighted by curvature.
  double sweep_all() {
    double largest = 0;
    active_.clear();
    for (Index k = 0; k < n_classes_; ++k) {
      const Eigen::MatrixXd& own = h_.at(k, k);
      for (Index j = 0; j < n_features_; ++j) {
        largest = std::max(largest, move_one(own(j, j), j, k));
        if (point_(j, k) != 0 || l1_(j) == 0) active_.push_back({j, k});
      }
    }
    return largest;
  }

  double sweep_active() {
    double largest = 0;
    for (const auto& [j, k] : active_)
      largest = std::max(largest, move_one(h_.at(k, k)(j, j), j, k));
    return largest;
  }

  // A Newton step on the coordinates that are not 0, cut short where a sign would change: along
  // correlated columns it does what coordinate descent needs thousands of sweeps for.
  void newton_on_support() {
    std::vector<std::pair<Index, Index>> support;
    for (const auto& [j, k] : active_) {
      if (h_.at(k, k)(j, j) > kNoCurvature && (point_(j, k) != 0 || l1_(j) == 0)) {
        support.emplace_back(j, k);
      }
    }
    const auto m = static_cast<Index>(support.size());
    if (m < 2 || m > kLargestSupport) return;
    Eigen::MatrixXd a(m, m);  // the lower triangle
    Eigen::VectorXd right(m);
    for (Index c = 0; c < m; ++c) {
      const auto [j, k] = support[static_cast<std::size_t>(c)];
      Index r = c;
      while (r < m) {
        const Index l = support[static_cast<std::size_t>(r)].second;
        const bool apart = h_.diagonal_only && l != k;
        const double* column = h_.at(k, l).col(j).data();
        for (; r < m && support[static_cast<std::size_t>(r)].second == l; ++r) {
          a(r, c) = apart ? 0.0 : column[support[static_cast<std::size_t>(r)].first];
        }
      }
      // A whisper of ridge keeps perfectly correlated columns solvable; the sweeps that follow
      // settle the rest.
      a(c, c) += l2_(j) + 1e-12 * (1 + a(c, c));
      const double sign = point_(j, k) > 0 ? 1 : point_(j, k) < 0 ? -1 : 0;
      right(c) = slope_(j, k) - l2_(j) * point_(j, k) - sign * l1_(j);
    }
    const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> factor(a);
    if (factor.info() != Eigen::Success) return;
    const Eigen::VectorXd s = factor.solve(right);
    if (!s.allFinite()) return;
    double reach = 1;
    Index first = -1;
    for (Index c = 0; c < m; ++c) {
      const auto [j, k] = support[static_cast<std::size_t>(c)];
      if (l1_(j) == 0 || point_(j, k) * (point_(j, k) + reach * s(c)) > 0) continue;
      const double to_zero = -point_(j, k) / s(c);
      if (to_zero < reach) {
        reach = to_zero;
        first = c;
      }
    }
    for (Index c = 0; c < m; ++c) {
      const auto [j, k] = support[static_cast<std::size_t>(c)];
      const double target = c == first ? 0.0 : point_(j, k) + reach * s(c);
      shift(j, k, target - point_(j, k));
      point_(j, k) = target;
    }
  }

  const Eigen::MatrixXd& point() const { return point_; }

 private:
  double move_one(double curvature, Index j, Index k) {
    if (curvature <= kNoCurvature) return 0;
    const double old = point_(j, k);
    const double target = shrink(curvature * old + slope_(j, k), l1_(j)) / (curvature + l2_(j));
    const double by = target - old;
    if (by == 0) return 0;
    point_(j, k) = target;
    shift(j, k, by);
    return std::abs(by) * std::sqrt(curvature);
  }

  // The slope after coordinate (j, k) moved.
  void shift(Index j, Index k, double by) {
    if (by == 0) return;
    if (h_.diagonal_only) {
      slope_.col(k).noalias() -= by * h_.at(0, 0).col(j);
      return;
    }
    for (Index l = 0; l < n_classes_; ++l) slope_.col(l).noalias() -= by * h_.at(k, l).col(j);
  }

  const BlockMatrix& h_;
  const Eigen::VectorXd& l1_;
  const Eigen::VectorXd& l2_;
  Eigen::MatrixXd point_;
  Eigen::MatrixXd slope_;  // g - H d: minus the slope of the smooth part
  Index n_features_;
  Index n_classes_;
  std::vector<std::pair<Index, Index>> active_;
};

}  // namespace

Eigen::MatrixXd minimise_quadratic(const BlockMatrix& h,
                                   const Eigen::MatrixXd& g,
                                   const Eigen::MatrixXd& t,
                                   const Eigen::VectorXd& l1,
                                   const Eigen::VectorXd& l2,
                                   double tolerance) {
  Descent descent(h, g, t, l1, l2);
  for (int round = 0; round < kMaxRounds; ++round) {
    if (descent.sweep_all() <= tolerance) break;
    int sweeps = 0;
    while (sweeps < kSweepsPerRound && descent.sweep_active() > tolerance) ++sweeps;
    if (sweeps == kSweepsPerRound) descent.newton_on_support();
  }
  return descent.point() - t;
}

}  // namespace gcrisk::models::linear
