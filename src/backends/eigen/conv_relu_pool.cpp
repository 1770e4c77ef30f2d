// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <hwy/highway.h>

#include <algorithm>

#include "backends/eigen/gemm.hpp"
#include "backends/eigen/op.hpp"
#include "backends/eigen/window_sums.hpp"
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::backends::eigen {

namespace {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
constexpr std::size_t kLanes = hn::MaxLanes(D());

constexpr std::size_t kPositions = 48;       // of a product whose result stays in the first cache
constexpr std::size_t kPooledTogether = 32;  // pooled positions of a pass backward
constexpr std::uint8_t kDead = 255;          // the rectifier let nothing through

// Convolution, rectifier and maximum of windows that do not overlap, in one. Forward, the numbers
// before the maximum live in a small buffer only. Backward, one position of each window has a
// derivative, so that products with the weights shrink to a sum over the channels that are alive:
// a fraction 1 / size of a dense convolution's work.
class ConvReluPool : public Op {
 public:
  ConvReluPool(const OpContext& c, std::size_t pool)
      : in_(*c.inputs[0]),
        out_(*c.output),
        weight_(*c.parameters[0]),
        bias_(*c.parameters[1]),
        needs_input_gradient_(c.needs_input_gradient),
        pool_(pool),
        n_in_(in_.shape.channels),
        n_out_(out_.shape.channels),
        window_(static_cast<std::size_t>(c.step.options.integer("kernel")) * n_in_),
        padded_window_((window_ + kLanes - 1) / kLanes * kLanes),
        best_(c.max_people * out_.size()),
        workspaces_(kParts) {
    const nn::Padding padding = nn::padding_of(c.step.options, in_.shape.length);
    before_ = in_.before = padding.before;
    in_.after = padding.after;
    weight_.layout = Layout::kTapsFirst;
    weight_.in_parts = bias_.in_parts = true;
    packed_.resize(packed_size(n_out_, window_));
    rows_.resize(n_out_ * padded_window_ + kSlack);
    pooled_together_ = std::max<std::size_t>(1, kPositions / pool_);
    for (Workspace& w : workspaces_) {
      w.products.resize(pooled_together_ * pool_ * n_out_);
      w.entries.resize(std::max(kPooledTogether, pool_) * n_out_);
      w.counts.resize(std::max(n_out_, pool_ + 1));
    }
  }
  double cost() const override {
    return static_cast<double>(out_.shape.length * pool_ * weight_.spec.size());
  }

  void prepare() override {
    std::vector<float>& turned = workspaces_[0].turned;
    turned.resize(window_ * n_out_);
    for (std::size_t o = 0; o < n_out_; ++o) {
      for (std::size_t j = 0; j < window_; ++j) {
        turned[j * n_out_ + o] = weight_.value[o * window_ + j];
      }
      std::copy_n(weight_.value.data() + o * window_, window_, rows_.data() + o * padded_window_);
    }
    pack_panels(turned.data(), n_out_, window_, packed_.data());
  }

  void forward(const Batch& batch, std::size_t begin, std::size_t end) override {
    const std::size_t part = begin / base::chunk_count(batch.n, kParts);
    for (std::size_t i = begin; i < end; ++i) {
      const float* x = in_.at(i) - before_ * n_in_;
      for (std::size_t q = 0; q < out_.shape.length; q += pooled_together_) {
        const std::size_t n = std::min(pooled_together_, out_.shape.length - q);
        float* products = workspaces_[part].products.data();
        gemm_packed(n * pool_,
                    n_out_,
                    window_,
                    {x + q * pool_ * n_in_, n_in_, 1},
                    packed_.data(),
                    products,
                    n_out_);
        for (std::size_t p = 0; p < n; ++p) {
          keep_largest(products + p * pool_ * n_out_,
                       out_.at(i) + (q + p) * n_out_,
                       best_.data() + i * out_.size() + (q + p) * n_out_);
        }
      }
    }
  }

  void backward(const Batch&, std::size_t begin, std::size_t end, std::size_t part) override {
    float* dw = weight_.begin_part(part);
    float* db = bias_.begin_part(part);
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t q = 0; q < out_.shape.length; q += kPooledTogether) {
        learn(i, q, std::min(out_.shape.length, q + kPooledTogether), workspaces_[part], dw, db);
      }
      if (needs_input_gradient_) propagate(i, workspaces_[part]);
    }
  }

 private:
  struct Workspace {
    std::vector<float> products;
    std::vector<float> turned;
    std::vector<Scaled> entries;
    std::vector<std::uint32_t> counts;
  };

  // max(0, largest of the rows + bias), and which row it was.
  void keep_largest(const float* rows, float* y, std::uint8_t* best) const {
    const D d;
    const hn::Rebind<std::int32_t, D> di;
    const hn::Rebind<std::uint8_t, D> d8;
    std::size_t o = 0;
    for (; o + kLanes <= n_out_; o += kLanes) {
      auto top = hn::LoadU(d, rows + o);
      auto at = hn::Zero(di);
      for (std::size_t k = 1; k < pool_; ++k) {
        const auto x = hn::LoadU(d, rows + k * n_out_ + o);
        const auto larger = hn::Gt(x, top);
        top = hn::IfThenElse(larger, x, top);
        at = hn::IfThenElse(
            hn::RebindMask(di, larger), hn::Set(di, static_cast<std::int32_t>(k)), at);
      }
      top = hn::Add(top, hn::LoadU(d, bias_.value.data() + o));
      const auto alive = hn::Gt(top, hn::Zero(d));
      hn::StoreU(hn::IfThenElseZero(alive, top), d, y + o);
      at = hn::IfThenElse(hn::RebindMask(di, alive), at, hn::Set(di, std::int32_t{kDead}));
      hn::StoreU(hn::DemoteTo(d8, at), d8, best + o);
    }
    for (; o < n_out_; ++o) {
      float top = rows[o];
      std::size_t at = 0;
      for (std::size_t k = 1; k < pool_; ++k) {
        if (rows[k * n_out_ + o] > top) {
          top = rows[k * n_out_ + o];
          at = k;
        }
      }
      top += bias_.value[o];
      y[o] = top > 0 ? top : 0;
      best[o] = top > 0 ? static_cast<std::uint8_t>(at) : kDead;
    }
  }

  // Derivatives by the weights from pooled positions [q0, q1): for each channel a sum of windows
  // of the input, each times its derivative.
  void learn(std::size_t i, std::size_t q0, std::size_t q1, Workspace& w, float* dw, float* db) {
    const float* dy = out_.gradient_at(i);
    const std::uint8_t* best = best_.data() + i * out_.size();
    std::fill_n(w.counts.begin(), n_out_, 0U);
    for (std::size_t q = q0; q < q1; ++q) {
      for (std::size_t o = 0; o < n_out_; ++o) {
        const std::uint8_t at = best[q * n_out_ + o];
        w.entries[o * kPooledTogether + w.counts[o]] = {
            dy[q * n_out_ + o], static_cast<std::uint32_t>((q * pool_ + at) * n_in_)};
        w.counts[o] += at != kDead;
      }
    }
    const float* x = in_.at(i) - before_ * n_in_;
    for (std::size_t o = 0; o < n_out_; ++o) {
      const Scaled* entries = w.entries.data() + o * kPooledTogether;
      float sum = 0;
      for (std::size_t e = 0; e < w.counts[o]; ++e) sum += entries[e].scale;
      db[o] += sum;
      add_scaled_rows(x, {entries, w.counts[o]}, window_, dw + o * window_);
    }
  }

  // Derivatives by the input: for each position that was a largest one, a sum of the weights of the
  // channels that chose it, spread over its window.
  void propagate(std::size_t i, Workspace& w) {
    const float* dy = out_.gradient_at(i);
    const std::uint8_t* best = best_.data() + i * out_.size();
    const std::size_t positions = before_ + in_.shape.length + in_.after;
    float* dx = in_.gradient_at(i) - before_ * n_in_;
    std::fill_n(dx, positions * n_in_ + kSlack / 2, 0.0F);
    for (std::size_t strip = 0; strip < padded_window_; strip += kStrip) {
      const std::size_t width = std::min(kStrip, padded_window_ - strip);
      for (std::size_t q = 0; q < out_.shape.length; ++q) {
        std::fill_n(w.counts.begin(), pool_, 0U);
        for (std::size_t o = 0; o < n_out_; ++o) {
          const std::uint8_t at = best[q * n_out_ + o];
          if (at == kDead) continue;
          w.entries[at * n_out_ + w.counts[at]++] = {
              dy[q * n_out_ + o], static_cast<std::uint32_t>(o * padded_window_)};
        }
        for (std::size_t at = 0; at < pool_; ++at) {
          add_scaled_rows(rows_.data() + strip,
                          {w.entries.data() + at * n_out_, w.counts[at]},
                          width,
                          dx + (q * pool_ + at) * n_in_ + strip);
        }
      }
    }
  }

  Value& in_;
  Value& out_;
  Parameter& weight_;  // out × taps × in
  Parameter& bias_;
  bool needs_input_gradient_;
  std::size_t pool_;
  std::size_t n_in_;
  std::size_t n_out_;
  std::size_t window_;  // numbers that one output position sees
  std::size_t padded_window_;
  std::size_t before_ = 0;
  std::size_t pooled_together_ = 1;
  std::vector<float> packed_;       // weights as the product reads them
  std::vector<float> rows_;         // weights, a padded row a channel
  std::vector<std::uint8_t> best_;  // people × pooled positions × channels
  std::vector<Workspace> workspaces_;
};

}  // namespace

std::unique_ptr<Op> make_conv_relu_pool(const OpContext& context, std::size_t pool) {
  return std::make_unique<ConvReluPool>(context, pool);
}

}  // namespace gcrisk::backends::eigen
