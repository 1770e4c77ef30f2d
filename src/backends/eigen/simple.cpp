// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numbers>

#include "backends/eigen/op.hpp"
#include "gcrisk/base/random.hpp"

namespace gcrisk::backends::eigen {

namespace {

// f and its derivative, from x and y = f(x).
struct Relu {
  static float value(float x) { return std::max(x, 0.0F); }
  static float slope(float, float y) { return y > 0 ? 1.0F : 0.0F; }
};
struct Tanh {
  static float value(float x) { return std::tanh(x); }
  static float slope(float, float y) { return 1 - y * y; }
};
struct Sigmoid {
  static float value(float x) { return 1 / (1 + std::exp(-x)); }
  static float slope(float, float y) { return y * (1 - y); }
};
struct Gelu {
  static float normal(float x) {
    return 0.5F * (1 + std::erf(x * std::numbers::sqrt2_v<float> / 2));
  }
  static float value(float x) { return x * normal(x); }
  static float slope(float x, float) {
    const float density =
        std::exp(-0.5F * x * x) * std::numbers::inv_sqrtpi_v<float> / std::numbers::sqrt2_v<float>;
    return normal(x) + x * density;
  }
};

template <typename F>
class Activation : public Op {
 public:
  explicit Activation(const OpContext& c) : in_(*c.inputs[0]), out_(*c.output) {}
  double cost() const override { return 4 * static_cast<double>(in_.size()); }
  void forward(const Batch&, std::size_t begin, std::size_t end) override {
    for (std::size_t i = begin; i < end; ++i) {
      const float* x = in_.at(i);
      float* y = out_.at(i);
      for (std::size_t j = 0; j < in_.size(); ++j) y[j] = F::value(x[j]);
    }
  }
  void backward(const Batch&, std::size_t begin, std::size_t end, std::size_t) override {
    if (in_.gradient.empty()) return;
    for (std::size_t i = begin; i < end; ++i) {
      const float* x = in_.at(i);
      const float* y = out_.at(i);
      const float* dy = out_.gradient_at(i);
      float* dx = in_.gradient_at(i);
      for (std::size_t j = 0; j < in_.size(); ++j) dx[j] = dy[j] * F::slope(x[j], y[j]);
    }
  }

 private:
  Value& in_;
  Value& out_;
};

class Dropout : public Op {
 public:
  explicit Dropout(const OpContext& c)
      : in_(*c.inputs[0]),
        out_(*c.output),
        name_("dropout " + c.step.name),
        rate_(c.step.options.number("rate")),
        factor_(c.max_people * in_.size()) {}
  double cost() const override { return 20 * static_cast<double>(in_.size()); }
  void forward(const Batch& batch, std::size_t begin, std::size_t end) override {
    const auto limit = static_cast<std::uint32_t>(rate_ * 4294967296.0);
    const auto kept = static_cast<float>(1 / (1 - rate_));
    for (std::size_t i = begin; i < end; ++i) {
      const float* x = in_.at(i);
      float* y = out_.at(i);
      if (!batch.training || rate_ == 0) {
        std::copy(x, x + in_.size(), y);
        std::fill_n(factor_.data() + i * in_.size(), in_.size(), 1.0F);
        continue;
      }
      base::Random random(batch.seed, name_, (batch.step << 20) + i);
      float* factor = factor_.data() + i * in_.size();
      for (std::size_t j = 0; j < in_.size(); ++j) {
        factor[j] = random() < limit ? 0.0F : kept;
        y[j] = x[j] * factor[j];
      }
    }
  }
  void backward(const Batch&, std::size_t begin, std::size_t end, std::size_t) override {
    if (in_.gradient.empty()) return;
    for (std::size_t i = begin; i < end; ++i) {
      const float* dy = out_.gradient_at(i);
      const float* factor = factor_.data() + i * in_.size();
      float* dx = in_.gradient_at(i);
      for (std::size_t j = 0; j < in_.size(); ++j) dx[j] = dy[j] * factor[j];
    }
  }

