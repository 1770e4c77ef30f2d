// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "cox_loss.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gcrisk::models::boosting {

namespace {

constexpr double kLeastHessian = 1e-16;

class CoxLoss final : public Loss {
 public:
  CoxLoss(const cohort::Outcome& outcome, std::vector<double> weights)
      : events_(outcome.values), weights_(std::move(weights)), order_(outcome.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return outcome.times[a] < outcome.times[b];
    });
    for (std::size_t i = 0; i < order_.size(); ++i) {
      if (i == 0 || outcome.times[order_[i]] != outcome.times[order_[i - 1]]) {
        moments_.push_back({i, i, 0, 0});
      }
      Moment& moment = moments_.back();
      moment.end = i + 1;
      if (events_[order_[i]] > 0) {
        moment.n_events += 1;
        moment.event_weight += weights_[order_[i]];
      }
    }
    for (const double w : weights_) total_ += w;
  }

  Eigen::RowVectorXd start() const override { return Eigen::RowVectorXd::Zero(1); }

  void derivatives(const Eigen::MatrixXd& scores,
                   Eigen::MatrixXd& gradients,
                   Eigen::MatrixXd& hessians) override {
    const std::vector<double> hazard = hazards(scores);
    const std::vector<double> at_risk = risk_sums(hazard);
    // Σ over events so far of mean weight / (sum at risk), and of its square; for those who have
    // the event now, tied events count in part.
    double sum = 0;
    double square = 0;
    for (std::size_t m = 0; m < moments_.size(); ++m) {
      const Moment& moment = moments_[m];
      double own = sum;
      double own_square = square;
      for_ties(moment, hazard, at_risk[m], [&](double rest, double share, double weight) {
        sum += weight / rest;
        square += weight / (rest * rest);
        own += share * weight / rest;
        own_square += share * share * weight / (rest * rest);
      });
      for (std::size_t k = moment.begin; k < moment.end; ++k) {
        const std::size_t i = order_[k];
        const auto row = static_cast<Eigen::Index>(i);
        const bool event = events_[i] > 0;
        const double first = hazard[i] * (event ? own : sum);
        const double second = hazard[i] * hazard[i] * (event ? own_square : square);
        gradients(row, 0) = first - (event ? weights_[i] : 0);
        hessians(row, 0) = std::max(first - second, kLeastHessian);
      }
    }
  }

  double value(const Eigen::MatrixXd& scores) const override {
    const std::vector<double> hazard = hazards(scores);
    const std::vector<double> at_risk = risk_sums(hazard);
    const double top = scores.maxCoeff();
    double sum = 0;
    for (std::size_t m = 0; m < moments_.size(); ++m) {
      for_ties(moments_[m], hazard, at_risk[m], [&](double rest, double, double weight) {
        sum += weight * std::log(rest);
      });
    }
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (events_[i] > 0) sum -= weights_[i] * (scores(static_cast<Eigen::Index>(i), 0) - top);
    }
    return sum / total_;
  }

  std::string name() const override { return "minus log partial likelihood"; }

 private:
  // People with the same time: order_[begin … end - 1].
  struct Moment {
    std::size_t begin, end;
    double n_events;
    double event_weight;
  };

  // Relative to the largest, so that nothing overflows; the scale cancels.
  std::vector<double> hazards(const Eigen::MatrixXd& scores) const {
    const double top = scores.maxCoeff();
    std::vector<double> out(events_.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = weights_[i] * std::exp(scores(static_cast<Eigen::Index>(i), 0) - top);
    }
    return out;
  }

  // For each moment the sum of hazards of those still followed.
  std::vector<double> risk_sums(const std::vector<double>& hazard) const {
    std::vector<double> out(moments_.size());
    double sum = 0;
    for (std::size_t m = moments_.size(); m-- > 0;) {
      for (std::size_t k = moments_[m].begin; k < moments_[m].end; ++k) sum += hazard[order_[k]];
      out[m] = sum;
    }
    return out;
  }

  // Efron: the l-th of d tied events sees the sum at risk less l / d of the tied ones' hazards.
  template <typename Visit>
  void for_ties(const Moment& moment,
                const std::vector<double>& hazard,
                double at_risk,
                Visit visit) const {
    if (moment.n_events == 0) return;
    double tied = 0;
    for (std::size_t k = moment.begin; k < moment.end; ++k) {
      if (events_[order_[k]] > 0) tied += hazard[order_[k]];
    }
    const double weight = moment.event_weight / moment.n_events;
    for (double l = 0; l < moment.n_events; l += 1) {
      const double gone = l / moment.n_events;
      visit(at_risk - gone * tied, 1 - gone, weight);
    }
  }

  std::vector<double> events_;
  std::vector<double> weights_;
  std::vector<std::size_t> order_;  // by time
  std::vector<Moment> moments_;
  double total_ = 0;
};

}  // namespace

std::unique_ptr<Loss> make_cox_loss(const cohort::Outcome& outcome, std::vector<double> weights) {
  return std::make_unique<CoxLoss>(outcome, std::move(weights));
}

}  // namespace gcrisk::models::boosting
