// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "loss.hpp"

#include <algorithm>
#include <cmath>

#include "cox_loss.hpp"

namespace gcrisk::models::boosting {

namespace {

// Curvature of a person whose score is certain; keeps Newton steps finite.
constexpr double kLeastHessian = 1e-16;

double total(const std::vector<double>& weights) {
  double sum = 0;
  for (const double w : weights) sum += w;
  return sum;
}

class LogisticLoss final : public Loss {
 public:
  LogisticLoss(std::vector<double> y, std::vector<double> weights)
      : y_(std::move(y)), weights_(std::move(weights)) {}

  Eigen::RowVectorXd start() const override {
    double cases = 0;
    for (std::size_t i = 0; i < y_.size(); ++i) cases += weights_[i] * y_[i];
    const double p = cases / total(weights_);
    return Eigen::RowVectorXd::Constant(1, std::log(p / (1 - p)));
  }

  void derivatives(const Eigen::MatrixXd& scores,
                   Eigen::MatrixXd& gradients,
                   Eigen::MatrixXd& hessians) override {
    for (std::size_t i = 0; i < y_.size(); ++i) {
      const auto row = static_cast<Eigen::Index>(i);
      const double p = 1 / (1 + std::exp(-scores(row, 0)));
      gradients(row, 0) = weights_[i] * (p - y_[i]);
      hessians(row, 0) = weights_[i] * std::max(p * (1 - p), kLeastHessian);
    }
  }

  double value(const Eigen::MatrixXd& scores) const override {
    double sum = 0;
    for (std::size_t i = 0; i < y_.size(); ++i) {
      // log(1 + exp(-s)) of a case, log(1 + exp(s)) of a control, without overflow.
      const double s = y_[i] > 0 ? -scores(static_cast<Eigen::Index>(i), 0)
                                 : scores(static_cast<Eigen::Index>(i), 0);
      sum += weights_[i] * (std::max(s, 0.0) + std::log1p(std::exp(-std::abs(s))));
    }
    return sum / total(weights_);
  }

  std::string name() const override { return "log loss"; }

 private:
  std::vector<double> y_;
  std::vector<double> weights_;
};

class SoftmaxLoss final : public Loss {
 public:
  SoftmaxLoss(std::vector<double> y, std::size_t n_classes, std::vector<double> weights)
      : y_(std::move(y)), n_classes_(n_classes), weights_(std::move(weights)) {}

  // Log shares of the classes; one that nobody has starts from one half of a person.
  Eigen::RowVectorXd start() const override {
    Eigen::RowVectorXd counts = Eigen::RowVectorXd::Zero(static_cast<Eigen::Index>(n_classes_));
    for (std::size_t i = 0; i < y_.size(); ++i) {
      counts(static_cast<Eigen::Index>(y_[i])) += weights_[i];
    }
    return (counts.array().max(0.5) / total(weights_)).log().matrix();
  }

  void derivatives(const Eigen::MatrixXd& scores,
                   Eigen::MatrixXd& gradients,
                   Eigen::MatrixXd& hessians) override {
    for (Eigen::Index i = 0; i < scores.rows(); ++i) {
      const double w = weights_[static_cast<std::size_t>(i)];
      const double top = scores.row(i).maxCoeff();
      Eigen::RowVectorXd p = (scores.row(i).array() - top).exp().matrix();
      p /= p.sum();
      gradients.row(i) = w * p;
      gradients(i, static_cast<Eigen::Index>(y_[static_cast<std::size_t>(i)])) -= w;
      hessians.row(i) = (2 * w * p.array() * (1 - p.array())).max(w * kLeastHessian).matrix();
    }
  }

  double value(const Eigen::MatrixXd& scores) const override {
    double sum = 0;
    for (Eigen::Index i = 0; i < scores.rows(); ++i) {
      const auto person = static_cast<std::size_t>(i);
      const double top = scores.row(i).maxCoeff();
      const double log_sum = top + std::log((scores.row(i).array() - top).exp().sum());
      sum += weights_[person] * (log_sum - scores(i, static_cast<Eigen::Index>(y_[person])));
    }
    return sum / total(weights_);
  }

  std::string name() const override { return "log loss"; }

 private:
  std::vector<double> y_;
  std::size_t n_classes_;
  std::vector<double> weights_;
};

class SquaredLoss final : public Loss {
 public:
  SquaredLoss(std::vector<double> y, std::vector<double> weights)
      : y_(std::move(y)), weights_(std::move(weights)) {}

  Eigen::RowVectorXd start() const override {
    double sum = 0;
    for (std::size_t i = 0; i < y_.size(); ++i) sum += weights_[i] * y_[i];
    return Eigen::RowVectorXd::Constant(1, sum / total(weights_));
  }

  void derivatives(const Eigen::MatrixXd& scores,
                   Eigen::MatrixXd& gradients,
                   Eigen::MatrixXd& hessians) override {
    for (std::size_t i = 0; i < y_.size(); ++i) {
      const auto row = static_cast<Eigen::Index>(i);
      gradients(row, 0) = weights_[i] * (scores(row, 0) - y_[i]);
      hessians(row, 0) = weights_[i];
    }
  }

  double value(const Eigen::MatrixXd& scores) const override {
    double sum = 0;
    for (std::size_t i = 0; i < y_.size(); ++i) {
      const double error = scores(static_cast<Eigen::Index>(i), 0) - y_[i];
      sum += weights_[i] * error * error / 2;
    }
    return sum / total(weights_);
  }

  std::string name() const override { return "half of the squared error"; }

 private:
  std::vector<double> y_;
  std::vector<double> weights_;
};

}  // namespace

std::unique_ptr<Loss> make_loss(const cohort::Outcome& outcome, std::vector<double> weights) {
  using enum cohort::OutcomeKind;
  if (weights.empty()) weights.assign(outcome.size(), 1.0);
  if (outcome.kind == kBinary) {
    return std::make_unique<LogisticLoss>(outcome.values, std::move(weights));
  }
  if (outcome.kind == kSurvival) return make_cox_loss(outcome, std::move(weights));
  if (outcome.kind == kMulticlass) {
    return std::make_unique<SoftmaxLoss>(outcome.values, outcome.n_classes(), std::move(weights));
  }
  return std::make_unique<SquaredLoss>(outcome.values, std::move(weights));
}

}  // namespace gcrisk::models::boosting
