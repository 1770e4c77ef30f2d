// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "backends/eigen/gemm.hpp"
#include "backends/eigen/op.hpp"
#include "gcrisk/base/random.hpp"

namespace gcrisk::backends::eigen {

namespace {

class Concat : public Op {
 public:
  explicit Concat(const OpContext& c) : in_(c.inputs), out_(*c.output), hidden_(c.max_people) {}
  double cost() const override { return static_cast<double>(out_.size()); }
  void forward(const Batch& batch, std::size_t begin, std::size_t end) override {
    for (std::size_t i = begin; i < end; ++i) {
      hidden_[i] = hidden_branches(batch, i, in_);
      float* y = out_.at(i);
      for (std::size_t b = 0; b < in_.size(); ++b) {
        const std::size_t n = in_[b]->size();
        if (hidden_[i] >> b & 1U) {
          std::fill_n(y, n, 0.0F);
        } else {
          std::copy_n(in_[b]->at(i), n, y);
        }
        y += n;
      }
    }
  }
  void backward(const Batch&, std::size_t begin, std::size_t end, std::size_t) override {
    for (std::size_t i = begin; i < end; ++i) {
      const float* dy = out_.gradient_at(i);
      for (std::size_t b = 0; b < in_.size(); ++b) {
        const std::size_t n = in_[b]->size();
        if (!in_[b]->gradient.empty()) {
          if (hidden_[i] >> b & 1U) {
            std::fill_n(in_[b]->gradient_at(i), n, 0.0F);
          } else {
            std::copy_n(dy, n, in_[b]->gradient_at(i));
          }
        }
        dy += n;
      }
    }
  }

 private:
  std::vector<Value*> in_;
  Value& out_;
  std::vector<std::uint32_t> hidden_;
};

// Sum over branches of sigmoid(V_b all + c_b) * tanh(W_b x_b + a_b).
class Gated : public Op {
 public:
  explicit Gated(const OpContext& c)
      : in_(c.inputs),
        out_(*c.output),
        parameters_(c.parameters),
        hidden_(c.max_people),
        n_(out_.size()) {
    for (Value* value : in_) n_all_ += value->size();
    for (Parameter* p : parameters_) p->in_parts = true;
    all_.resize(c.max_people * n_all_);
    gate_.resize(c.max_people * in_.size() * n_);
    content_.resize(gate_.size());
    d_gate_.resize(gate_.size());
    d_content_.resize(gate_.size());
    d_all_.resize(all_.size());
  }
  double cost() const override { return static_cast<double>((in_.size() + 1) * n_all_ * n_); }

  void forward(const Batch& batch, std::size_t begin, std::size_t end) override {
    for (std::size_t i = begin; i < end; ++i) {
      hidden_[i] = hidden_branches(batch, i, in_);
      float* all = all_.data() + i * n_all_;
      for (std::size_t b = 0, at = 0; b < in_.size(); at += in_[b]->size(), ++b) {
        const bool hidden = hidden_[i] >> b & 1U;
        for (std::size_t j = 0; j < in_[b]->size(); ++j)
          all[at + j] = hidden ? 0 : in_[b]->at(i)[j];
      }
      float* y = out_.at(i);
      std::fill_n(y, n_, 0.0F);
      for (std::size_t b = 0, at = 0; b < in_.size(); at += in_[b]->size(), ++b) {
        float* gate = gate_.data() + (i * in_.size() + b) * n_;
        float* content = content_.data() + (i * in_.size() + b) * n_;
        product(*parameters_[4 * b], *parameters_[4 * b + 1], all + at, content);
        product(*parameters_[4 * b + 2], *parameters_[4 * b + 3], all, gate);
        for (std::size_t u = 0; u < n_; ++u) {
          gate[u] = hidden_[i] >> b & 1U ? 0 : 1 / (1 + std::exp(-gate[u]));
          content[u] = std::tanh(content[u]);
          y[u] += gate[u] * content[u];
        }
      }
    }
  }

