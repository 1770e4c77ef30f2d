// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "backends/eigen/op.hpp"

namespace gcrisk::backends::eigen {

namespace {

// One vector of all positions that a person has; zero where there are none.
class GlobalPool : public Op {
 public:
  explicit GlobalPool(const OpContext& c)
      : in_(*c.inputs[0]),
        out_(*c.output),
        mean_(c.step.type == "global-average-pool"),
        best_(mean_ ? 0 : c.max_people * out_.size()),
        lengths_(c.max_people) {}
  double cost() const override { return static_cast<double>(in_.size()); }

  void forward(const Batch& batch, std::size_t begin, std::size_t end) override {
    const std::size_t n = in_.shape.channels;
    for (std::size_t i = begin; i < end; ++i) {
      lengths_[i] = length_of(batch, i, in_.shape);
      float* y = out_.at(i);
      std::fill_n(y, n, 0.0F);
      for (std::size_t t = 0; t < lengths_[i]; ++t) {
        const float* x = in_.at(i) + t * n;
        for (std::size_t c = 0; c < n; ++c) {
          if (mean_) {
            y[c] += x[c];
          } else if (t == 0 || x[c] > y[c]) {
            y[c] = x[c];
            best_[i * n + c] = static_cast<std::uint32_t>(t);
          }
        }
      }
      if (!mean_ || lengths_[i] == 0) continue;
      for (std::size_t c = 0; c < n; ++c) y[c] /= static_cast<float>(lengths_[i]);
    }
  }

  void backward(const Batch&, std::size_t begin, std::size_t end, std::size_t) override {
    if (in_.gradient.empty()) return;
    const std::size_t n = in_.shape.channels;
    for (std::size_t i = begin; i < end; ++i) {
      const float* dy = out_.gradient_at(i);
      float* dx = in_.gradient_at(i);
      std::fill_n(dx, in_.size(), 0.0F);
      if (lengths_[i] == 0) continue;
      for (std::size_t c = 0; c < n; ++c) {
        if (!mean_) {
          dx[best_[i * n + c] * n + c] = dy[c];
          continue;
        }
        const float share = dy[c] / static_cast<float>(lengths_[i]);
        for (std::size_t t = 0; t < lengths_[i]; ++t) dx[t * n + c] = share;
      }
    }
  }

 private:
  Value& in_;
  Value& out_;
  bool mean_;
  std::vector<std::uint32_t> best_;
  std::vector<std::size_t> lengths_;
};

// Heads weigh the positions by softmax(query x / sqrt(channels)); a head's units are a linear
// function of its weighted mean, so that one product a head does instead of one a position.
class AttentionPool : public Op {
 public:
  explicit AttentionPool(const OpContext& c)
      : in_(*c.inputs[0]),
        out_(*c.output),
        query_(*c.parameters[0]),
        weight_(*c.parameters[1]),
        bias_(*c.parameters[2]),
        heads_(query_.spec.shape[0]),
        n_(in_.shape.channels),
        units_(out_.size()),
        length_(in_.shape.length),
        shrink_(1 / std::sqrt(static_cast<float>(n_))),
        attention_(c.max_people * heads_ * length_),
        seen_(c.max_people * heads_ * n_),
        d_seen_(seen_.size()),
        d_attention_(attention_.size()),
        lengths_(c.max_people) {
    query_.in_parts = weight_.in_parts = bias_.in_parts = true;
  }
  double cost() const override {
    return static_cast<double>(2 * heads_ * length_ * n_ + units_ * n_);
  }

