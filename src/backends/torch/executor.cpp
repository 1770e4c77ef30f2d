// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "backends/torch/executor.hpp"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/autocast_mode.h>
#include <ATen/ops/_amp_foreach_non_finite_check_and_unscale.h>
#include <ATen/ops/_amp_update_scale.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::backends::torch {

using at::Tensor;
using base::TensorMap;

namespace {

constexpr const char* kFirst = "adam.first/";
constexpr const char* kSecond = "adam.second/";
constexpr std::size_t kPredictBatch = 1024;
constexpr std::size_t kNoiseBytes = std::size_t{128} << 20;  // made and moved at a time

std::int64_t wide(std::size_t n) { return static_cast<std::int64_t>(n); }

std::vector<std::int64_t> rows_of(std::span<const std::uint32_t> rows) {
  return {rows.begin(), rows.end()};
}

// float16 has 5 bits of exponent: the loss is scaled up, so that small derivatives are not lost,
// and down where one is not finite. Micikevicius et al. 2018, arXiv:1710.03740.
constexpr double kFirstScale = 65536;
constexpr double kScaleGrows = 2;
constexpr double kScaleShrinks = 0.5;
constexpr std::int64_t kScaleWaits = 2000;  // steps without one that was skipped

// Operations that gain from it work with half precision as long as this lives.
class HalfPrecision {
 public:
  HalfPrecision(at::DeviceType device, at::ScalarType type) : device_(device) {
    at::autocast::set_autocast_dtype(device_, type);
    at::autocast::set_autocast_enabled(device_, true);
    at::autocast::increment_nesting();
  }
  ~HalfPrecision() {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, false);
  }
  HalfPrecision(const HalfPrecision&) = delete;
  HalfPrecision& operator=(const HalfPrecision&) = delete;

