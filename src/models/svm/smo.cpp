// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/svm/smo.hpp"

#include <algorithm>
#include <limits>

namespace gcrisk::models::svm {

namespace {

using Eigen::Index;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLeastCurvature = 1e-12;
constexpr long kCheckEvery = 256;
constexpr long kFewestMost = 10'000'000;

// a may grow in the direction of y, or shrink against it.
bool can_rise(double a, double y, double cost) { return y > 0 ? a < cost : a > 0; }
bool can_fall(double a, double y, double cost) { return y > 0 ? a > 0 : a < cost; }

void gather(const float* row, const std::vector<std::uint32_t>& people, std::vector<float>& out) {
  for (std::size_t s = 0; s < people.size(); ++s) out[s] = row[people[s]];
}

}  // namespace

KernelMachine minimise_sequentially(KernelRows& kernel,
                                    const KernelProblem& p,
                                    const base::Context& context) {
  const auto size = static_cast<Index>(p.people.size());
  Eigen::VectorXd a = Eigen::VectorXd::Zero(size);
  // -y times the gradient: what entries are compared by.
  Eigen::VectorXd v = -p.y.cwiseProduct(p.linear);
  std::vector<float> row_i(p.people.size());
  std::vector<float> row_j(p.people.size());
  std::vector<double> diagonal;
  for (const std::uint32_t person : p.people) {
    diagonal.push_back(static_cast<double>(kernel.diagonal(person)));
  }
  KernelMachine out;
  const long most = std::max(kFewestMost, 100L * static_cast<long>(size));
  double top = 0;
  double bottom = 0;
  while (out.iterations < most) {
    if (out.iterations % kCheckEvery == 0) context.cancellation->check();
    Index i = -1;
    top = -kInfinity;
    bottom = kInfinity;
    for (Index s = 0; s < size; ++s) {
      if (v(s) > top && can_rise(a(s), p.y(s), p.cost(s))) {
        top = v(s);
        i = s;
      }
      if (v(s) < bottom && can_fall(a(s), p.y(s), p.cost(s))) bottom = v(s);
    }
    if (i < 0 || top - bottom <= p.tolerance) {
      out.converged = true;
      break;
    }
    ++out.iterations;
    gather(kernel.row(p.people[static_cast<std::size_t>(i)]), p.people, row_i);
    Index j = -1;
    double best = 0;
    for (Index s = 0; s < size; ++s) {
      const double gap = top - v(s);
      if (gap <= 0 || !can_fall(a(s), p.y(s), p.cost(s))) continue;
      const auto t = static_cast<std::size_t>(s);
      const double curvature = std::max(kLeastCurvature,
                                        diagonal[static_cast<std::size_t>(i)] + diagonal[t] -
                                            2.0 * static_cast<double>(row_i[t]));
      const double gain = gap * gap / curvature;
      if (gain > best) {
        best = gain;
        j = s;
      }
    }
    if (j < 0) break;
    gather(kernel.row(p.people[static_cast<std::size_t>(j)]), p.people, row_j);
    const double curvature =
        std::max(kLeastCurvature,
                 diagonal[static_cast<std::size_t>(i)] + diagonal[static_cast<std::size_t>(j)] -
                     2.0 * static_cast<double>(row_i[static_cast<std::size_t>(j)]));
    const double room_i = p.y(i) > 0 ? p.cost(i) - a(i) : a(i);
    const double room_j = p.y(j) > 0 ? a(j) : p.cost(j) - a(j);
    const double step = std::min({(top - v(j)) / curvature, room_i, room_j});
    // What reaches a bound is put there exactly.
    a(i) = step == room_i ? (p.y(i) > 0 ? p.cost(i) : 0.0) : a(i) + p.y(i) * step;
    a(j) = step == room_j ? (p.y(j) > 0 ? 0.0 : p.cost(j)) : a(j) - p.y(j) * step;
    for (Index s = 0; s < size; ++s) {
      const auto t = static_cast<std::size_t>(s);
      v(s) -= step * static_cast<double>(row_i[t] - row_j[t]);
    }
  }
  double sum = 0;
  int n_free = 0;
  for (Index s = 0; s < size; ++s) {
    if (a(s) <= 0 || a(s) >= p.cost(s)) continue;
    sum += v(s);
    ++n_free;
  }
  out.b = n_free > 0 ? sum / n_free : (top + bottom) / 2;
  out.weights = a.cwiseProduct(p.y);
  // Half of a'(gradient + linear), the gradient being -y v.
  out.dual_objective = 0.5 * (a.dot(p.linear) - out.weights.dot(v));
  return out;
}

}  // namespace gcrisk::models::svm
