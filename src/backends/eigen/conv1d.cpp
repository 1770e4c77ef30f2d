// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "backends/eigen/gemm.hpp"
#include "backends/eigen/op.hpp"
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::backends::eigen {

namespace {

// Any convolution: a product a tap and group, or one for all taps where they lie side by side.
class Conv1d : public Op {
 public:
  explicit Conv1d(const OpContext& c)
      : in_(*c.inputs[0]),
        out_(*c.output),
        weight_(*c.parameters[0]),
        bias_(*c.parameters[1]),
        needs_input_gradient_(c.needs_input_gradient),
        taps_(static_cast<std::size_t>(c.step.options.integer("kernel"))),
        stride_(static_cast<std::size_t>(c.step.options.integer("stride"))),
        dilation_(static_cast<std::size_t>(c.step.options.integer("dilation"))),
        groups_(static_cast<std::size_t>(c.step.options.integer("groups"))) {
    const nn::Padding padding = nn::padding_of(c.step.options, in_.shape.length);
    in_.before = padding.before;
    in_.after = padding.after;
    before_ = padding.before;
    weight_.layout = Layout::kTapsFirst;
    weight_.in_parts = bias_.in_parts = true;
    turned_.resize(weight_.spec.size());
  }
  double cost() const override {
    return static_cast<double>(out_.shape.length * weight_.spec.size());
  }

  // taps × in × out, as the forward product reads it.
  void prepare() override {
    const std::size_t row = taps_ * in_of_group();
    const std::size_t n = out_.shape.channels;
    for (std::size_t o = 0; o < n; ++o) {
      for (std::size_t j = 0; j < row; ++j) turned_[j * n + o] = weight_.value[o * row + j];
    }
  }

  void forward(const Batch&, std::size_t begin, std::size_t end) override {
    const std::size_t n = out_.shape.channels;
    for (std::size_t i = begin; i < end; ++i) {
      const float* x = in_.at(i) - before_ * in_.shape.channels;
      float* y = out_.at(i);
      for (std::size_t p = 0; p < out_.shape.length; ++p) {
        std::copy(bias_.value.begin(), bias_.value.end(), y + p * n);
      }
      for_each_product([&](std::size_t tap, std::size_t group, std::size_t depth) {
        gemm(out_.shape.length,
             n / groups_,
             depth,
             {x + offset(tap, group), stride_ * in_.shape.channels, 1},
             {turned_.data() + tap * in_of_group() * n + group * (n / groups_), n, 1},
             y + group * (n / groups_),
             n,
             true);
      });
    }
  }

  void backward(const Batch&, std::size_t begin, std::size_t end, std::size_t part) override {
    float* dw = weight_.begin_part(part);
    float* db = bias_.begin_part(part);
    const std::size_t n = out_.shape.channels;
    const std::size_t length = out_.shape.length;
    const std::size_t row = taps_ * in_of_group();
    for (std::size_t i = begin; i < end; ++i) {
      const float* x = in_.at(i) - before_ * in_.shape.channels;
      const float* dy = out_.gradient_at(i);
      for (std::size_t p = 0; p < length; ++p) {
        for (std::size_t o = 0; o < n; ++o) db[o] += dy[p * n + o];
      }
      for_each_product([&](std::size_t tap, std::size_t group, std::size_t depth) {
        const std::size_t first = group * (n / groups_);
        gemm(n / groups_,
             depth,
             length,
             {dy + first, 1, n},
             {x + offset(tap, group), stride_ * in_.shape.channels, 1},
             dw + first * row + tap * in_of_group(),
             row,
             true);
      });
      if (needs_input_gradient_) propagate(i, dy);
    }
  }

 private:
  std::size_t in_of_group() const { return in_.shape.channels / groups_; }
  std::size_t offset(std::size_t tap, std::size_t group) const {
    return tap * dilation_ * in_.shape.channels + group * in_of_group();
  }

  template <typename Product>
  void for_each_product(const Product& product) const {
    if (dilation_ == 1 && groups_ == 1) {
      product(0, 0, taps_ * in_.shape.channels);
      return;
    }
    for (std::size_t tap = 0; tap < taps_; ++tap) {
      for (std::size_t group = 0; group < groups_; ++group) product(tap, group, in_of_group());
    }
  }

  void propagate(std::size_t i, const float* dy) {
    const std::size_t n = out_.shape.channels;
    const std::size_t positions = before_ + in_.shape.length + in_.after;
    float* dx = in_.gradient_at(i) - before_ * in_.shape.channels;
    std::fill(dx, dx + positions * in_.shape.channels, 0.0F);
    for (std::size_t tap = 0; tap < taps_; ++tap) {
      for (std::size_t group = 0; group < groups_; ++group) {
        const std::size_t first = group * (n / groups_);
        gemm(out_.shape.length,
             in_of_group(),
             n / groups_,
             {dy + first, n, 1},
             {weight_.value.data() + (first * taps_ + tap) * in_of_group(),
              taps_ * in_of_group(),
              1},
             dx + offset(tap, group),
             stride_ * in_.shape.channels,
             true);
      }
    }
  }

  Value& in_;
  Value& out_;
  Parameter& weight_;  // out × taps × in
  Parameter& bias_;
  bool needs_input_gradient_;
  std::size_t taps_;
  std::size_t stride_;
  std::size_t dilation_;
  std::size_t groups_;
  std::size_t before_ = 0;
  std::vector<float> turned_;
};

}  // namespace

std::unique_ptr<Op> make_conv1d(const OpContext& context) {
  return std::make_unique<Conv1d>(context);
}

}  // namespace gcrisk::backends::eigen
