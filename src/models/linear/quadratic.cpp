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
constexpr Index kLargestSupport = 4096;
constexpr int kMaxRounds = 400;
constexpr int kMaxExtensions = 100;
// A Newton step on a support of m costs about as much as m / 60 sweeps, which wait for memory.
constexpr Index kFewestSweeps = 8;
constexpr Index kSweepShare = 60;

double shrink(double value, double by) {
  if (value > by) return value - by;
  if (value < -by) return value + by;
  return 0;
}

// The problem over the coordinates that can move, side by side in memory: coordinates that stay
// at 0 are neither read nor updated, which is most of them.
struct Compact {
  Eigen::MatrixXd a;      // curvature
  Eigen::VectorXd x;      // where each coordinate is
  Eigen::VectorXd slope;  // minus the slope of the smooth part there
  Eigen::VectorXd l1;
  Eigen::VectorXd l2;

  Index size() const { return x.size(); }

  bool is_free(Index c) const { return x(c) != 0 || l1(c) == 0; }

  // Moves coordinate c to its optimum, all others kept; the move, weighted by curvature.
  double move_one(Index c) {
    const double curvature = a(c, c);
    const double old = x(c);
    const double by = shrink(curvature * old + slope(c), l1(c)) / (curvature + l2(c)) - old;
    if (by == 0) return 0;
    x(c) = old + by;
    slope.noalias() -= by * a.col(c);
    return std::abs(by) * std::sqrt(curvature);
  }

  double sweep_all() {
    double largest = 0;
    for (Index c = 0; c < size(); ++c) largest = std::max(largest, move_one(c));
    return largest;
  }

  double sweep_free() {
    double largest = 0;
    for (Index c = 0; c < size(); ++c) {
      if (is_free(c)) largest = std::max(largest, move_one(c));
    }
    return largest;
  }

  // What the objective changes by when x becomes x + d; `hd` gets a * d.
  double change(const Eigen::VectorXd& d, Eigen::VectorXd& hd) const {
    hd.setZero(size());
    double sum = 0;
    for (Index c = 0; c < size(); ++c) {
      if (d(c) == 0) continue;
      hd.noalias() += d(c) * a.col(c);
      const double to = x(c) + d(c);
      sum += l1(c) * (std::abs(to) - std::abs(x(c))) + 0.5 * l2(c) * (to * to - x(c) * x(c));
    }
    return sum - slope.dot(d) + 0.5 * d.dot(hd);
  }

  void newton_on_support();
};

// A Newton step on the coordinates that are not 0: along correlated columns it does what
// coordinate descent needs thousands of sweeps for. Coordinates whose sign would change stop at 0;
// of the full step and parts of it the first is taken that beats the step up to the first 0.
void Compact::newton_on_support() {
  std::vector<Index> support;
  for (Index c = 0; c < size(); ++c) {
    if (is_free(c)) support.push_back(c);
  }
  const auto m = static_cast<Index>(support.size());
  if (m < 2 || m > kLargestSupport) return;
  Eigen::MatrixXd h(m, m);  // the lower triangle
  Eigen::VectorXd right(m);
  for (Index j = 0; j < m; ++j) {
    const Index c = support[static_cast<std::size_t>(j)];
    for (Index i = j; i < m; ++i) h(i, j) = a(support[static_cast<std::size_t>(i)], c);
    // A whisper of ridge keeps perfectly correlated columns solvable; the sweeps that follow
    // settle the rest.
    h(j, j) += l2(c) + 1e-12 * (1 + h(j, j));
    const double sign = x(c) > 0 ? 1 : x(c) < 0 ? -1 : 0;
    right(j) = slope(c) - l2(c) * x(c) - sign * l1(c);
  }
  const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> factor(h);
  if (factor.info() != Eigen::Success) return;
  const Eigen::VectorXd step = factor.solve(right);
  if (!step.allFinite()) return;
  const auto reached = [&](double t, Eigen::VectorXd& d) {
    d.setZero(size());
    for (Index j = 0; j < m; ++j) {
      const Index c = support[static_cast<std::size_t>(j)];
      const double to = x(c) + t * step(j);
      d(c) = (l1(c) != 0 && x(c) * to <= 0 ? 0.0 : to) - x(c);
    }
  };
  double first = 1;
  for (Index j = 0; j < m; ++j) {
    const Index c = support[static_cast<std::size_t>(j)];
    if (l1(c) == 0 || x(c) * (x(c) + step(j)) > 0) continue;
    first = std::min(first, -x(c) / step(j));
  }
  Eigen::VectorXd d;
  Eigen::VectorXd hd;
  if (first < 1) {
    reached(first, d);
    const double bound = std::min(0.0, change(d, hd));
    for (double t = 1; t > first; t /= 2) {
      Eigen::VectorXd further;
      Eigen::VectorXd product;
      reached(t, further);
      if (change(further, product) >= bound) continue;
      d = std::move(further);
      hd = std::move(product);
      break;
    }
  } else {
    reached(1, d);
    change(d, hd);
  }
  x += d;
  slope -= hd;
}

