// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/svm/dual_descent.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "gcrisk/base/random.hpp"

namespace gcrisk::models::svm {

namespace {

using Eigen::Index;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNoMove = 1e-12;

// The machine while it is made: u = scales * w_raw, so that w'x = u'z - shift.
class State {
 public:
  State(const SampleRows& rows, const LinearProblem& problem)
      : rows_(rows),
        problem_(problem),
        z_(static_cast<Index>(rows.n_features())),
        u_(Eigen::VectorXf::Zero(static_cast<Index>(rows.n_features()))) {
    for (const std::uint32_t person : problem.people) {
      load(person);
      const Eigen::ArrayXf off = z_.array() - rows.means().array();
      square_.push_back(1 + static_cast<double>((off * off * rows.scales().array()).sum()));
      shift_of_.push_back(
          static_cast<double>((off * rows.scales().array() * rows.means().array()).sum()));
    }
  }

  double square(std::size_t i) const { return square_[i]; }

  // Score of person i, whose features stay loaded for `add`.
  double score(std::size_t i) {
    load(problem_.people[i]);
    return static_cast<double>(u_.dot(z_)) - shift_ + b_;
  }
  void add(std::size_t i, double by) {
    u_.array() +=
        static_cast<float>(by) * rows_.scales().array() * (z_.array() - rows_.means().array());
    shift_ += by * shift_of_[i];
    b_ += by;
  }

  // Weights of the standardised features from the dual values, free of accumulated rounding.
  void finish(const Eigen::VectorXd& beta, LinearMachine& machine) {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(z_.size());
    double total = 0;
    for (std::size_t i = 0; i < problem_.people.size(); ++i) {
      const double by = beta(static_cast<Index>(i));
      if (by == 0) continue;
      ++machine.n_support;
      load(problem_.people[i]);
      sum += by * (z_ - rows_.means()).cast<double>();
      total += by;
    }
    machine.w = sum.array() * rows_.scales().cast<double>().array().sqrt();
    machine.b = total;
    u_ = (sum.array() * rows_.scales().cast<double>().array()).matrix().cast<float>();
    shift_ = u_.cast<double>().dot(rows_.means().cast<double>());
    b_ = total;
  }

 private:
  void load(std::uint32_t person) { rows_.load(person, z_.data()); }

