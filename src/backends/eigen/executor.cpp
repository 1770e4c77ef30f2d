// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "backends/eigen/executor.hpp"

#include <algorithm>
#include <cmath>

#include "gcrisk/base/error.hpp"

namespace gcrisk::backends::eigen {

using base::TensorMap;
using nn::Plan;
using nn::Step;

namespace {

constexpr const char* kFirst = "adam.first/";
constexpr const char* kSecond = "adam.second/";

std::unique_ptr<Op> make_op(const OpContext& c) {
  const std::string& type = c.step.type;
  if (type == "linear") return make_linear(c);
  if (type == "conv1d") return make_conv1d(c);
  if (type == "max-pool" || type == "average-pool") return make_pool(c);
  if (type == "dropout") return make_dropout(c);
  if (type == "window") return make_window(c);
  if (type == "lstm") return make_lstm(c);
  if (type == "gru") return make_gru(c);
  if (type == "batch-norm") return make_batch_norm(c);
  if (type == "layer-norm") return make_layer_norm(c);
  if (type == "global-max-pool" || type == "global-average-pool") return make_global_pool(c);
  if (type == "attention-pool") return make_attention_pool(c);
  if (type == "locally-connected") return make_locally_connected(c);
  if (type == "embedding") return make_embedding(c);
  if (type == "concat") return make_concat(c);
  if (type == "gated") return make_gated(c);
  return make_activation(c);
}

// conv1d, relu, max-pool without overlap: the number of steps that are done as one.
bool is_conv_relu_pool(const std::vector<Step>& steps, std::size_t i) {
  if (i + 2 >= steps.size()) return false;
  const Step& conv = steps[i];
  const Step& relu = steps[i + 1];
  const Step& pool = steps[i + 2];
  return conv.type == "conv1d" && relu.type == "relu" && pool.type == "max-pool" &&
         relu.inputs.front() == conv.output && pool.inputs.front() == relu.output &&
         conv.options.integer("stride") == 1 && conv.options.integer("dilation") == 1 &&
         conv.options.integer("groups") == 1 && pool.options.integer("size") < 255 &&
         (!pool.options.has("stride") ||
          pool.options.integer("stride") == pool.options.integer("size"));
}

}  // namespace

EigenExecutor::EigenExecutor(const Plan& plan, nn::Loss loss, const base::Context& context)
    : plan_(plan), loss_(loss), team_(context.threads) {
  for (const nn::InputStep& input : plan_.inputs) branch_inputs_.push_back(input.input);
  parameters_.resize(plan_.parameters().size());
  std::size_t at = 0;
  for (const Step& step : plan_.steps) {
    for (const nn::ParameterSpec& spec : step.parameters) {
      Parameter& p = parameters_[at++];
      p.spec = spec;
      p.value.assign(spec.size(), 0.0F);
      p.gradient = p.first_moment = p.second_moment = p.value;
    }
  }
}

// Operations and their memory, for batches of up to `max_people`.
void EigenExecutor::reserve(std::size_t max_people) {
  if (max_people <= max_people_) return;
  max_people_ = max_people;
  ops_.clear();
  values_.assign(plan_.shapes.size(), Value());
  learns_.assign(plan_.shapes.size(), dense_gradients_);
  for (std::size_t v = 0; v < values_.size(); ++v) values_[v].shape = plan_.shapes[v];
  std::size_t at = 0;
  std::vector<bool> used(values_.size(), true);
  // Operations set the halos of their inputs; memory comes after them.
  for (std::size_t i = 0; i < plan_.inputs.size(); ++i) {
    const nn::InputStep& input = plan_.inputs[i];
    ops_.push_back(make_input(input, i, &values_[input.output]));
  }
  for (std::size_t s = 0; s < plan_.steps.size(); ++s) {
    const Step& step = plan_.steps[s];
    OpContext c{step, {}, nullptr, {}, &team_, max_people, false};
    for (const std::size_t input : step.inputs) {
      c.inputs.push_back(&values_[input]);
      c.needs_input_gradient = c.needs_input_gradient || learns_[input];
    }
    for (std::size_t p = 0; p < step.parameters.size(); ++p)
      c.parameters.push_back(&parameters_[at++]);
    const bool fused = is_conv_relu_pool(plan_.steps, s);
    const std::size_t output = fused ? plan_.steps[s + 2].output : step.output;
    c.output = &values_[output];
    learns_[output] = c.needs_input_gradient || !step.parameters.empty();
    if (fused) {
      used[step.output] = used[plan_.steps[s + 1].output] = false;
      ops_.push_back(make_conv_relu_pool(
          c, static_cast<std::size_t>(plan_.steps[s + 2].options.integer("size"))));
      s += 2;
    } else {
      ops_.push_back(make_op(c));
    }
  }
  for (std::size_t v = 0; v < values_.size(); ++v) {
    if (used[v]) values_[v].allocate(max_people, learns_[v]);
  }
  for (Parameter& p : parameters_) {
    if (p.in_parts) p.parts.assign(kParts * p.size(), 0.0F);
  }
  std::vector<Parameter*> all;
  for (Parameter& p : parameters_) all.push_back(&p);
  optimiser_ = std::make_unique<Adam>(all, team_);
  changed_ = true;
}

void EigenExecutor::forward(const Batch& batch) {
  if (changed_) {
    for (auto& op : ops_) op->prepare();
    changed_ = false;
  }
  for (std::size_t first = 0; first < ops_.size();) {
    if (!ops_[first]->by_person()) {
      ops_[first++]->forward(batch, 0, batch.n);
      continue;
    }
    const std::size_t last = end_of_stretch(first);
    team_.run(kParts, stretch_cost(first, last, batch.n), [&](std::size_t part) {
      const std::size_t size = base::chunk_count(batch.n, kParts);
      const std::size_t begin = std::min(batch.n, part * size);
      const std::size_t end = std::min(batch.n, begin + size);
      for (std::size_t o = first; o < last;) {
        if (ops_[o]->together()) {
          ops_[o++]->forward(batch, begin, end);
          continue;
        }
        std::size_t stop = o;
        while (stop < last && !ops_[stop]->together()) ++stop;
        for (std::size_t i = begin; i < end; ++i) {  // what one writes, the next finds in the cache
          for (std::size_t k = o; k < stop; ++k) ops_[k]->forward(batch, i, i + 1);
        }
        o = stop;
      }
    });
    first = last;
  }
}

void EigenExecutor::backward(const Batch& batch) {
  for (std::size_t last = ops_.size(); last > 0;) {
    if (!ops_[last - 1]->by_person()) {
      ops_[--last]->backward(batch, 0, batch.n, 0);
      continue;
    }
    std::size_t first = last;
    while (first > 0 && ops_[first - 1]->by_person()) --first;
    team_.run(kParts, 2 * stretch_cost(first, last, batch.n), [&](std::size_t part) {
      const std::size_t size = base::chunk_count(batch.n, kParts);
      const std::size_t begin = std::min(batch.n, part * size);
      const std::size_t end = std::min(batch.n, begin + size);
      for (std::size_t o = last; o > first; --o) ops_[o - 1]->backward(batch, begin, end, part);
    });
    last = first;
  }
}

std::size_t EigenExecutor::end_of_stretch(std::size_t first) const {
  std::size_t last = first;
  while (last < ops_.size() && ops_[last]->by_person()) ++last;
  return last;
}

double EigenExecutor::stretch_cost(std::size_t first, std::size_t last, std::size_t n) const {
  double cost = 0;
  for (std::size_t o = first; o < last; ++o) cost += ops_[o]->cost();
  return cost * static_cast<double>(n);
}

void EigenExecutor::copy_scores(std::size_t n, float* scores) {
  Value& out = values_[plan_.output];
  for (std::size_t i = 0; i < n; ++i) {
    std::copy_n(out.at(i), out.size(), scores + i * out.size());
  }
}

// Forward, loss, backward.
double EigenExecutor::differentiate(const Batch& batch) {
  forward(batch);
  const std::size_t k = plan_.n_outputs();
  scores_.resize(max_people_ * k);
  score_gradient_.resize(max_people_ * k);
  copy_scores(batch.n, scores_.data());
  const double loss = nn::loss_of(loss_,
                                  *batch.data,
                                  std::span(batch.rows, batch.n),
                                  scores_.data(),
                                  k,
                                  score_gradient_.data());
  if (!std::isfinite(loss)) return loss;
  Value& out = values_[plan_.output];
  for (std::size_t i = 0; i < batch.n; ++i) {
    std::copy_n(score_gradient_.data() + i * k, k, out.gradient_at(i));
  }
  backward(batch);
  return loss;
}

nn::StretchResult EigenExecutor::train(std::span<const std::uint32_t> order,
                                       const nn::StepSettings& settings) {
  reserve(std::max(settings.batch, kPredictBatch));
  nn::StretchResult result;
  for (std::size_t begin = 0, b = 0; begin < order.size(); begin += settings.batch, ++b) {
    Batch batch{.data = data_,
                .rows = order.data() + begin,
                .n = std::min(settings.batch, order.size() - begin),
                .branch_inputs = &branch_inputs_,
                .training = true,
                .seed = settings.seed,
                .step = settings.first_step + b,
                .modality_dropout = settings.modality_dropout};
    const double loss = differentiate(batch);
    if (!std::isfinite(loss)) {
      result.bad_batch = static_cast<std::int64_t>(b);
      return result;
    }
    optimiser_->step(settings, settings.learning_rates[b], batch.step);
    changed_ = true;
    result.loss_sum += loss * static_cast<double>(batch.n);
    result.n_people += batch.n;
  }
  return result;
}

void EigenExecutor::predict(std::span<const std::uint32_t> rows, float* scores) {
  reserve(kPredictBatch);
  for (std::size_t begin = 0; begin < rows.size(); begin += max_people_) {
    const Batch batch{.data = data_,
                      .rows = rows.data() + begin,
                      .n = std::min(max_people_, rows.size() - begin),
                      .branch_inputs = &branch_inputs_};
    forward(batch);
    copy_scores(batch.n, scores + begin * plan_.n_outputs());
  }
}

TensorMap EigenExecutor::gradient(std::span<const std::uint32_t> rows) {
  reserve(std::max(rows.size(), kPredictBatch));
  const Batch batch{
      .data = data_, .rows = rows.data(), .n = rows.size(), .branch_inputs = &branch_inputs_};
  differentiate(batch);
  optimiser_->gather();
  return exported("", &Parameter::gradient, false);
}

void EigenExecutor::input_gradient(const nn::DenseInputs& inputs,
                                   std::size_t n,
                                   std::size_t output,
                                   std::vector<float>& scores,
                                   nn::DenseInputs& gradients) {
  if (!dense_gradients_) {  // from now on inputs have derivatives too
    const std::size_t people = std::max(max_people_, n);
    dense_gradients_ = true;
    max_people_ = 0;
    reserve(std::max(people, kPredictBatch));
  }
  reserve(n);
  const Batch batch{.n = n, .dense = &inputs, .branch_inputs = &branch_inputs_};
  forward(batch);
  const std::size_t k = plan_.n_outputs();
  scores.resize(n * k);
  copy_scores(n, scores.data());
  Value& out = values_[plan_.output];
  for (std::size_t i = 0; i < n; ++i) {
    std::fill_n(out.gradient_at(i), k, 0.0F);
    out.gradient_at(i)[output] = 1;
  }
  backward(batch);
  gradients.resize(plan_.inputs.size());
  for (std::size_t j = 0; j < plan_.inputs.size(); ++j) {
    Value& value = values_[plan_.inputs[j].output];
    gradients[j].resize(n * value.size());
    for (std::size_t i = 0; i < n; ++i) {
      std::copy_n(value.gradient_at(i), value.size(), gradients[j].data() + i * value.size());
    }
  }
}

TensorMap EigenExecutor::exported(const std::string& prefix,
                                  std::vector<float> Parameter::*field,
                                  bool with_buffers) const {
  TensorMap out;
  for (const Parameter& p : parameters_) {
    if (p.spec.is_buffer && !with_buffers) continue;
    out[prefix + p.spec.name] = base::Tensor{p.spec.shape, p.exported(p.*field)};
  }
  return out;
}

void EigenExecutor::import(const TensorMap& from,
                           const std::string& prefix,
                           std::vector<float> Parameter::*field) {
  for (Parameter& p : parameters_) {
    const auto at = from.find(prefix + p.spec.name);
    if (at != from.end()) p.*field = p.imported(std::get<std::vector<float>>(at->second.values));
  }
  changed_ = true;
}

TensorMap EigenExecutor::parameters() const { return exported("", &Parameter::value, true); }

// Layouts are known once operations are made.
void EigenExecutor::set_parameters(const TensorMap& parameters) {
  nn::check_parameters(plan_, parameters);
  reserve(kPredictBatch);
  import(parameters, "", &Parameter::value);
}

TensorMap EigenExecutor::state() const {
  TensorMap out = parameters();
  out.merge(exported(kFirst, &Parameter::first_moment, false));
  out.merge(exported(kSecond, &Parameter::second_moment, false));
  return out;
}

void EigenExecutor::restore(const TensorMap& state) {
  set_parameters(state);
  import(state, kFirst, &Parameter::first_moment);
  import(state, kSecond, &Parameter::second_moment);
}

void EigenExecutor::freeze(const std::vector<std::string>& names) {
  for (Parameter& p : parameters_) {
    p.frozen = std::find(names.begin(), names.end(), p.spec.name) != names.end();
  }
}

}  // namespace gcrisk::backends::eigen

namespace gcrisk::nn {

const BackendEntry& eigen_backend();

const BackendEntry& eigen_backend() {
  static const BackendEntry entry{
      .name = "eigen",
      .meaning = "everything, on the CPU",
      .compile = [](const Plan& plan,
                    Loss loss,
                    const base::Context& context) -> std::unique_ptr<Executor> {
        return std::make_unique<backends::eigen::EigenExecutor>(plan, loss, context);
      },
  };
  return entry;
}

}  // namespace gcrisk::nn
