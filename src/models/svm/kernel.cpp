// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/svm/kernel.hpp"

#include <algorithm>
#include <cmath>

namespace gcrisk::models::svm {

namespace {

using Eigen::Index;

double power(double base, int exponent) {
  double out = 1;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) out *= base;
    base *= base;
  }
  return out;
}

}  // namespace

double KernelSpec::value(double product, double square_x, double square_z) const {
  if (name == "linear") return product;
  if (name == "poly") return power(gamma * product + coef0, degree);
  return std::exp(-gamma * std::max(0.0, square_x + square_z - 2 * product));
}

KernelRows::KernelRows(const cohort::Dataset& data,
                       const linear::Design& design,
                       const KernelSpec& spec,
                       const base::Context& context)
    : design_(design), spec_(spec), context_(context) {
  const std::size_t n = design.n_samples();
  const std::size_t limit = context.memory_bytes / 2;
  diagonal_.resize(n);
  if (fits(n, context)) {
    const Eigen::MatrixXd products = design.gram(context);
    const Eigen::VectorXd squares = products.diagonal();
    whole_.resize(products.rows(), products.cols());
    context.for_chunks(n, 64, [&](std::size_t begin, std::size_t end) {
      context.cancellation->check();
      for (auto c = static_cast<Index>(begin); c < static_cast<Index>(end); ++c) {
        for (Index r = 0; r < products.rows(); ++r) {
          whole_(r, c) = static_cast<float>(spec_.value(products(r, c), squares(r), squares(c)));
        }
        diagonal_[static_cast<std::size_t>(c)] = whole_(c, c);
      }
    });
    return;
  }
  people_ = std::make_unique<SampleRows>(data, design);
  Eigen::VectorXf z(static_cast<Index>(design.n_features()));
  for (std::size_t i = 0; i < n; ++i) {
    people_->load(i, z.data());
    const Eigen::ArrayXf off = z.array() - people_->means().array();
    squares_.push_back(static_cast<double>((off * off * people_->scales().array()).sum()));
    diagonal_[i] = static_cast<float>(spec_.value(squares_[i], squares_[i], squares_[i]));
  }
  for (std::uint32_t j = 0; j < design.n_features(); ++j) features_.push_back(j);
  most_cached_ = std::max<std::size_t>(2, limit / (4 * n));
}

void KernelRows::make_row(std::size_t person, std::vector<float>& out) const {
  Eigen::VectorXf z(static_cast<Index>(design_.n_features()));
  people_->load(person, z.data());
  const Eigen::VectorXf x = (z - people_->means()).array() * people_->scales().array().sqrt();
  const auto n = static_cast<Index>(design_.n_samples());
  Eigen::MatrixXd products = Eigen::MatrixXd::Zero(n, 1);
  design_.add(features_, x.cast<double>(), products, context_);
  out.resize(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<float>(
        spec_.value(products(static_cast<Index>(i)), squares_[i], squares_[person]));
  }
}

const float* KernelRows::row(std::size_t person) {
  if (is_whole()) return whole_.col(static_cast<Index>(person)).data();
  const auto found = cache_.find(person);
  if (found != cache_.end()) {
    last_used_.splice(last_used_.begin(), last_used_, found->second.use);
    return found->second.values.data();
  }
  std::vector<float> values;
  if (cache_.size() >= most_cached_) {
    const auto oldest = cache_.find(last_used_.back());
    values = std::move(oldest->second.values);
    cache_.erase(oldest);
    last_used_.pop_back();
  }
  make_row(person, values);
  last_used_.push_front(person);
  return cache_.emplace(person, Cached{std::move(values), last_used_.begin()})
      .first->second.values.data();
}

}  // namespace gcrisk::models::svm