  const SampleRows& rows_;
  const LinearProblem& problem_;
  Eigen::VectorXf z_;
  Eigen::VectorXf u_;
  double shift_ = 0;
  double b_ = 0;
  std::vector<double> square_;
  std::vector<double> shift_of_;
};

struct Visit {
  double violation = 0;  // signed, of the optimality conditions
  double to = 0;         // the best value, all others kept
  bool idle = false;     // at a bound, and far from leaving it
};

// One dual value of a classifier, in [0, upper].
Visit visit_class(
    double alpha, double gradient, double upper, double curvature, double low, double high) {
  Visit v;
  v.to = alpha;
  if (alpha == 0) {
    if (gradient > high) {
      v.idle = true;
      return v;
    }
    v.violation = std::min(gradient, 0.0);
  } else if (alpha == upper) {
    if (gradient < low) {
      v.idle = true;
      return v;
    }
    v.violation = std::max(gradient, 0.0);
  } else {
    v.violation = gradient;
  }
  if (std::abs(v.violation) > kNoMove) {
    v.to = std::clamp(alpha - gradient / curvature, 0.0, upper);
  }
  return v;
}

// One dual value of an amount, in [-upper, upper], with the penalty epsilon |beta|.
Visit visit_amount(
    double beta, double gradient, double upper, double curvature, double epsilon, double bound) {
  Visit v;
  v.to = beta;
  const double up = gradient + epsilon;
  const double down = gradient - epsilon;
  if (beta == 0) {
    if (up < 0) {
      v.violation = -up;
    } else if (down > 0) {
      v.violation = down;
    } else if (up > bound && down < -bound) {
      v.idle = true;
      return v;
    }
  } else if (beta >= upper) {
    if (up > 0) {
      v.violation = up;
    } else if (up < -bound) {
      v.idle = true;
      return v;
    }
  } else if (beta <= -upper) {
    if (down < 0) {
      v.violation = -down;
    } else if (down > bound) {
      v.idle = true;
      return v;
    }
  } else {
    v.violation = beta > 0 ? std::abs(up) : std::abs(down);
  }
  double to = beta;
  if (up < curvature * beta) {
    to = beta - up / curvature;
  } else if (down > curvature * beta) {
    to = beta - down / curvature;
  } else {
    to = 0;
  }
  to = std::clamp(to, -upper, upper);
  if (std::abs(to - beta) > kNoMove) v.to = to;
  return v;
}

void evaluate(State& state,
              const LinearProblem& p,
              const Eigen::VectorXd& beta,
              LinearMachine& machine) {
  const double size = 0.5 * (machine.w.squaredNorm() + machine.b * machine.b);
  machine.objective = size;
  machine.dual_objective = -size;
  for (std::size_t s = 0; s < p.people.size(); ++s) {
    const auto i = static_cast<Index>(s);
    const double score = state.score(s);
    const double over =
        std::max(0.0, p.amounts ? std::abs(p.y(i) - score) - p.epsilon : 1 - p.y(i) * score);
    machine.objective += p.cost(i) * (p.squared ? over * over : over);
    machine.dual_objective += beta(i) * p.y(i);
    if (p.amounts) machine.dual_objective -= p.epsilon * std::abs(beta(i));
    if (p.squared) machine.dual_objective -= beta(i) * beta(i) / (4 * p.cost(i));
  }
}

}  // namespace

LinearMachine dual_descent(const SampleRows& rows,
                           KernelRows* products,
                           const LinearProblem& p,
                           const base::Context& context) {
  State state(rows, p);
  const std::size_t n = p.people.size();
  Eigen::VectorXd scores = Eigen::VectorXd::Zero(products == nullptr ? 0 : static_cast<Index>(n));
  const auto move = [&](std::uint32_t i, double by) {
    if (products == nullptr) {
      state.add(i, by);
      return;
    }
    const float* row = products->row(p.people[i]);
    for (std::size_t s = 0; s < n; ++s) {
      scores(static_cast<Index>(s)) += by * (1 + static_cast<double>(row[p.people[s]]));
    }
  };
  Eigen::VectorXd beta = Eigen::VectorXd::Zero(static_cast<Index>(n));  // alpha_i y_i of classes
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  std::size_t n_active = n;
  double low = -kInfinity;  // bounds beyond which a dual value counts as settled
  double high = kInfinity;
  double first_sum = -1;
  base::Random random(context.seed, "svm order");
  LinearMachine machine;
  while (machine.passes < p.max_passes) {
    context.cancellation->check();
    ++machine.passes;
    for (std::size_t s = n_active; s > 1; --s) {
      std::swap(order[s - 1], order[random.below32(static_cast<std::uint32_t>(s))]);
    }
    double smallest = kInfinity;
    double largest = -kInfinity;
    double sum = 0;
    for (std::size_t s = 0; s < n_active; ++s) {
      const std::uint32_t i = order[s];
      const double ridge = p.squared ? 0.5 / p.cost(i) : 0;
      const double upper = p.squared ? kInfinity : p.cost(i);
      const double curvature = state.square(i) + ridge;
      const double score = products == nullptr ? state.score(i) : scores(i);
      Visit v;
      if (p.amounts) {
        const double gradient = score - p.y(i) + ridge * beta(i);
        v = visit_amount(
            beta(i), gradient, upper, curvature, p.epsilon, high / static_cast<double>(n));
      } else {
        const double alpha = beta(i) * p.y(i);
        const double gradient = p.y(i) * score - 1 + ridge * alpha;
        v = visit_class(alpha, gradient, upper, curvature, low, high);
        v.to *= p.y(i);
      }
      if (v.idle) {
        --n_active;
        std::swap(order[s], order[n_active]);
        --s;
        continue;
      }
      smallest = std::min(smallest, v.violation);
      largest = std::max(largest, v.violation);
      sum += std::abs(v.violation);
      if (v.to == beta(i)) continue;
      move(i, v.to - beta(i));
      beta(i) = v.to;
    }
    if (first_sum < 0) first_sum = sum;
    const bool settled = n_active == 0 || (p.amounts ? sum <= p.tolerance * first_sum
                                                     : largest - smallest <= p.tolerance);
    if (settled) {
      if (n_active == n) {
        machine.converged = true;
        break;
      }
      n_active = n;  // everybody is looked at once more
      low = -kInfinity;
      high = kInfinity;
      continue;
    }
    low = smallest < 0 ? smallest : -kInfinity;
    high = largest > 0 ? largest : kInfinity;
  }
  state.finish(beta, machine);
  evaluate(state, p, beta, machine);
  return machine;
}

}  // namespace gcrisk::models::svm