class Descent {
 public:
  Descent(const BlockMatrix& h,
          const Eigen::MatrixXd& g,
          const Eigen::MatrixXd& t,
          const Eigen::VectorXd& l1,
          const Eigen::VectorXd& l2)
      : h_(h), l1_(l1), l2_(l2), point_(t), slope_(g) {}

  // Solves over the coordinates that are not 0 and those that want to leave it, until no other
  // one wants to.
  void run(double tolerance) {
    for (int extension = 0; extension < kMaxExtensions; ++extension) {
      if (!choose(tolerance) && extension > 0) return;
      if (at_.empty()) return;
      gather();
      solve(tolerance);
      scatter();
    }
  }

  const Eigen::MatrixXd& point() const { return point_; }

 private:
  struct Coordinate {
    Index j;
    Index k;
  };

  bool choose(double tolerance) {
    bool grows = false;
    at_.clear();
    for (Index k = 0; k < point_.cols(); ++k) {
      const Eigen::MatrixXd& own = h_.at(k, k);
      for (Index j = 0; j < point_.rows(); ++j) {
        const double curvature = own(j, j);
        if (curvature <= kNoCurvature) continue;
        if (point_(j, k) != 0 || l1_(j) == 0) {
          at_.push_back({j, k});
        } else if (std::abs(slope_(j, k)) > l1_(j)) {
          const double move = (std::abs(slope_(j, k)) - l1_(j)) / (curvature + l2_(j));
          at_.push_back({j, k});
          grows = grows || move * std::sqrt(curvature) > tolerance;
        }
      }
    }
    return grows;
  }

  void gather() {
    const auto m = static_cast<Index>(at_.size());
    c_.a.resize(m, m);
    c_.x.resize(m);
    c_.slope.resize(m);
    c_.l1.resize(m);
    c_.l2.resize(m);
    for (Index c = 0; c < m; ++c) {
      const auto [j, k] = at_[static_cast<std::size_t>(c)];
      c_.x(c) = point_(j, k);
      c_.slope(c) = slope_(j, k);
      c_.l1(c) = l1_(j);
      c_.l2(c) = l2_(j);
      Index r = 0;
      while (r < m) {
        const Index l = at_[static_cast<std::size_t>(r)].k;
        const bool apart = h_.diagonal_only && l != k;
        const double* column = h_.at(k, l).col(j).data();
        for (; r < m && at_[static_cast<std::size_t>(r)].k == l; ++r) {
          c_.a(r, c) = apart ? 0.0 : column[at_[static_cast<std::size_t>(r)].j];
        }
      }
    }
  }

  void solve(double tolerance) {
    for (int round = 0; round < kMaxRounds; ++round) {
      if (c_.sweep_all() <= tolerance) return;
      const Index most = std::max(kFewestSweeps, c_.size() / kSweepShare);
      Index sweeps = 0;
      while (sweeps < most && c_.sweep_free() > tolerance) ++sweeps;
      if (sweeps == most) c_.newton_on_support();
    }
  }

  void scatter() {
    for (Index c = 0; c < c_.size(); ++c) {
      const auto [j, k] = at_[static_cast<std::size_t>(c)];
      const double by = c_.x(c) - point_(j, k);
      if (by == 0) continue;
      point_(j, k) = c_.x(c);
      if (h_.diagonal_only) {
        slope_.col(k).noalias() -= by * h_.at(0, 0).col(j);
        continue;
      }
      for (Index l = 0; l < point_.cols(); ++l) {
        slope_.col(l).noalias() -= by * h_.at(k, l).col(j);
      }
    }
  }

  const BlockMatrix& h_;
  const Eigen::VectorXd& l1_;
  const Eigen::VectorXd& l2_;
  Eigen::MatrixXd point_;
  Eigen::MatrixXd slope_;  // g - H d: minus the slope of the smooth part
  std::vector<Coordinate> at_;
  Compact c_;
};

}  // namespace

Eigen::MatrixXd minimise_quadratic(const BlockMatrix& h,
                                   const Eigen::MatrixXd& g,
                                   const Eigen::MatrixXd& t,
                                   const Eigen::VectorXd& l1,
                                   const Eigen::VectorXd& l2,
                                   double tolerance) {
  Descent descent(h, g, t, l1, l2);
  descent.run(tolerance);
  return descent.point() - t;
}

}  // namespace gcrisk::models::linear
