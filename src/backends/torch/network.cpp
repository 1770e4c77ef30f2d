// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "backends/torch/network.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/avg_pool1d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv1d.h>
#include <ATen/ops/einsum.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gru.h>
#include <ATen/ops/gru_cell.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/lstm.h>
#include <ATen/ops/lstm_cell.h>
#include <ATen/ops/max_pool1d.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

#include "gcrisk/base/error.hpp"
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::backends::torch {

namespace {

using at::Tensor;

// One forward pass. Values are kept until the pass ends, as autograd keeps them anyway.
class Network {
 public:
  Network(const nn::Plan& plan, const Parameters& parameters, const Pass& pass)
      : plan_(plan), parameters_(parameters), pass_(pass), values_(plan.shapes.size()) {}

  Tensor run(std::vector<Tensor> inputs) {
    for (std::size_t i = 0; i < plan_.inputs.size(); ++i) {
      values_[plan_.inputs[i].output] = std::move(inputs[i]);
    }
    for (const nn::Step& step : plan_.steps) values_[step.output] = apply(step);
    return values_[plan_.output];
  }

 private:
  const Tensor& weight(const nn::Step& step, std::size_t p) const {
    return parameters_.at(step.parameters[p].name);
  }
  const nn::Shape& shape_in(const nn::Step& step) const { return plan_.shapes[step.inputs[0]]; }

  Tensor apply(const nn::Step& step) const {
    const Tensor& x = values_[step.inputs[0]];
    const std::string& type = step.type;
    if (type == "linear") return at::linear(x.flatten(1), weight(step, 0), weight(step, 1));
    if (type == "conv1d") return convolve(step, x);
    if (type == "locally-connected") return locally_connect(step, x);
    if (type == "max-pool" || type == "average-pool") return pool(step, x);
    if (type == "global-max-pool" || type == "global-average-pool") return pool_all(step, x);
    if (type == "attention-pool") return attend(step, x);
    if (type == "batch-norm") return normalise_batch(step, x);
    if (type == "layer-norm") {
      return at::layer_norm(
          x, {x.size(-1)}, weight(step, 0), weight(step, 1), step.options.number("epsilon"), false);
    }
    if (type == "embedding") return embed(step, x);
    if (type == "relu") return at::relu(x);
    if (type == "gelu") return at::gelu(x);
    if (type == "tanh") return at::tanh(x);
    if (type == "sigmoid") return at::sigmoid(x);
    if (type == "dropout") return drop(step, x);
    if (type == "window") return window(step, x);
    if (type == "lstm") return recur(step, x, 3);
    if (type == "gru") return recur(step, x, 4);
    if (type == "concat") return at::cat(branches(step), 1);
    if (type == "gated") return gated(step);
    throw base::DeviceError("layer " + step.name + ": the torch backend has no " + type,
                            "use --backend eigen");
  }

  // Channels first and padded, as LibTorch's convolutions read a sequence.
  static Tensor padded(const nn::Step& step, const Tensor& x) {
    const nn::Padding padding = nn::padding_of(step.options, static_cast<std::size_t>(x.size(1)));
    return at::constant_pad_nd(
        x.transpose(1, 2),
        {static_cast<std::int64_t>(padding.before), static_cast<std::int64_t>(padding.after)});
  }

  Tensor convolve(const nn::Step& step, const Tensor& x) const {
    return at::conv1d(padded(step, x),
                      weight(step, 0),
                      weight(step, 1),
                      step.options.integer("stride"),
                      at::IntArrayRef({0}),
                      step.options.integer("dilation"),
                      step.options.integer("groups"))
        .transpose(1, 2);
  }

  // Windows of people × channels × positions × taps meet the weights of their own position.
  Tensor locally_connect(const nn::Step& step, const Tensor& x) const {
    const Tensor windows =
        padded(step, x).unfold(2, step.options.integer("kernel"), step.options.integer("stride"));
    return at::einsum("nclk,lock->nlo", {windows, weight(step, 0)}) + weight(step, 1);
  }

  static Tensor pool(const nn::Step& step, const Tensor& x) {
    const std::int64_t size = step.options.integer("size");
    const std::int64_t stride = step.options.has("stride") ? step.options.integer("stride") : size;
    const Tensor turned = x.transpose(1, 2);
    return (step.type == "max-pool" ? at::max_pool1d(turned, size, stride)
                                    : at::avg_pool1d(turned, size, stride))
        .transpose(1, 2);
  }

  // people × positions × 1, true where a position of a masked sequence is there; or undefined.
  Tensor positions(const nn::Step& step, const Tensor& x) const {
    if (!shape_in(step).masked || !pass_.visit_counts.defined()) return {};
    const Tensor all = at::arange(x.size(1), pass_.visit_counts.options()).unsqueeze(0);
    return (all < pass_.visit_counts.unsqueeze(1)).unsqueeze(2);
  }

  Tensor pool_all(const nn::Step& step, const Tensor& x) const {
    const Tensor there = positions(step, x);
    if (step.type == "global-max-pool") {
      if (!there.defined()) return x.amax(1);
      const Tensor least = at::scalar_tensor(-3e38, x.options());
      const Tensor best = at::where(there, x, least).amax(1);
      return at::where(there.any(1), best, at::zeros_like(best));
    }
    if (!there.defined()) return x.mean(1);
    const Tensor mask = there.to(x.scalar_type());
    return (x * mask).sum(1) / mask.sum(1).clamp_min(1);
  }

  Tensor attend(const nn::Step& step, const Tensor& x) const {
    const Tensor& query = weight(step, 0);   // heads × channels
    const Tensor& values = weight(step, 1);  // units × channels
    const std::int64_t heads = query.size(0);
    Tensor scores = at::linear(x, query) / std::sqrt(static_cast<double>(query.size(1)));
    const Tensor there = positions(step, x);
    if (there.defined()) {
      scores = at::where(there, scores, at::scalar_tensor(-1e30, scores.options()));
    }
    Tensor attention = at::softmax(scores, 1);
    if (there.defined()) attention = attention * there.to(attention.scalar_type());
    const Tensor seen = attention.transpose(1, 2).matmul(x);  // people × heads × channels
    const Tensor own = values.view({heads, values.size(0) / heads, values.size(1)});
    return at::einsum("nhc,huc->nhu", {seen, own}).flatten(1) + weight(step, 2);
  }

  Tensor normalise_batch(const nn::Step& step, const Tensor& x) const {
    const Tensor turned = x.dim() == 3 ? x.transpose(1, 2) : x;
    const bool of_batch = pass_.training && x.numel() > x.size(-1) &&
                          pass_.frozen.count(step.parameters[0].name) == 0;
    const Tensor out = at::batch_norm(turned,
                                      weight(step, 0),
                                      weight(step, 1),
                                      weight(step, 2),
                                      weight(step, 3),
                                      of_batch,
                                      step.options.number("momentum"),
                                      step.options.number("epsilon"),
                                      false);
    return x.dim() == 3 ? out.transpose(1, 2) : out;
  }

  // The last row of the table is for a position that is of no class.
  Tensor embed(const nn::Step& step, const Tensor& x) const {
    const Tensor none = 1 - x.sum(2, true);
    return at::cat({x, none}, 2).matmul(weight(step, 0));
  }

  Tensor drop(const nn::Step& step, const Tensor& x) const {
    const auto kept = pass_.dropout.find(step.name);
    if (kept == pass_.dropout.end()) return x;
    const double scale = 1 / (1 - step.options.number("rate"));
    return x * (kept->second.view_as(x).to(x.scalar_type()) * scale);
  }

  static Tensor window(const nn::Step& step, const Tensor& x) {
    const std::int64_t size = step.options.integer("size");
    const std::int64_t length = (x.size(1) + size - 1) / size;
    return at::constant_pad_nd(x, {0, 0, 0, length * size - x.size(1)})
        .reshape({x.size(0), length, size * x.size(2)});
  }

  // LSTM (three arrays a direction) or GRU (four).
  Tensor recur(const nn::Step& step, const Tensor& x, std::size_t n_arrays) const {
    std::vector<Tensor> states;
    std::vector<Tensor> sequences;
    for (std::size_t p = 0; p < step.parameters.size(); p += n_arrays) {
      std::vector<Tensor> arrays;
      for (std::size_t k = 0; k < n_arrays; ++k) arrays.push_back(weight(step, p + k));
      if (n_arrays == 3) arrays.push_back(at::zeros_like(arrays[2]));
      const bool backwards = p > 0;
      const bool masked = shape_in(step).masked && pass_.visit_counts.defined();
      auto [all, last] = masked ? recur_masked(x, arrays, backwards, n_arrays == 3)
                                : recur_whole(x, arrays, backwards, n_arrays == 3);
      sequences.push_back(all);
      states.push_back(last);
    }
    return step.options.text("output") == "sequence" ? at::cat(sequences, 2) : at::cat(states, 1);
  }

  std::pair<Tensor, Tensor> recur_whole(const Tensor& x,
                                        const std::vector<Tensor>& arrays,
                                        bool backwards,
                                        bool has_cell) const {
    const Tensor zero = at::zeros({1, x.size(0), arrays[1].size(1)}, x.options());
    const Tensor ordered = backwards ? x.flip({1}) : x;
    Tensor all;
    Tensor last;
    if (has_cell) {
      std::tie(all, last, std::ignore) =
          at::lstm(ordered, {zero, zero}, arrays, true, 1, 0.0, pass_.training, false, true);
    } else {
      std::tie(all, last) =
          at::gru(ordered, zero, arrays, true, 1, 0.0, pass_.training, false, true);
    }
    return {backwards ? all.flip({1}) : all, last[0]};
  }

  // Position by position, for people whose sequences end before the last one.
  std::pair<Tensor, Tensor> recur_masked(const Tensor& x,
                                         const std::vector<Tensor>& arrays,
                                         bool backwards,
                                         bool has_cell) const {
    Tensor h = at::zeros({x.size(0), arrays[1].size(1)}, x.options());
    Tensor c = h;
    std::vector<Tensor> steps(static_cast<std::size_t>(x.size(1)));
    for (std::int64_t t = 0; t < x.size(1); ++t) {
      const std::int64_t position = backwards ? x.size(1) - 1 - t : t;
      const Tensor there = (pass_.visit_counts > position).unsqueeze(1);
      const Tensor here = x.select(1, position);
      Tensor next;
      if (has_cell) {
        Tensor cell;
        std::tie(next, cell) =
            at::lstm_cell(here, {h, c}, arrays[0], arrays[1], arrays[2], arrays[3]);
        c = at::where(there, cell, c);
      } else {
        next = at::gru_cell(here, h, arrays[0], arrays[1], arrays[2], arrays[3]);
      }
      steps[static_cast<std::size_t>(position)] = at::where(there, next, at::zeros_like(next));
      h = at::where(there, next, h);
    }
    return {at::stack(steps, 1), h};
  }

  // Branches as people × numbers, zero where a person lacks one or it is hidden.
  std::vector<Tensor> branches(const nn::Step& step) const {
    std::vector<Tensor> out;
    for (std::size_t b = 0; b < step.inputs.size(); ++b) {
      out.push_back(values_[step.inputs[b]].flatten(1));
      if (pass_.there.defined()) out[b] = out[b] * mask_of(b, out[b]);
    }
    return out;
  }
  Tensor mask_of(std::size_t branch, const Tensor& like) const {
    return pass_.there.select(1, static_cast<std::int64_t>(branch))
        .unsqueeze(1)
        .to(like.scalar_type());
  }

  Tensor gated(const nn::Step& step) const {
    const std::vector<Tensor> x = branches(step);
    const Tensor all = at::cat(x, 1);
    Tensor sum;
    for (std::size_t b = 0; b < x.size(); ++b) {
      const Tensor content =
          at::tanh(at::linear(x[b], weight(step, 4 * b), weight(step, 4 * b + 1)));
      Tensor gate = at::sigmoid(at::linear(all, weight(step, 4 * b + 2), weight(step, 4 * b + 3)));
      if (pass_.there.defined()) gate = gate * mask_of(b, gate);
      sum = sum.defined() ? sum + gate * content : gate * content;
    }
    return sum;
  }

  const nn::Plan& plan_;
  const Parameters& parameters_;
  const Pass& pass_;
  std::vector<Tensor> values_;
};

}  // namespace

at::Tensor forward(const nn::Plan& plan,
                   const Parameters& parameters,
                   std::vector<at::Tensor> inputs,
                   const Pass& pass) {
  return Network(plan, parameters, pass).run(std::move(inputs));
}

}  // namespace gcrisk::backends::torch
