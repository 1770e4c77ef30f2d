// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "backends/eigen/op.hpp"
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::backends::eigen {

namespace {

float dot(const float* a, const float* b, std::size_t n) {
  float sum = 0;
  for (std::size_t k = 0; k < n; ++k) sum += a[k] * b[k];
  return sum;
}
void add(float factor, const float* from, float* to, std::size_t n) {
  for (std::size_t k = 0; k < n; ++k) to[k] += factor * from[k];
}

// A window with weights of its own at each position. Bound by reading them: the people of a part
// meet each position's weights one after the other, while these are in the cache.
class LocallyConnected : public Op {
 public:
  explicit LocallyConnected(const OpContext& c)
      : in_(*c.inputs[0]),
        out_(*c.output),
        weight_(*c.parameters[0]),
        bias_(*c.parameters[1]),
        stride_(static_cast<std::size_t>(c.step.options.integer("stride"))),
        window_(static_cast<std::size_t>(c.step.options.integer("kernel")) * in_.shape.channels) {
    const nn::Padding padding = nn::padding_of(c.step.options, in_.shape.length);
    in_.before = padding.before;
    in_.after = padding.after;
    weight_.layout = Layout::kTapsFirst;
    weight_.in_parts = bias_.in_parts = true;
  }
  bool together() const override { return true; }
  double cost() const override { return static_cast<double>(weight_.spec.size()); }

  void forward(const Batch&, std::size_t begin, std::size_t end) override {
    const std::size_t n = out_.shape.channels;
    for (std::size_t p = 0; p < out_.shape.length; ++p) {
      const float* w = weight_.value.data() + p * n * window_;
      for (std::size_t i = begin; i < end; ++i) {
        const float* x = in_.at(i) + place(p);
        float* y = out_.at(i) + p * n;
        for (std::size_t o = 0; o < n; ++o) {
          y[o] = bias_.value[p * n + o] + dot(w + o * window_, x, window_);
        }
      }
    }
  }

  void backward(const Batch&, std::size_t begin, std::size_t end, std::size_t part) override {
    float* dw = weight_.begin_part(part);
    float* db = bias_.begin_part(part);
    const std::size_t n = out_.shape.channels;
    const bool propagates = !in_.gradient.empty();
    const std::size_t halo = in_.before * in_.shape.channels;
    const std::size_t whole = (in_.before + in_.shape.length + in_.after) * in_.shape.channels;
    for (std::size_t i = begin; i < end && propagates; ++i) {
      std::fill_n(in_.gradient_at(i) - halo, whole, 0.0F);
    }
    for (std::size_t p = 0; p < out_.shape.length; ++p) {
      const std::size_t first = p * n * window_;
      for (std::size_t i = begin; i < end; ++i) {
        const float* x = in_.at(i) + place(p);
        const float* dy = out_.gradient_at(i) + p * n;
        for (std::size_t o = 0; o < n; ++o) {
          db[p * n + o] += dy[o];
          add(dy[o], x, dw + first + o * window_, window_);
          if (!propagates) continue;
          add(dy[o],
              weight_.value.data() + first + o * window_,
              in_.gradient_at(i) + place(p),
              window_);
        }
      }
    }
  }

 private:
  // Of a window's first number, from the first number of the sequence; before it in the padding.
  std::ptrdiff_t place(std::size_t position) const {
    return static_cast<std::ptrdiff_t>(position * stride_ * in_.shape.channels) -
           static_cast<std::ptrdiff_t>(in_.before * in_.shape.channels);
  }

  Value& in_;
  Value& out_;
  Parameter& weight_;  // positions × out × taps × in
  Parameter& bias_;    // positions × out
  std::size_t stride_;
  std::size_t window_;
};

// A vector for each class of a position; the last one is for positions of no class. Linear in the
// input, so that a share of a class is that share of its vector.
class Embedding : public Op {
 public:
  explicit Embedding(const OpContext& c)
      : in_(*c.inputs[0]),
        out_(*c.output),
        weight_(*c.parameters[0]),
        n_(in_.shape.channels),
        units_(out_.shape.channels) {
    weight_.in_parts = true;
  }
  double cost() const override { return static_cast<double>((n_ + 1) * out_.size()); }

  void forward(const Batch&, std::size_t begin, std::size_t end) override {
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t t = 0; t < in_.shape.length; ++t) {
        const float* x = in_.at(i) + t * n_;
        float* y = out_.at(i) + t * units_;
        std::fill_n(y, units_, 0.0F);
        float none = 1;
        for (std::size_t c = 0; c < n_; ++c) {
          none -= x[c];
          if (x[c] != 0) add(x[c], weight_.value.data() + c * units_, y, units_);
        }
        if (none != 0) add(none, weight_.value.data() + n_ * units_, y, units_);
      }
    }
  }

  void backward(const Batch&, std::size_t begin, std::size_t end, std::size_t part) override {
    float* dw = weight_.begin_part(part);
    const float* of_none = weight_.value.data() + n_ * units_;
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t t = 0; t < in_.shape.length; ++t) {
        const float* x = in_.at(i) + t * n_;
        const float* dy = out_.gradient_at(i) + t * units_;
        float none = 1;
        for (std::size_t c = 0; c < n_; ++c) {
          none -= x[c];
          if (x[c] != 0) add(x[c], dy, dw + c * units_, units_);
        }
        if (none != 0) add(none, dy, dw + n_ * units_, units_);
        if (in_.gradient.empty()) continue;
        const float without = dot(of_none, dy, units_);
        for (std::size_t c = 0; c < n_; ++c) {
          in_.gradient_at(i)[t * n_ + c] =
              dot(weight_.value.data() + c * units_, dy, units_) - without;
        }
      }
    }
  }

 private:
  Value& in_;
  Value& out_;
  Parameter& weight_;  // classes + 1 × units
  std::size_t n_;
  std::size_t units_;
};

}  // namespace

std::unique_ptr<Op> make_locally_connected(const OpContext& c) {
  return std::make_unique<LocallyConnected>(c);
}
std::unique_ptr<Op> make_embedding(const OpContext& c) { return std::make_unique<Embedding>(c); }

}  // namespace gcrisk::backends::eigen