  void backward(const Batch&, std::size_t begin, std::size_t end, std::size_t part) override {
    for (Parameter* p : parameters_) p->begin_part(part);
    for (std::size_t i = begin; i < end; ++i) {
      const float* dy = out_.gradient_at(i);
      const float* all = all_.data() + i * n_all_;
      float* d_all = d_all_.data() + i * n_all_;
      std::fill_n(d_all, n_all_, 0.0F);
      for (std::size_t b = 0, at = 0; b < in_.size(); at += in_[b]->size(), ++b) {
        const std::size_t place = (i * in_.size() + b) * n_;
        for (std::size_t u = 0; u < n_; ++u) {
          const float gate = gate_[place + u];
          const float content = content_[place + u];
          d_gate_[place + u] = dy[u] * content * gate * (1 - gate);
          d_content_[place + u] = dy[u] * gate * (1 - content * content);
        }
        back(4 * b, part, all + at, d_content_.data() + place, d_all + at);
        back(4 * b + 2, part, all, d_gate_.data() + place, d_all);
      }
      for (std::size_t b = 0, at = 0; b < in_.size(); at += in_[b]->size(), ++b) {
        if (in_[b]->gradient.empty()) continue;
        const bool hidden = hidden_[i] >> b & 1U;
        for (std::size_t j = 0; j < in_[b]->size(); ++j) {
          in_[b]->gradient_at(i)[j] = hidden ? 0 : d_all[at + j];
        }
      }
    }
  }

 private:
  void product(const Parameter& w, const Parameter& bias, const float* x, float* y) const {
    const std::size_t k = w.spec.shape[1];
    gemm(n_, 1, k, {w.value.data(), k, 1}, {x, 1, 1}, y, 1, false);
    for (std::size_t u = 0; u < n_; ++u) y[u] += bias.value[u];
  }
  void back(std::size_t p, std::size_t part, const float* x, const float* dy, float* dx) const {
    const Parameter& w = *parameters_[p];
    const std::size_t k = w.spec.shape[1];
    float* dw = parameters_[p]->parts.data() + part * w.size();
    float* db = parameters_[p + 1]->parts.data() + part * n_;
    for (std::size_t u = 0; u < n_; ++u) {
      db[u] += dy[u];
      for (std::size_t j = 0; j < k; ++j) {
        dw[u * k + j] += dy[u] * x[j];
        dx[j] += dy[u] * w.value[u * k + j];
      }
    }
  }

  std::vector<Value*> in_;
  Value& out_;
  std::vector<Parameter*> parameters_;  // a branch: weight, bias, gate weight, gate bias
  std::vector<std::uint32_t> hidden_;
  std::size_t n_;
  std::size_t n_all_ = 0;
  std::vector<float> all_, gate_, content_, d_gate_, d_content_, d_all_;
};

}  // namespace

std::uint32_t hidden_branches(const Batch& batch,
                              std::size_t person,
                              std::span<Value* const> inputs) {
  if (batch.data == nullptr) return 0;
  std::uint32_t hidden = 0;
  const nn::Data& data = *batch.data;
  const std::uint32_t row = batch.rows[person];
  for (std::size_t b = 0; b < inputs.size(); ++b) {
    const auto absent = [&](const std::vector<std::uint8_t>& has) {
      return !has.empty() && has[row] == 0;
    };
    const std::string& input = batch.branch_inputs->at(b);
    if ((input == "genotypes" && absent(data.has_genotypes)) ||
        (input == "clinical" && absent(data.has_clinical))) {
      hidden |= 1U << b;
    }
  }
  if (batch.training && batch.modality_dropout > 0 && hidden == 0) {
    base::Random random(batch.seed, "modality dropout", (batch.step << 20) + person);
    if (random.uniform() < batch.modality_dropout) hidden |= 1U << random.below(inputs.size());
  }
  return hidden;
}

std::unique_ptr<Op> make_concat(const OpContext& c) { return std::make_unique<Concat>(c); }
std::unique_ptr<Op> make_gated(const OpContext& c) { return std::make_unique<Gated>(c); }

}  // namespace gcrisk::backends::eigen
