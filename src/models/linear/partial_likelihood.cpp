// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/linear/partial_likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "gcrisk/base/error.hpp"

namespace gcrisk::models::linear {

namespace {

using Eigen::Index;

}  // namespace

PartialLikelihood::PartialLikelihood(const cohort::Outcome& outcome,
                                     const std::vector<std::int32_t>& strata)
    : stratum_(strata) {
  const std::size_t n = outcome.size();
  stratum_.resize(n, 0);
  order_.resize(n);
  std::iota(order_.begin(), order_.end(), 0U);
  std::stable_sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (stratum_[a] != stratum_[b]) return stratum_[a] < stratum_[b];
    if (outcome.times[a] != outcome.times[b]) return outcome.times[a] > outcome.times[b];
    return outcome.values[a] > outcome.values[b];
  });
  std::size_t n_events = 0;
  for (std::size_t s = 0; s < n;) {
    const std::uint32_t i = order_[s];
    Moment moment{stratum_[i], outcome.times[i], s, s, 0};
    for (; moment.last < n; ++moment.last) {
      const std::uint32_t j = order_[moment.last];
      if (stratum_[j] != moment.stratum || outcome.times[j] != moment.time) break;
      moment.n_events += outcome.values[j] > 0;
    }
    n_events += moment.n_events;
    moments_.push_back(moment);
    s = moment.last;
  }
  if (n_events == 0) {
    throw base::DegenerateError(
        "outcome '" + outcome.name + "': nobody in the training set has " + "the event",
        "check the column of events, --keep and the split");
  }
}

// exp(eta - shift), the shift being the largest eta of a stratum, by position in order_.
std::vector<double> PartialLikelihood::exponentials(const Eigen::VectorXd& eta,
                                                    std::vector<double>& shift) const {
  std::vector<double> e(order_.size());
  shift.assign(order_.size(), 0);
  for (std::size_t s = 0; s < order_.size();) {
    std::size_t end = s;
    double top = -std::numeric_limits<double>::infinity();
    while (end < order_.size() && stratum_[order_[end]] == stratum_[order_[s]]) {
      top = std::max(top, eta(order_[end++]));
    }
    for (; s < end; ++s) {
      e[s] = std::exp(eta(order_[s]) - top);
      shift[s] = top;
    }
  }
  return e;
}

// Calls visit(moment, at_risk, tied) for each time with an event, latest first in each stratum.
template <class Visit>
void PartialLikelihood::visit_events(const std::vector<double>& e, Visit&& visit) const {
  double at_risk = 0;
  for (std::size_t m = 0; m < moments_.size(); ++m) {
    const Moment& moment = moments_[m];
    if (m > 0 && moments_[m - 1].stratum != moment.stratum) at_risk = 0;
    double tied = 0;
    for (std::size_t s = moment.first; s < moment.last; ++s) {
      at_risk += e[s];
      if (s < moment.first + moment.n_events) tied += e[s];
    }
    if (moment.n_events > 0) visit(moment, at_risk, tied);
  }
}

double PartialLikelihood::log_likelihood(const Eigen::VectorXd& eta) const {
  std::vector<double> shift;
  const auto e = exponentials(eta, shift);
  double sum = 0;
  visit_events(e, [&](const Moment& m, double at_risk, double tied) {
    const auto d = static_cast<double>(m.n_events);
    for (std::size_t l = 0; l < m.n_events; ++l) {
      sum += eta(order_[m.first + l]) - shift[m.first] -
             std::log(at_risk - static_cast<double>(l) / d * tied);
    }
  });
  return sum;
}

// The expected events of each person: exp(eta) times the hazard of the times at which they were at
// risk, the tied ones in part.
Eigen::VectorXd PartialLikelihood::curvature_bound(const Eigen::VectorXd& eta) const {
  std::vector<double> shift;
  const auto e = exponentials(eta, shift);
  std::vector<double> whole(order_.size(), 0);  // hazard at a moment, by its first position
  std::vector<double> part(order_.size(), 0);   // what people with the event do not share
  visit_events(e, [&](const Moment& m, double at_risk, double tied) {
    const auto d = static_cast<double>(m.n_events);
    for (std::size_t l = 0; l < m.n_events; ++l) {
      const double share = static_cast<double>(l) / d;
      const double hazard = 1 / (at_risk - share * tied);
      whole[m.first] += hazard;
      part[m.first] += share * hazard;
    }
  });
  Eigen::VectorXd out(eta.size());
  double hazard = 0;
  for (std::size_t m = moments_.size(); m-- > 0;) {
    const Moment& moment = moments_[m];
    if (m + 1 < moments_.size() && moments_[m + 1].stratum != moment.stratum) hazard = 0;
    hazard += whole[moment.first];
    for (std::size_t s = moment.first; s < moment.last; ++s) {
      const bool event = s < moment.first + moment.n_events;
      out(order_[s]) = e[s] * (hazard - (event ? part[moment.first] : 0));
    }
  }
  return out;
}

Eigen::VectorXd PartialLikelihood::residuals(const Eigen::VectorXd& eta) const {
  Eigen::VectorXd out = -curvature_bound(eta);
  for (const Moment& m : moments_) {
    for (std::size_t l = 0; l < m.n_events; ++l) out(order_[m.first + l]) += 1;
  }
  return out;
}