 private:
  Value& in_;
  Value& out_;
  std::string name_;
  double rate_;
  std::vector<float> factor_;
};

// Positions side by side: the numbers stay where they are, zeros fill the end.
class Window : public Op {
 public:
  explicit Window(const OpContext& c) : in_(*c.inputs[0]), out_(*c.output) {}
  double cost() const override { return static_cast<double>(in_.size()); }
  void forward(const Batch&, std::size_t begin, std::size_t end) override {
    for (std::size_t i = begin; i < end; ++i) std::copy_n(in_.at(i), in_.size(), out_.at(i));
  }
  void backward(const Batch&, std::size_t begin, std::size_t end, std::size_t) override {
    if (in_.gradient.empty()) return;
    for (std::size_t i = begin; i < end; ++i) {
      std::copy_n(out_.gradient_at(i), in_.size(), in_.gradient_at(i));
    }
  }

 private:
  Value& in_;
  Value& out_;
};

class Pool : public Op {
 public:
  explicit Pool(const OpContext& c)
      : in_(*c.inputs[0]),
        out_(*c.output),
        mean_(c.step.type == "average-pool"),
        size_(static_cast<std::size_t>(c.step.options.integer("size"))),
        stride_(c.step.options.has("stride")
                    ? static_cast<std::size_t>(c.step.options.integer("stride"))
                    : size_),
        best_(mean_ ? 0 : c.max_people * out_.size()) {}
  double cost() const override { return static_cast<double>(size_ * out_.size()); }
  void forward(const Batch&, std::size_t begin, std::size_t end) override {
    const std::size_t n = in_.shape.channels;
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t p = 0; p < out_.shape.length; ++p) {
        const float* x = in_.at(i) + p * stride_ * n;
        float* y = out_.at(i) + p * n;
        std::copy_n(x, n, y);
        if (mean_) {
          for (std::size_t j = n; j < size_ * n; ++j) y[j % n] += x[j];
          for (std::size_t c = 0; c < n; ++c) y[c] /= static_cast<float>(size_);
          continue;
        }
        std::uint32_t* best = best_.data() + i * out_.size() + p * n;
        std::fill_n(best, n, 0U);
        for (std::size_t k = 1; k < size_; ++k) {
          for (std::size_t c = 0; c < n; ++c) {
            if (x[k * n + c] > y[c]) {
              y[c] = x[k * n + c];
              best[c] = static_cast<std::uint32_t>(k);
            }
          }
        }
      }
    }
  }
  void backward(const Batch&, std::size_t begin, std::size_t end, std::size_t) override {
    if (in_.gradient.empty()) return;
    const std::size_t n = in_.shape.channels;
    for (std::size_t i = begin; i < end; ++i) {
      std::fill_n(in_.gradient_at(i), in_.size(), 0.0F);
      for (std::size_t p = 0; p < out_.shape.length; ++p) {
        const float* dy = out_.gradient_at(i) + p * n;
        float* dx = in_.gradient_at(i) + p * stride_ * n;
        if (mean_) {
          for (std::size_t j = 0; j < size_ * n; ++j)
            dx[j] += dy[j % n] / static_cast<float>(size_);
          continue;
        }
        const std::uint32_t* best = best_.data() + i * out_.size() + p * n;
        for (std::size_t c = 0; c < n; ++c) dx[best[c] * n + c] += dy[c];
      }
    }
  }

 private:
  Value& in_;
  Value& out_;
  bool mean_;
  std::size_t size_;
  std::size_t stride_;
  std::vector<std::uint32_t> best_;
};

}  // namespace

std::unique_ptr<Op> make_activation(const OpContext& c) {
  if (c.step.type == "relu") return std::make_unique<Activation<Relu>>(c);
  if (c.step.type == "gelu") return std::make_unique<Activation<Gelu>>(c);
  if (c.step.type == "tanh") return std::make_unique<Activation<Tanh>>(c);
  return std::make_unique<Activation<Sigmoid>>(c);
}
std::unique_ptr<Op> make_dropout(const OpContext& c) { return std::make_unique<Dropout>(c); }
std::unique_ptr<Op> make_window(const OpContext& c) { return std::make_unique<Window>(c); }
std::unique_ptr<Op> make_pool(const OpContext& c) { return std::make_unique<Pool>(c); }

}  // namespace gcrisk::backends::eigen
