// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "survival.hpp"

#include <algorithm>
#include <cmath>

namespace gcrisk::models::boosting {

namespace {

// log(1 + exp(x)) without overflow: minus the log of 1 - P at the log odds x.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

class DiscreteLoss final : public Loss {
 public:
  DiscreteLoss(const cohort::Outcome& outcome,
               std::vector<double> weights,
               std::vector<double> ends)
      : events_(outcome.values), weights_(std::move(weights)), ends_(std::move(ends)) {
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const bool event = events_[i] > 0;
      // An event belongs to the first interval that does not end before it; one after the last end
      // (of a validation set) to none.
      const auto at = event ? std::lower_bound(ends_.begin(), ends_.end(), outcome.times[i])
                            : std::upper_bound(ends_.begin(), ends_.end(), outcome.times[i]);
      const auto past = static_cast<std::size_t>(at - ends_.begin());
      in_.push_back(event ? past : ends_.size());
      n_known_.push_back(event ? std::min(past + 1, ends_.size()) : past);
    }
    for (const double w : weights_) total_ += w;
  }

  Eigen::RowVectorXd start() const override {
    const auto n = static_cast<Eigen::Index>(ends_.size());
    Eigen::RowVectorXd had = Eigen::RowVectorXd::Constant(n, 0.5);
    Eigen::RowVectorXd had_not = had;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      for (std::size_t k = 0; k < n_known_[i]; ++k) {
        (k == in_[i] ? had : had_not)(static_cast<Eigen::Index>(k)) += weights_[i];
      }
    }
    return (had.array() / had_not.array()).log().matrix();
  }

  void derivatives(const Eigen::MatrixXd& scores,
                   Eigen::MatrixXd& gradients,
                   Eigen::MatrixXd& hessians) override {
    gradients.setZero();
    hessians.setZero();
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const auto row = static_cast<Eigen::Index>(i);
      for (std::size_t k = 0; k < n_known_[i]; ++k) {
        const auto column = static_cast<Eigen::Index>(k);
        const double p = 1 / (1 + std::exp(-scores(row, column)));
        gradients(row, column) = weights_[i] * (p - (k == in_[i] ? 1 : 0));
        hessians(row, column) = weights_[i] * p * (1 - p);
      }
    }
  }

  double value(const Eigen::MatrixXd& scores) const override {
    double sum = 0;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      for (std::size_t k = 0; k < n_known_[i]; ++k) {
        const double s = scores(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k));
        sum += weights_[i] * softplus(k == in_[i] ? -s : s);
      }
    }
    return sum / total_;
  }

  std::string name() const override { return "log loss of intervals"; }

 private:
  std::vector<double> events_;
  std::vector<double> weights_;
  std::vector<double> ends_;
  std::vector<std::size_t> in_;       // interval of the event; ends_.size(): none
  std::vector<std::size_t> n_known_;  // intervals of which it is known whether it came
  double total_ = 0;
};

}  // namespace

std::vector<double> interval_ends(const cohort::Outcome& outcome, std::size_t n) {
  std::vector<double> times;
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    if (outcome.values[i] > 0) times.push_back(outcome.times[i]);
  }
  std::sort(times.begin(), times.end());
  std::vector<double> ends;
  for (std::size_t k = 1; k <= n; ++k) {
    const std::size_t upto = k * times.size() / n;
    if (upto == 0) continue;
    const double end = times[upto - 1];
    if (ends.empty() || end > ends.back()) ends.push_back(end);
  }
  return ends;
}

std::unique_ptr<Loss> make_discrete_loss(const cohort::Outcome& outcome,
                                         std::vector<double> weights,
                                         std::vector<double> ends) {
  return std::make_unique<DiscreteLoss>(outcome, std::move(weights), std::move(ends));
}

Prediction TimeScale::predict(const Eigen::MatrixXd& scores) const {
  Prediction out;
  out.risk.resize(scores.rows(), 1);
  if (!discrete) {
    out.score = scores;
    const auto after = std::upper_bound(times.begin(), times.end(), horizon);
    const double hazard =
        after == times.begin() ? 0 : hazards[static_cast<std::size_t>(after - times.begin()) - 1];
    for (Eigen::Index i = 0; i < scores.rows(); ++i) {
      out.risk(i, 0) = -std::expm1(-hazard * std::exp(scores(i, 0)));
    }
    return out;
  }
  out.score.resize(scores.rows(), 1);
  for (Eigen::Index i = 0; i < scores.rows(); ++i) {
    double whole = 0;
    double until = 0;
    for (std::size_t k = 0; k < times.size(); ++k) {
      const double begin = k == 0 ? 0 : times[k - 1];
      const double share = std::clamp((horizon - begin) / (times[k] - begin), 0.0, 1.0);
      const double hazard = softplus(scores(i, static_cast<Eigen::Index>(k)));
      whole += hazard;
      until += share * hazard;
    }
    out.score(i, 0) = std::log(whole);
    out.risk(i, 0) = -std::expm1(-until);
  }
  return out;
}

}  // namespace gcrisk::models::boosting
