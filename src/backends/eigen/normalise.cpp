// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "backends/eigen/op.hpp"

namespace gcrisk::backends::eigen {

namespace {

// Rows of `channels` numbers: a vector is one, a sequence has one a position.
std::size_t rows_of(const nn::Shape& shape) { return shape.size() / shape.channels; }

// Each channel over people and positions. Looks at the whole batch at once; its cost is a few
// passes over the values. A batch of a single number a channel has no variance: the running mean
// and variance serve there, as they do at prediction and where the layer is frozen.
class BatchNorm : public Op {
 public:
  explicit BatchNorm(const OpContext& c)
      : in_(*c.inputs[0]),
        out_(*c.output),
        weight_(*c.parameters[0]),
        bias_(*c.parameters[1]),
        running_mean_(*c.parameters[2]),
        running_variance_(*c.parameters[3]),
        momentum_(c.step.options.number("momentum")),
        epsilon_(c.step.options.number("epsilon")),
        n_(in_.shape.channels),
        mean_(n_),
        scale_(n_),
        sum_(n_),
        square_(n_) {}
  bool by_person() const override { return false; }
  double cost() const override { return 6 * static_cast<double>(in_.size()); }

  void forward(const Batch& batch, std::size_t, std::size_t) override {
    const double count = static_cast<double>(batch.n * rows_of(in_.shape));
    of_batch_ = batch.training && !weight_.frozen && count > 1;
    if (of_batch_) {
      measure(batch.n, count);
    } else {
      for (std::size_t c = 0; c < n_; ++c) {
        mean_[c] = running_mean_.value[c];
        scale_[c] = 1 / std::sqrt(running_variance_.value[c] + epsilon_);
      }
    }
    for_each(batch.n, [&](std::size_t i, std::size_t at, std::size_t c) {
      out_.at(i)[at] = static_cast<float>(
          (in_.at(i)[at] - mean_[c]) * scale_[c] * weight_.value[c] + bias_.value[c]);
    });
  }

  void backward(const Batch& batch, std::size_t, std::size_t, std::size_t) override {
    std::fill(sum_.begin(), sum_.end(), 0.0);
    std::fill(square_.begin(), square_.end(), 0.0);
    for_each(batch.n, [&](std::size_t i, std::size_t at, std::size_t c) {
      const double dy = out_.gradient_at(i)[at];
      sum_[c] += dy;
      square_[c] += dy * (in_.at(i)[at] - mean_[c]) * scale_[c];
    });
    for (std::size_t c = 0; c < n_; ++c) {
      bias_.gradient[c] = static_cast<float>(sum_[c]);
      weight_.gradient[c] = static_cast<float>(square_[c]);
    }
    if (in_.gradient.empty()) return;
    const double count = static_cast<double>(batch.n * rows_of(in_.shape));
    for_each(batch.n, [&](std::size_t i, std::size_t at, std::size_t c) {
      double slope = out_.gradient_at(i)[at];
      if (of_batch_) {  // the mean and the variance depend on each number too
        const double standard = (in_.at(i)[at] - mean_[c]) * scale_[c];
        slope -= (sum_[c] + standard * square_[c]) / count;
      }
      in_.gradient_at(i)[at] = static_cast<float>(slope * scale_[c] * weight_.value[c]);
    });
  }

 private:
  // work(person, place within the person, channel)
  template <typename Work>
  void for_each(std::size_t n_people, const Work& work) {
    const std::size_t rows = rows_of(in_.shape);
    for (std::size_t i = 0; i < n_people; ++i) {
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < n_; ++c) work(i, r * n_ + c, c);
      }
    }
  }

