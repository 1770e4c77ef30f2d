// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "gcrisk/cohort/outcome.hpp"

namespace gcrisk::models::linear {

// Cox's partial likelihood of linear predictors eta, with Efron's answer to tied times: at each
// time with d events, of people D among those at risk R,
//   log L += sum_D eta_i - sum_{l=0}^{d-1} log( sum_R exp(eta) - l/d sum_D exp(eta) ).
// Strata have risk sets of their own. People censored at the time of an event are at risk then.
// Sources: Cox 1972 (J R Stat Soc B 34:187); Efron 1977 (J Am Stat Assoc 72:557).
class PartialLikelihood {
 public:
  PartialLikelihood() = default;
  // `strata`: one a person, or empty. DegenerateError where no event was seen.
  PartialLikelihood(const cohort::Outcome& outcome, const std::vector<std::int32_t>& strata);

  Eigen::Index n_people() const noexcept { return static_cast<Eigen::Index>(stratum_.size()); }
  double log_likelihood(const Eigen::VectorXd& eta) const;
  // Its derivative by eta: event minus expected events (the martingale residual).
  Eigen::VectorXd residuals(const Eigen::VectorXd& eta) const;
  // Expected events: a diagonal above minus the second derivative.
  Eigen::VectorXd curvature_bound(const Eigen::VectorXd& eta) const;

  // First and second derivatives by beta of eta = X beta.
  struct Derivatives {
    double log_likelihood = 0;
    Eigen::VectorXd gradient;
    Eigen::MatrixXd information;
  };
  Derivatives derivatives(const Eigen::MatrixXd& x, const Eigen::VectorXd& beta) const;
  // Half the derivative of log |information|, by which Firth's method adds to the gradient.
  // Cost: people × events × features².
  Eigen::VectorXd firth_gradient(const Eigen::MatrixXd& x,
                                 const Eigen::VectorXd& beta,
                                 const Eigen::MatrixXd& inverse_information) const;

  // The cumulative baseline hazard at eta = 0 after each time with an event, by stratum.
  struct Baseline {
    std::int32_t stratum = 0;
    std::vector<double> times;
    std::vector<double> hazard;
    double at(double time) const;  // the last value at or before `time`; 0 before the first
  };
  std::vector<Baseline> baseline(const Eigen::VectorXd& eta) const;

 private:
  // People who leave at one time, of one stratum: order_[first, last), events first.
  struct Moment {
    std::int32_t stratum;
    double time;
    std::size_t first;
    std::size_t last;
    std::size_t n_events;
  };
  std::vector<double> exponentials(const Eigen::VectorXd& eta, std::vector<double>& shift) const;
  template <class Visit>
  void visit_events(const std::vector<double>& e, Visit&& visit) const;

  std::vector<std::int32_t> stratum_;
  std::vector<std::uint32_t> order_;  // by stratum, then the latest first
  std::vector<Moment> moments_;
};

}  // namespace gcrisk::models::linear