PartialLikelihood::Derivatives PartialLikelihood::derivatives(const Eigen::MatrixXd& x,
                                                              const Eigen::VectorXd& beta) const {
  const Index p = x.cols();
  const Eigen::VectorXd eta = x * beta;
  std::vector<double> shift;
  const auto e = exponentials(eta, shift);
  Derivatives out;
  out.log_likelihood = log_likelihood(eta);
  out.gradient = x.transpose() * residuals(eta);
  out.information = Eigen::MatrixXd::Zero(p, p);
  double sum = 0;
  Eigen::VectorXd first = Eigen::VectorXd::Zero(p);
  Eigen::MatrixXd second = Eigen::MatrixXd::Zero(p, p);
  for (std::size_t m = 0; m < moments_.size(); ++m) {
    const Moment& moment = moments_[m];
    if (m > 0 && moments_[m - 1].stratum != moment.stratum) {
      sum = 0;
      first.setZero();
      second.setZero();
    }
    double tied = 0;
    Eigen::VectorXd tied_first = Eigen::VectorXd::Zero(p);
    Eigen::MatrixXd tied_second = Eigen::MatrixXd::Zero(p, p);
    for (std::size_t s = moment.first; s < moment.last; ++s) {
      const Eigen::VectorXd row = x.row(order_[s]).transpose();
      sum += e[s];
      first += e[s] * row;
      second.selfadjointView<Eigen::Lower>().rankUpdate(row, e[s]);
      if (s >= moment.first + moment.n_events) continue;
      tied += e[s];
      tied_first += e[s] * row;
      tied_second.selfadjointView<Eigen::Lower>().rankUpdate(row, e[s]);
    }
    const auto d = static_cast<double>(moment.n_events);
    for (std::size_t l = 0; l < moment.n_events; ++l) {
      const double share = static_cast<double>(l) / d;
      const double total = sum - share * tied;
      const Eigen::VectorXd mean = (first - share * tied_first) / total;
      out.information += (second - share * tied_second) / total;
      out.information.selfadjointView<Eigen::Lower>().rankUpdate(mean, -1);
    }
  }
  out.information = Eigen::MatrixXd(out.information.selfadjointView<Eigen::Lower>());
  return out;
}

Eigen::VectorXd PartialLikelihood::firth_gradient(const Eigen::MatrixXd& x,
                                                  const Eigen::VectorXd& beta,
                                                  const Eigen::MatrixXd& inverse) const {
  const Index p = x.cols();
  const Eigen::VectorXd eta = x * beta;
  std::vector<double> shift;
  const auto e = exponentials(eta, shift);
  Eigen::VectorXd out = Eigen::VectorXd::Zero(p);
  std::size_t begin = 0;  // of the stratum
  for (std::size_t m = 0; m < moments_.size(); ++m) {
    const Moment& moment = moments_[m];
    if (m > 0 && moments_[m - 1].stratum != moment.stratum) begin = moment.first;
    const auto d = static_cast<double>(moment.n_events);
    for (std::size_t l = 0; l < moment.n_events; ++l) {
      std::vector<double> weight;
      double total = 0;
      Eigen::VectorXd mean = Eigen::VectorXd::Zero(p);
      for (std::size_t s = begin; s < moment.last; ++s) {
        const bool tied = s >= moment.first && s < moment.first + moment.n_events;
        weight.push_back(e[s] * (tied ? 1 - static_cast<double>(l) / d : 1.0));
        total += weight.back();
        mean += weight.back() * x.row(order_[s]).transpose();
      }
      mean /= total;
      // The third central moments, one index against the inverse of the information.
      for (std::size_t s = begin; s < moment.last; ++s) {
        const Eigen::VectorXd off = x.row(order_[s]).transpose() - mean;
        out += 0.5 * weight[s - begin] / total * off.dot(inverse * off) * off;
      }
    }
  }
  return out;
}

double PartialLikelihood::Baseline::at(double time) const {
  const auto after = std::upper_bound(times.begin(), times.end(), time);
  return after == times.begin() ? 0 : hazard[static_cast<std::size_t>(after - times.begin()) - 1];
}

std::vector<PartialLikelihood::Baseline> PartialLikelihood::baseline(
    const Eigen::VectorXd& eta) const {
  std::vector<double> shift;
  const auto e = exponentials(eta, shift);
  std::vector<Baseline> out;
  visit_events(e, [&](const Moment& m, double at_risk, double tied) {
    if (out.empty() || out.back().stratum != m.stratum) {
      out.emplace_back();
      out.back().stratum = m.stratum;
    }
    double step = 0;
    for (std::size_t l = 0; l < m.n_events; ++l) {
      const double share = static_cast<double>(l) / static_cast<double>(m.n_events);
      step += std::exp(-shift[m.first]) / (at_risk - share * tied);
    }
    out.back().times.push_back(m.time);
    out.back().hazard.push_back(step);
  });
  for (Baseline& b : out) {  // the latest came first
    std::reverse(b.times.begin(), b.times.end());
    std::reverse(b.hazard.begin(), b.hazard.end());
    std::partial_sum(b.hazard.begin(), b.hazard.end(), b.hazard.begin());
  }
  return out;
}

}  // namespace gcrisk::models::linear
