// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "gcrisk/base/error.hpp"

namespace gcrisk::nn {

namespace {

constexpr Loss kAll[] = {
    Loss::kBinary, Loss::kMulticlass, Loss::kSquared, Loss::kCox, Loss::kDiscreteTime};

// log(1 + exp(x)) without overflow.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double sigmoid(double x) {
  const double e = std::exp(-std::abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

// Loss of one person and its derivative, for losses that are sums over people.
double person_loss(
    Loss loss, const Data& data, std::size_t i, const float* s, std::size_t k, double* g) {
  const double y = data.target[i];
  switch (loss) {
    case Loss::kBinary: g[0] = sigmoid(s[0]) - y; return softplus(s[0]) - y * s[0];
    case Loss::kSquared: g[0] = s[0] - y; return 0.5 * g[0] * g[0];
    case Loss::kMulticlass: {
      const double top = *std::max_element(s, s + k);
      double sum = 0;
      for (std::size_t c = 0; c < k; ++c) sum += g[c] = std::exp(s[c] - top);
      const auto own = static_cast<std::size_t>(y);
      for (std::size_t c = 0; c < k; ++c) g[c] = g[c] / sum - (c == own ? 1 : 0);
      return std::log(sum) + top - s[own];
    }
    default: {  // discrete time: survived every interval before the last one
      const std::size_t last = data.interval[i];
      double sum = 0;
      for (std::size_t c = 0; c < k; ++c) {
        const bool event = c == last && y > 0;
        const bool at_risk = c < last || event;
        g[c] = at_risk ? sigmoid(s[c]) - (event ? 1 : 0) : 0;
        sum += at_risk ? softplus(event ? -s[c] : s[c]) : 0;
      }
      return sum;
    }
  }
}

double cox_loss(const Data& data,
                std::span<const std::uint32_t> rows,
                const float* s,
                float* gradient) {
  const std::size_t n = rows.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return data.time[rows[a]] > data.time[rows[b]];
  });
  const double top = n == 0 ? 0 : *std::max_element(s, s + n);
  const auto weight = [&](std::size_t i) {
    return data.weight.empty() ? 1.0 : static_cast<double>(data.weight[rows[i]]);
  };
  // From the longest time down: the people at risk grow; ties enter together (Breslow).
  double at_risk = 0;
  double sum = 0;
  double events = 0;
  std::vector<std::pair<std::size_t, double>> steps;  // end of a group of ties, events / at risk
  for (std::size_t begin = 0; begin < n;) {
    std::size_t end = begin;
    double group = 0;
    const float time = data.time[rows[order[begin]]];
    for (; end < n && data.time[rows[order[end]]] == time; ++end) {
      at_risk += weight(order[end]) * std::exp(s[order[end]] - top);
    }
    for (std::size_t j = begin; j < end; ++j) {
      const std::size_t i = order[j];
      if (data.target[rows[i]] <= 0) continue;
      group += weight(i);
      sum += weight(i) * (std::log(at_risk) + top - s[i]);
    }
    events += group;
    steps.emplace_back(end, group / at_risk);
    begin = end;
  }
  if (events == 0) {
    if (gradient != nullptr) std::fill(gradient, gradient + n, 0.0F);
    return 0;
  }
  if (gradient != nullptr) {
    double back = 0;
    for (std::size_t group = steps.size(); group-- > 0;) {
      back += steps[group].second;
      const std::size_t begin = group == 0 ? 0 : steps[group - 1].first;
      for (std::size_t j = begin; j < steps[group].first; ++j) {
        const std::size_t i = order[j];
        const double own = data.target[rows[i]] > 0 ? 1 : 0;
        gradient[i] = static_cast<float>(weight(i) * (std::exp(s[i] - top) * back - own) / events);
      }
    }
  }
  return sum / events;
}

}  // namespace

std::string to_string(Loss loss) {
  switch (loss) {
    case Loss::kBinary: return "binary";
    case Loss::kMulticlass: return "multiclass";
    case Loss::kSquared: return "squared";
    case Loss::kCox: return "cox";
    case Loss::kDiscreteTime: return "discrete-time";
  }
  return "";
}

Loss parse_loss(const std::string& text) {
  for (const Loss loss : kAll) {
    if (to_string(loss) == text) return loss;
  }
  throw base::MalformedError("loss '" + text + "' is not known");
}

double loss_of(Loss loss,
               const Data& data,
               std::span<const std::uint32_t> rows,
               const float* scores,
               std::size_t k,
               float* gradient) {
  if (loss == Loss::kCox) return cox_loss(data, rows, scores, gradient);
  const auto n = static_cast<double>(rows.size());
  double sum = 0;
  double few[16];
  std::vector<double> many(k > 16 ? k : 0);
  double* g = k > 16 ? many.data() : few;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double weight = data.weight.empty() ? 1.0 : static_cast<double>(data.weight[rows[i]]);
    sum += weight * person_loss(loss, data, rows[i], scores + i * k, k, g);
    for (std::size_t c = 0; c < k && gradient != nullptr; ++c) {
      gradient[i * k + c] = static_cast<float>(weight * g[c] / n);
    }
  }
  return rows.empty() ? 0 : sum / n;
}

}  // namespace gcrisk::nn