  void forward(const Batch& batch, std::size_t begin, std::size_t end) override {
    const std::size_t own = units_ / heads_;
    for (std::size_t i = begin; i < end; ++i) {
      lengths_[i] = length_of(batch, i, in_.shape);
      for (std::size_t h = 0; h < heads_; ++h) {
        float* a = attention_.data() + (i * heads_ + h) * length_;
        float* seen = seen_.data() + (i * heads_ + h) * n_;
        weigh(i, h, a);
        std::fill_n(seen, n_, 0.0F);
        for (std::size_t t = 0; t < lengths_[i]; ++t) add(a[t], in_.at(i) + t * n_, seen);
        for (std::size_t u = h * own; u < (h + 1) * own; ++u) {
          out_.at(i)[u] = bias_.value[u] + dot(weight_.value.data() + u * n_, seen);
        }
      }
    }
  }

  void backward(const Batch&, std::size_t begin, std::size_t end, std::size_t part) override {
    float* dq = query_.begin_part(part);
    float* dw = weight_.begin_part(part);
    float* db = bias_.begin_part(part);
    const std::size_t own = units_ / heads_;
    for (std::size_t i = begin; i < end; ++i) {
      const float* dy = out_.gradient_at(i);
      if (!in_.gradient.empty()) std::fill_n(in_.gradient_at(i), in_.size(), 0.0F);
      for (std::size_t h = 0; h < heads_; ++h) {
        const float* a = attention_.data() + (i * heads_ + h) * length_;
        const float* seen = seen_.data() + (i * heads_ + h) * n_;
        float* d_seen = d_seen_.data() + (i * heads_ + h) * n_;
        float* da = d_attention_.data() + (i * heads_ + h) * length_;
        std::fill_n(d_seen, n_, 0.0F);
        for (std::size_t u = h * own; u < (h + 1) * own; ++u) {
          db[u] += dy[u];
          add(dy[u], seen, dw + u * n_);
          add(dy[u], weight_.value.data() + u * n_, d_seen);
        }
        float mean = 0;
        for (std::size_t t = 0; t < lengths_[i]; ++t) {
          da[t] = dot(in_.at(i) + t * n_, d_seen);
          mean += a[t] * da[t];
        }
        for (std::size_t t = 0; t < lengths_[i]; ++t) {
          const float slope = a[t] * (da[t] - mean) * shrink_;
          add(slope, in_.at(i) + t * n_, dq + h * n_);
          if (in_.gradient.empty()) continue;
          add(slope, query_.value.data() + h * n_, in_.gradient_at(i) + t * n_);
          add(a[t], d_seen, in_.gradient_at(i) + t * n_);
        }
      }
    }
  }

 private:
  float dot(const float* a, const float* b) const {
    float sum = 0;
    for (std::size_t c = 0; c < n_; ++c) sum += a[c] * b[c];
    return sum;
  }
  void add(float factor, const float* from, float* to) const {
    for (std::size_t c = 0; c < n_; ++c) to[c] += factor * from[c];
  }
  void weigh(std::size_t i, std::size_t h, float* a) {
    if (lengths_[i] == 0) return;
    float* const end = a + lengths_[i];
    for (std::size_t t = 0; t < lengths_[i]; ++t) {
      a[t] = shrink_ * dot(query_.value.data() + h * n_, in_.at(i) + t * n_);
    }
    const float top = *std::max_element(a, end);
    float sum = 0;
    for (float* t = a; t < end; ++t) sum += * t = std::exp(*t - top);
    for (float* t = a; t < end; ++t) *t /= sum;
  }

  Value& in_;
  Value& out_;
  Parameter& query_;   // heads × channels
  Parameter& weight_;  // units × channels
  Parameter& bias_;
  std::size_t heads_;
  std::size_t n_;
  std::size_t units_;
  std::size_t length_;
  float shrink_;
  std::vector<float> attention_, seen_, d_seen_, d_attention_;
  std::vector<std::size_t> lengths_;
};

}  // namespace

std::unique_ptr<Op> make_global_pool(const OpContext& c) { return std::make_unique<GlobalPool>(c); }
std::unique_ptr<Op> make_attention_pool(const OpContext& c) {
  return std::make_unique<AttentionPool>(c);
}

}  // namespace gcrisk::backends::eigen
