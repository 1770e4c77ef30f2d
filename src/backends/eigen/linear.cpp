// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "backends/eigen/gemm.hpp"
#include "backends/eigen/op.hpp"

namespace gcrisk::backends::eigen {

namespace {

constexpr std::size_t kOutputsATask = 32;
constexpr std::size_t kInputsATask = 512;

// y = W x + b for the whole batch; the weights lie in × out.
class Linear : public Op {
 public:
  explicit Linear(const OpContext& c)
      : in_(*c.inputs[0]),
        out_(*c.output),
        weight_(*c.parameters[0]),
        bias_(*c.parameters[1]),
        team_(*c.team),
        needs_input_gradient_(c.needs_input_gradient),
        n_in_(in_.size()),
        n_out_(out_.size()) {
    weight_.layout = Layout::kTransposed;
    turned_.resize(n_out_ * c.max_people);
    input_gradient_.resize(c.needs_input_gradient ? n_in_ * c.max_people : 0);
  }
  bool by_person() const override { return false; }
  double cost() const override { return static_cast<double>(n_in_ * n_out_); }

  void forward(const Batch& batch, std::size_t, std::size_t) override {
    const std::size_t n = batch.n;
    team_.run(base::chunk_count(n_out_, kOutputsATask), work(n), [&](std::size_t t) {
      const auto [begin, end] = base::chunk_at(t, n_out_, kOutputsATask);
      for (std::size_t i = 0; i < n; ++i) {
        std::copy(bias_.value.begin() + begin, bias_.value.begin() + end, out_.at(i) + begin);
      }
      gemm(n,
           end - begin,
           n_in_,
           {in_.at(0), in_.stride, 1},
           {weight_.value.data() + begin, n_out_, 1},
           out_.at(0) + begin,
           out_.stride,
           true);
    });
  }

  void backward(const Batch& batch, std::size_t, std::size_t, std::size_t) override {
    const std::size_t n = batch.n;
    std::fill(bias_.gradient.begin(), bias_.gradient.end(), 0.0F);
    for (std::size_t i = 0; i < n; ++i) {
      const float* dy = out_.gradient_at(i);
      for (std::size_t o = 0; o < n_out_; ++o) {
        bias_.gradient[o] += dy[o];
        turned_[o * n + i] = dy[o];
      }
    }
    team_.run(base::chunk_count(n_in_, kInputsATask), 2 * work(n), [&](std::size_t t) {
      const auto [begin, end] = base::chunk_at(t, n_in_, kInputsATask);
      gemm(end - begin,
           n_out_,
           n,
           {in_.at(0) + begin, 1, in_.stride},
           {out_.gradient_at(0), out_.stride, 1},
           weight_.gradient.data() + begin * n_out_,
           n_out_,
           false);
      if (needs_input_gradient_) propagate(n, begin, end);
    });
  }

 private:
  double work(std::size_t n) const { return static_cast<double>(n) * cost(); }

  // Derivatives by inputs [begin, end): W dyᵀ, in × people, and turned around.
  void propagate(std::size_t n, std::size_t begin, std::size_t end) {
    float* product = input_gradient_.data() + begin * n;
    gemm(end - begin,
         n,
         n_out_,
         {weight_.value.data() + begin * n_out_, n_out_, 1},
         {turned_.data(), n, 1},
         product,
         n,
         false);
    for (std::size_t k0 = begin; k0 < end; k0 += 16) {
      const std::size_t k1 = std::min(end, k0 + 16);
      for (std::size_t i = 0; i < n; ++i) {
        float* dx = in_.gradient_at(i);
        for (std::size_t k = k0; k < k1; ++k) dx[k] = product[(k - begin) * n + i];
      }
    }
  }

  Value& in_;
  Value& out_;
  Parameter& weight_;
  Parameter& bias_;
  const Team& team_;
  bool needs_input_gradient_;
  std::size_t n_in_;
  std::size_t n_out_;
  std::vector<float> turned_;          // dyᵀ, outputs × people
  std::vector<float> input_gradient_;  // inputs × people
};

}  // namespace

std::unique_ptr<Op> make_linear(const OpContext& context) {
  return std::make_unique<Linear>(context);
}

}  // namespace gcrisk::backends::eigen