  void measure(std::size_t n_people, double count) {
    std::fill(mean_.begin(), mean_.end(), 0.0);
    std::fill(square_.begin(), square_.end(), 0.0);
    for_each(n_people,
             [&](std::size_t i, std::size_t at, std::size_t c) { mean_[c] += in_.at(i)[at]; });
    for (double& mean : mean_) mean /= count;
    for_each(n_people, [&](std::size_t i, std::size_t at, std::size_t c) {
      const double off = in_.at(i)[at] - mean_[c];
      square_[c] += off * off;
    });
    const auto keep = [&](float& running, double now) {
      running = static_cast<float>((1 - momentum_) * running + momentum_ * now);
    };
    for (std::size_t c = 0; c < n_; ++c) {
      scale_[c] = 1 / std::sqrt(square_[c] / count + epsilon_);
      keep(running_mean_.value[c], mean_[c]);
      keep(running_variance_.value[c], square_[c] / (count - 1));
    }
  }

  Value& in_;
  Value& out_;
  Parameter& weight_;
  Parameter& bias_;
  Parameter& running_mean_;
  Parameter& running_variance_;
  double momentum_;
  double epsilon_;
  std::size_t n_;
  bool of_batch_ = false;
  std::vector<double> mean_, scale_, sum_, square_;
};

// The channels of each position by themselves.
class LayerNorm : public Op {
 public:
  explicit LayerNorm(const OpContext& c)
      : in_(*c.inputs[0]),
        out_(*c.output),
        weight_(*c.parameters[0]),
        bias_(*c.parameters[1]),
        epsilon_(c.step.options.number("epsilon")),
        n_(in_.shape.channels) {
    weight_.in_parts = bias_.in_parts = true;
  }
  double cost() const override { return 6 * static_cast<double>(in_.size()); }

  void forward(const Batch&, std::size_t begin, std::size_t end) override {
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t r = 0; r < rows_of(in_.shape); ++r) {
        const float* x = in_.at(i) + r * n_;
        float* y = out_.at(i) + r * n_;
        const auto [mean, scale] = measure(x);
        for (std::size_t c = 0; c < n_; ++c) {
          y[c] = static_cast<float>((x[c] - mean) * scale) * weight_.value[c] + bias_.value[c];
        }
      }
    }
  }

  void backward(const Batch&, std::size_t begin, std::size_t end, std::size_t part) override {
    float* dw = weight_.begin_part(part);
    float* db = bias_.begin_part(part);
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t r = 0; r < rows_of(in_.shape); ++r) {
        const float* x = in_.at(i) + r * n_;
        const float* dy = out_.gradient_at(i) + r * n_;
        const auto [mean, scale] = measure(x);
        double sum = 0;
        double along = 0;
        for (std::size_t c = 0; c < n_; ++c) {
          const double standard = (x[c] - mean) * scale;
          const double slope = static_cast<double>(dy[c]) * weight_.value[c];
          dw[c] += static_cast<float>(dy[c] * standard);
          db[c] += dy[c];
          sum += slope;
          along += slope * standard;
        }
        if (in_.gradient.empty()) continue;
        float* dx = in_.gradient_at(i) + r * n_;
        const auto count = static_cast<double>(n_);
        for (std::size_t c = 0; c < n_; ++c) {
          const double standard = (x[c] - mean) * scale;
          const double slope = static_cast<double>(dy[c]) * weight_.value[c];
          dx[c] = static_cast<float>((slope - (sum + standard * along) / count) * scale);
        }
      }
    }
  }

 private:
  // Mean and 1 / standard deviation of a position's channels.
  std::pair<double, double> measure(const float* x) const {
    double sum = 0;
    for (std::size_t c = 0; c < n_; ++c) sum += x[c];
    const double mean = sum / static_cast<double>(n_);
    double square = 0;
    for (std::size_t c = 0; c < n_; ++c) square += (x[c] - mean) * (x[c] - mean);
    return {mean, 1 / std::sqrt(square / static_cast<double>(n_) + epsilon_)};
  }

  Value& in_;
  Value& out_;
  Parameter& weight_;
  Parameter& bias_;
  double epsilon_;
  std::size_t n_;
};

}  // namespace

std::unique_ptr<Op> make_batch_norm(const OpContext& c) { return std::make_unique<BatchNorm>(c); }
std::unique_ptr<Op> make_layer_norm(const OpContext& c) { return std::make_unique<LayerNorm>(c); }

}  // namespace gcrisk::backends::eigen