 private:
  at::DeviceType device_;
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

// LibTorch's own errors as ours: one line, and what can be done.
template <typename Work>
auto TorchExecutor::guarded(const Work& work) const {
  try {
    return work();
  } catch (const c10::OutOfMemoryError& error) {
    throw base::DeviceError("the memory of " + device() +
                                " does not suffice: " + first_line(error.what_without_backtrace()),
                            "take a smaller --batch-size or fewer variants");
  } catch (const c10::Error& error) {
    throw base::DeviceError("LibTorch " + libtorch_version() + " on " + device() + ": " +
                            first_line(error.what_without_backtrace()));
  }
}

TorchExecutor::TorchExecutor(const nn::Plan& plan,
                             nn::Loss loss,
                             const base::Context& context,
                             const nn::Processes& processes)
    : plan_(plan),
      loss_(loss),
      device_(choose_device(context.device, processes.local_rank)),
      half_type_(device_.is_cuda() && cuda_functions().describe(device_.index()).major < 8
                     ? at::kHalf
                     : at::kBFloat16) {
  if (device_.is_cpu()) at::set_num_threads(static_cast<int>(context.n_threads));
  if (!processes.alone()) {
    require_shareable(plan_, processes.size);
    group_ = join(processes, device_);
  }
  guarded([&] {
    const auto options = at::TensorOptions(at::kFloat).device(device_);
    for (const nn::ParameterSpec& spec : plan_.parameters()) {
      const std::vector<std::int64_t> shape(spec.shape.begin(), spec.shape.end());
      Tensor value = at::zeros(shape, options);
      if (!spec.is_buffer) value.set_requires_grad(true);
      parameters_[spec.name] = value;
    }
    optimiser_ = std::make_unique<Optimiser>(plan_, parameters_, device_);
    stopped_ = at::zeros({1}, options);
    scale_ = at::full({1}, kFirstScale, options);
    unskipped_ = at::zeros({1}, options.dtype(at::kInt));
  });
}

void TorchExecutor::bind(const nn::Data& data) {
  data_ = &data;
  guarded([&] { resident_ = Resident(data, device_); });
  recorded_ = {};
  full_batches_ = 0;
}

// A GPU is not looked at within an epoch, unless the epoch is a very long one.
std::size_t TorchExecutor::people_between_looks() const {
  return device_.is_cpu() ? nn::Executor::people_between_looks() : std::size_t{1} << 20;
}

// What `order` needs from host to device, at once; batches are slices of it. Of several processes
// each takes its share of every batch.
TorchExecutor::Step TorchExecutor::steps_of(std::span<const std::uint32_t> order,
                                            const nn::StepSettings& settings,
                                            std::size_t first,
                                            std::size_t n_before) const {
  Step out;
  std::vector<float> rates;
  std::vector<float> numbers;
  std::vector<std::uint32_t> own;
  std::vector<std::uint64_t> places;
  for (std::size_t b = 0; b < base::chunk_count(order.size(), settings.batch); ++b) {
    rates.push_back(settings.learning_rates[n_before + b]);
    numbers.push_back(static_cast<float>(settings.first_step + n_before + b + 1));
    const auto batch = order.subspan(b * settings.batch)
                           .first(std::min(settings.batch, order.size() - b * settings.batch));
    const Share share = share_of(batch.size(), group_.get());
    for (std::size_t i = share.begin; i < share.end; ++i) {
      own.push_back(batch[i]);
      places.push_back(place_of(first + b, i));
    }
  }
  const std::int64_t n = wide(own.size());
  out.rows = to_device(rows_of(own), at::kLong, {n}, device_);
  if (group_) out.batch = to_device(rows_of(order), at::kLong, {wide(order.size())}, device_);
  out.rate = to_device(rates, at::kFloat, {wide(rates.size())}, device_);
  out.number = to_device(numbers, at::kFloat, {wide(numbers.size())}, device_);
  const Noise noise = draw_noise(plan_, *data_, own, &settings, places);
  if (!noise.there.empty()) {
    out.there = to_device(noise.there, at::kByte, {n, wide(plan_.inputs.size())}, device_);
  }
  for (const auto& [layer, kept] : noise.kept) {
    if (n > 0) {
      out.dropout[layer] = to_device(kept, at::kByte, {n, wide(kept.size()) / n}, device_);
    }
  }
  return out;
}

// Batch number `batch` of `all`, people `begin` to `end` of its order.
TorchExecutor::Step TorchExecutor::part_of(const Step& all,
                                           std::size_t begin,
                                           std::size_t end,
                                           std::size_t batch) const {
  Step out;
  out.rate = all.rate.slice(0, wide(batch), wide(batch) + 1);
  out.number = all.number.slice(0, wide(batch), wide(batch) + 1);
  // All batches before this one are full.
  const Share share = share_of(end - begin, group_.get());
  const std::size_t each = begin == 0 ? 0 : share_of(begin / batch, group_.get()).size();
  const std::int64_t first = wide(batch * each);
  const std::int64_t last = first + wide(share.size());
  if (group_) {
    out.batch = all.batch.slice(0, wide(begin), wide(end));
    out.before = wide(share.begin);
  }
  out.rows = all.rows.slice(0, first, last);
  if (all.there.defined()) out.there = all.there.slice(0, first, last);
  for (const auto& [layer, kept] : all.dropout) out.dropout[layer] = kept.slice(0, first, last);
  return out;
}

Tensor TorchExecutor::scores_of(const Step& step, bool training) const {
  const Pass pass{.training = training,
                  .visit_counts = resident_.visit_counts(step.rows),
                  .there = step.there,
                  .dropout = step.dropout,
                  .frozen = frozen_};
  return forward(plan_, parameters_, resident_.inputs(plan_, step.rows), pass);
}

// The mean loss of a step's people and its derivatives.
Tensor TorchExecutor::differentiate(const Step& step,
                                    bool training,
                                    bool half,
                                    const Tensor& scale,
                                    const std::vector<Tensor>& by,
                                    std::vector<Tensor>& gradients) {
  // A small last batch may have nobody for this process, which takes part all the same.
  const bool nobody = step.rows.size(0) == 0;
  Tensor scores = at::zeros({0, wide(plan_.n_outputs())}, at::TensorOptions(device_));
  if (!nobody) {
    std::optional<HalfPrecision> lower;
    if (half) lower.emplace(device_.type(), half_type_);
    scores = scores_of(step, training);
  }
  scores = scores.to(at::kFloat);
  const bool shared = step.batch.defined();
  if (shared) scores = gather_scores(*group_, scores, step.before, step.batch.size(0));
  const Tensor& people = shared ? step.batch : step.rows;
  const Tensor loss =
      resident_.loss_sum(loss_, scores, people) / resident_.loss_divisor(loss_, people);
  for (const Tensor& p : by) p.mutable_grad() = Tensor();
  if (!by.empty() && !nobody) {
    const Tensor scaled = scale.defined() ? (loss * scale).sum() : loss;
    scaled.backward({}, false, false, at::TensorList(by));
  }
  for (const Tensor& p : by) {
    gradients.push_back(p.grad().defined() ? p.grad() : at::zeros_like(p.detach()));
    p.mutable_grad() = Tensor();
  }
  if (shared && !by.empty()) sum_together(*group_, gradients);
  return loss.detach();
}

Tensor TorchExecutor::learn(const Step& step, const nn::StepSettings& settings) {
  const bool scaled = settings.half_precision && half_type_ == at::kHalf;
  std::vector<Tensor> gradients;
  Tensor loss = differentiate(step,
                              true,
                              settings.half_precision,
                              scaled ? scale_ : Tensor(),
                              optimiser_->learning(),
                              gradients);
  const c10::NoGradGuard constant;
  stopped_.copy_(at::maximum(stopped_, loss.isfinite().logical_not().to(at::kFloat)));
  if (!scaled) {
    optimiser_->step(std::move(gradients), settings, step.rate, step.number, stopped_);
    return loss;
  }
  Tensor overflow = at::zeros_like(stopped_);
  at::_amp_foreach_non_finite_check_and_unscale_(gradients, overflow, scale_.reciprocal());
  optimiser_->step(
      std::move(gradients), settings, step.rate, step.number, at::maximum(stopped_, overflow));
  at::_amp_update_scale_(scale_, unskipped_, overflow, kScaleGrows, kScaleShrinks, kScaleWaits);
  return loss;
}

// The same, recorded: the step's numbers are put where the graph reads them.
Tensor TorchExecutor::learn_recorded(const Step& step, const nn::StepSettings& settings) {
  const std::size_t batch = static_cast<std::size_t>(step.rows.size(0));
  const bool same = recorded_.graph != nullptr && recorded_.batch == batch &&
                    recorded_.step.there.defined() == step.there.defined() &&
                    recorded_.settings.weight_decay == settings.weight_decay &&
                    recorded_.settings.clip_norm == settings.clip_norm &&
                    recorded_.settings.half_precision == settings.half_precision;
  if (!same) {
    // LibTorch chooses kernels and takes memory on the first steps, which a graph cannot hold.
    if (++full_batches_ < 3) return learn(step, settings);
    full_batches_ = 0;
    record(step, settings);
  }
  Step& own = recorded_.step;
  own.rows.copy_(step.rows);
  own.rate.copy_(step.rate);
  own.number.copy_(step.number);
  if (step.there.defined()) own.there.copy_(step.there);
  for (const auto& [layer, kept] : step.dropout) own.dropout.at(layer).copy_(kept);
  recorded_.graph->replay();
  return recorded_.loss.clone();
}

void TorchExecutor::record(const Step& like, const nn::StepSettings& settings) {
  recorded_ = {};
  Step& own = recorded_.step;
  own.rows = like.rows.clone();
  own.rate = like.rate.clone();
  own.number = like.number.clone();
  if (like.there.defined()) own.there = like.there.clone();
  for (const auto& [layer, kept] : like.dropout) own.dropout[layer] = kept.clone();
  recorded_.graph = cuda_functions().make_graph(device_.index());
  recorded_.graph->begin();
  recorded_.loss = learn(own, settings);
  recorded_.graph->end();
  recorded_.batch = static_cast<std::size_t>(like.rows.size(0));
  recorded_.settings = settings;
}

nn::StretchResult TorchExecutor::train(std::span<const std::uint32_t> order,
                                       const nn::StepSettings& settings) {
  nn::StretchResult result;
  if (order.empty()) return result;
  require_memory(settings.batch);
  return guarded([&] {
    const std::size_t n_batches = base::chunk_count(order.size(), settings.batch);
    const Tensor losses =
        at::zeros({wide(n_batches)}, at::TensorOptions(at::kFloat).device(device_));
    stopped_.zero_();
    const std::size_t together =
        settings.batch *
        std::max<std::size_t>(1, kNoiseBytes / noise_bytes(plan_) / settings.batch);
    for (std::size_t begin = 0; begin < order.size(); begin += together) {
      const std::size_t n = std::min(together, order.size() - begin);
      const std::size_t before = begin / settings.batch;
      const Step all =
          steps_of(order.subspan(begin, n), settings, settings.first_step + before, before);
      for (std::size_t b = 0; b * settings.batch < n; ++b) {
        const std::size_t first = b * settings.batch;
        const std::size_t last = std::min(n, first + settings.batch);
        const Step step = part_of(all, first, last, b);
        // What other processes do is no part of a graph.
        const bool fixed = device_.is_cuda() && !group_ && last - first == settings.batch;
        losses.select(0, wide(before + b))
            .copy_(fixed ? learn_recorded(step, settings) : learn(step, settings));
      }
    }
    const Tensor on_host = losses.to(at::kCPU);  // the one wait of a stretch
    const float* values = on_host.const_data_ptr<float>();
    for (std::size_t b = 0; b < n_batches; ++b) {
      if (!std::isfinite(values[b])) {
        result.bad_batch = wide(b);
        return result;
      }
      const std::size_t n = std::min(settings.batch, order.size() - b * settings.batch);
      result.loss_sum += static_cast<double>(values[b]) * static_cast<double>(n);
      result.n_people += n;
    }
    return result;
  });
}

void TorchExecutor::predict(std::span<const std::uint32_t> rows, float* scores) {
  const c10::NoGradGuard constant;
  guarded([&] {
    const Share share = share_of(rows.size(), group_.get());
    const std::int64_t n_scores = wide(rows.size() * plan_.n_outputs());
    std::fill_n(scores, n_scores, 0.0F);
    for (std::size_t begin = share.begin; begin < share.end; begin += kPredictBatch) {
      const std::size_t n = std::min(kPredictBatch, share.end - begin);
      const auto part = rows.subspan(begin, n);
      Step step;
      step.rows = to_device(rows_of(part), at::kLong, {wide(n)}, device_);
      const Noise noise = draw_noise(plan_, *data_, part, nullptr, {});
      if (!noise.there.empty()) {
        step.there =
            to_device(noise.there, at::kByte, {wide(n), wide(plan_.inputs.size())}, device_);
      }
      const Tensor out = scores_of(step, false).to(at::kCPU, at::kFloat).contiguous();
      std::copy_n(out.const_data_ptr<float>(), out.numel(), scores + begin * plan_.n_outputs());
    }
    if (group_) {
      Tensor all = at::from_blob(scores, {n_scores}, at::TensorOptions(at::kFloat));
      group_->sum(all);
    }
  });
}

TensorMap TorchExecutor::gradient(std::span<const std::uint32_t> rows) {
  return guarded([&] {
    Step step;
    step.rows = to_device(rows_of(rows), at::kLong, {wide(rows.size())}, device_);
    const Noise noise = draw_noise(plan_, *data_, rows, nullptr, {});
    if (!noise.there.empty()) {
      step.there = to_device(
          noise.there, at::kByte, {wide(rows.size()), wide(plan_.inputs.size())}, device_);
    }
    std::vector<std::string> names;
    std::vector<Tensor> values;
    for (const nn::ParameterSpec& spec : plan_.parameters()) {
      if (spec.is_buffer) continue;
      names.push_back(spec.name);
      values.push_back(parameters_.at(spec.name));
    }
    std::vector<Tensor> gradients;
    differentiate(step, false, false, {}, values, gradients);
    Parameters named;
    for (std::size_t p = 0; p < names.size(); ++p) named[names[p]] = gradients[p];
    return download(named, "");
  });
}

void TorchExecutor::input_gradient(const nn::DenseInputs& inputs,
                                   std::size_t n,
                                   std::size_t output,
                                   std::vector<float>& scores,
                                   nn::DenseInputs& gradients) {
  guarded([&] {
    std::vector<Tensor> leaves;
    for (std::size_t j = 0; j < inputs.size(); ++j) {
      const nn::Shape& shape = plan_.shapes[plan_.inputs[j].output];
      std::vector<std::int64_t> sizes = {wide(n)};
      if (shape.is_sequence()) sizes.push_back(wide(shape.length));
      sizes.push_back(wide(shape.channels));
      leaves.push_back(to_device(inputs[j], at::kFloat, sizes, device_).set_requires_grad(true));
    }
    const Tensor out = forward(plan_, parameters_, leaves, {});
    out.select(1, wide(output)).sum().backward({}, false, false, at::TensorList(leaves));
    const Tensor values = out.detach().to(at::kCPU).contiguous();
    scores.assign(values.const_data_ptr<float>(), values.const_data_ptr<float>() + values.numel());
    gradients.resize(inputs.size());
    for (std::size_t j = 0; j < inputs.size(); ++j) {
      const Tensor& slope = leaves[j].grad();
      if (!slope.defined()) {
        gradients[j].assign(inputs[j].size(), 0.0F);
        continue;
      }
      const Tensor host = slope.to(at::kCPU).contiguous();
      gradients[j].assign(host.const_data_ptr<float>(),
                          host.const_data_ptr<float>() + host.numel());
    }
  });
}

TensorMap TorchExecutor::download(const Parameters& from, const std::string& prefix) const {
  TensorMap out;
  for (const nn::ParameterSpec& spec : plan_.parameters()) {
    const auto at = from.find(spec.name);
    if (at == from.end()) continue;
    const Tensor host = at->second.detach().to(at::kCPU).contiguous();
    const float* values = host.const_data_ptr<float>();
    out[prefix + spec.name] =
        base::Tensor{spec.shape, std::vector<float>(values, values + host.numel())};
  }
  return out;
}

// In place: a recorded step goes on reading the same memory.
void TorchExecutor::upload(const TensorMap& from, const std::string& prefix, Parameters& to) {
  const c10::NoGradGuard constant;
  for (auto& [name, tensor] : to) {
    const auto at = from.find(prefix + name);
    if (at == from.end()) continue;
    tensor.copy_(to_device(std::get<std::vector<float>>(at->second.values),
                           at::kFloat,
                           tensor.sizes().vec(),
                           at::kCPU));
  }
}

TensorMap TorchExecutor::parameters() const {
  return guarded([&] { return download(parameters_, ""); });
}

void TorchExecutor::set_parameters(const TensorMap& parameters) {
  nn::check_parameters(plan_, parameters);
  guarded([&] { upload(parameters, "", parameters_); });
}

TensorMap TorchExecutor::state() const {
  return guarded([&] {
    TensorMap out = download(parameters_, "");
    out.merge(download(optimiser_->first, kFirst));
    out.merge(download(optimiser_->second, kSecond));
    return out;
  });
}

void TorchExecutor::restore(const TensorMap& state) {
  set_parameters(state);
  guarded([&] {
    upload(state, kFirst, optimiser_->first);
    upload(state, kSecond, optimiser_->second);
  });
}

void TorchExecutor::freeze(const std::vector<std::string>& names) {
  optimiser_->freeze(names);
  frozen_ = {names.begin(), names.end()};
  recorded_ = {};
}

// Weights with gradient and moments, and what flows between layers with its derivative; LibTorch
// keeps about as much again for itself.
void TorchExecutor::require_memory(std::size_t batch) const {
  if (device_.is_cpu() || recorded_.graph != nullptr) return;
  double numbers = 0;
  for (const nn::Shape& shape : plan_.shapes) numbers += static_cast<double>(shape.size());
  const double needed = 16.0 * static_cast<double>(plan_.n_parameters()) +
                        16.0 * numbers * static_cast<double>(batch);
  const CudaDevice gpu = cuda_functions().describe(device_.index());
  if (needed <= static_cast<double>(gpu.total_bytes)) return;
  throw base::DeviceError("a batch of " + std::to_string(batch) + " needs about " +
                              base::format_number(needed / 1e9) + " GB on " + gpu.name +
                              ", which has " +
                              base::format_number(static_cast<double>(gpu.total_bytes) / 1e9),
                          "take a smaller --batch-size or fewer variants");
}

double TorchExecutor::largest(double value) {
  return guarded([&] { return group_ ? group_->largest(value) : value; });
}

std::string TorchExecutor::device() const {
  if (device_.is_cpu()) return "cpu";
  return device_.str() + " (" + cuda_functions().describe(device_.index()).name + ")";
}

namespace {

std::unique_ptr<nn::Executor> compile(const nn::Plan& plan,
                                      nn::Loss loss,
                                      const base::Context& context,
                                      const nn::Processes& processes) {
  return std::make_unique<TorchExecutor>(plan, loss, context, processes);
}

}  // namespace

}  // namespace gcrisk::backends::torch

extern "C" const gcrisk::nn::TorchModule* gcrisk_torch_module();

extern "C" const gcrisk::nn::TorchModule* gcrisk_torch_module() {
  static const gcrisk::nn::TorchModule kModule = {gcrisk::nn::kTorchModuleVersion,
                                                  gcrisk::backends::torch::compile,
                                                  gcrisk::backends::torch::report_cuda,
                                                  gcrisk::backends::torch::libtorch_version};
  return &kModule;
}
