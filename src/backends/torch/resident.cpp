// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "backends/torch/resident.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>

namespace gcrisk::backends::torch {

using at::Tensor;
using nn::Loss;

namespace {

std::int64_t wide(std::size_t n) { return static_cast<std::int64_t>(n); }

// A view of host memory that lives as long as the data that are bound, moved where it is not on
// the CPU.
Tensor keep(const void* values, at::ScalarType type, at::IntArrayRef shape, at::Device device) {
  return at::from_blob(const_cast<void*>(values), shape, at::TensorOptions(type)).to(device);
}

template <typename T>
Tensor keep(const std::vector<T>& values,
            at::ScalarType type,
            std::vector<std::int64_t> shape,
            at::Device device) {
  return values.empty() ? Tensor() : keep(values.data(), type, shape, device);
}

constexpr int kMissing = 1;  // codes of the .bed file: 0 two A1, 2 one, 3 none

}  // namespace

template <typename T>
Tensor to_device(const std::vector<T>& values,
                 at::ScalarType type,
                 std::vector<std::int64_t> shape,
                 at::Device device) {
  const Tensor view = at::from_blob(const_cast<T*>(values.data()), shape, at::TensorOptions(type));
  return view.to(at::TensorOptions(type).device(device), false, true);
}
template Tensor to_device(const std::vector<std::uint8_t>&,
                          at::ScalarType,
                          std::vector<std::int64_t>,
                          at::Device);
template Tensor to_device(const std::vector<float>&,
                          at::ScalarType,
                          std::vector<std::int64_t>,
                          at::Device);
template Tensor to_device(const std::vector<std::int64_t>&,
                          at::ScalarType,
                          std::vector<std::int64_t>,
                          at::Device);

Resident::Resident(const nn::Data& d, at::Device device) : n_variants_(wide(d.sizes.n_variants)) {
  const std::int64_t n = wide(d.n_people);
  genotypes_ = keep(d.genotypes, at::kByte, {n, wide(d.genotype_bytes())}, device);
  dosage_ = keep(d.dosage, at::kFloat, {wide(d.dosage.size()), 4}, device);
  clinical_ = keep(d.clinical, at::kFloat, {n, wide(d.sizes.n_clinical)}, device);
  molecular_ = keep(d.molecular, at::kFloat, {n, wide(d.sizes.n_molecular)}, device);
  visits_ =
      keep(d.visits, at::kFloat, {n, wide(d.sizes.n_visits), wide(d.sizes.visit_channels)}, device);
  visit_counts_ = keep(d.visit_counts, at::kInt, {n}, device);
  // Data that are only predicted have none of these.
  const auto of_people = [&](const auto& values, at::ScalarType type) {
    return values.size() == d.n_people ? keep(values, type, {n}, device) : Tensor();
  };
  target_ = of_people(d.target, at::kFloat);
  time_ = of_people(d.time, at::kFloat);
  interval_ = of_people(d.interval, at::kInt);
  weight_ = of_people(d.weight, at::kFloat);
}

// Two bits a call to numbers.
Tensor Resident::decode(const Tensor& rows, std::int64_t channels) const {
  const Tensor bytes = genotypes_.index_select(0, rows);
  const Tensor shifts = at::arange(0, 8, 2, bytes.options());
  const Tensor codes =
      bytes.unsqueeze(2).bitwise_right_shift(shifts).bitwise_and(3).flatten(1).slice(
          1, 0, n_variants_);
  if (channels == 3) return at::stack({codes == 3, codes == 2, codes == 0}, 2).to(at::kFloat);
  // What each code stands for: four comparisons are cheaper than a gather with 64-bit indices.
  Tensor dosage = at::where(codes == 0, dosage_.select(1, 0), dosage_.select(1, 1));
  dosage = at::where(codes == 2, dosage_.select(1, 2), dosage);
  dosage = at::where(codes == 3, dosage_.select(1, 3), dosage);
  if (channels == 1) return dosage.unsqueeze(2);
  return at::stack({dosage, (codes == kMissing).to(at::kFloat)}, 2);
}

std::vector<Tensor> Resident::inputs(const nn::Plan& plan, const Tensor& rows) const {
  std::vector<Tensor> out;
  for (const nn::InputStep& input : plan.inputs) {
    if (input.input == "genotypes") {
      out.push_back(decode(rows, wide(plan.shapes[input.output].channels)));
      continue;
    }
    const Tensor& from = input.input == "clinical"    ? clinical_
                         : input.input == "molecular" ? molecular_
                                                      : visits_;
    out.push_back(from.index_select(0, rows));
  }
  return out;
}

Tensor Resident::visit_counts(const Tensor& rows) const {
  return visit_counts_.defined() ? visit_counts_.index_select(0, rows) : Tensor();
}

Tensor Resident::weights_of(const Tensor& rows) const {
  return weight_.defined() ? weight_.index_select(0, rows)
                           : at::ones_like(target_.index_select(0, rows));
}

Tensor Resident::loss_divisor(Loss loss, const Tensor& rows) const {
  if (loss != Loss::kCox) {
    return at::scalar_tensor(static_cast<double>(rows.size(0)), target_.options());
  }
  const Tensor event = (target_.index_select(0, rows) > 0).to(at::kFloat);
  return (weights_of(rows) * event).sum().clamp_min(1e-12);
}

Tensor Resident::loss_sum(Loss loss, const Tensor& scores, const Tensor& rows) const {
  const Tensor target = target_.index_select(0, rows);
  const Tensor weight = weights_of(rows);
  const Tensor s = scores.size(1) == 1 ? scores.squeeze(1) : scores;
  switch (loss) {
    case Loss::kBinary: return (weight * (at::softplus(s) - target * s)).sum();
    case Loss::kSquared: return (weight * 0.5 * (s - target).square()).sum();
    case Loss::kMulticlass: {
      const Tensor own = at::log_softmax(scores, 1).gather(1, target.to(at::kLong).unsqueeze(1));
      return -(weight * own.squeeze(1)).sum();
    }
    case Loss::kCox: {
      const Tensor time = time_.index_select(0, rows);
      const Tensor at_risk = time.unsqueeze(0) >= time.unsqueeze(1);  // event × person
      const Tensor never = at::scalar_tensor(-1e30, s.options());
      const Tensor hazards = at::where(at_risk, (s + weight.log()).unsqueeze(0), never);
      const Tensor event = weight * (target > 0).to(at::kFloat);
      return (event * (at::logsumexp(hazards, {1}) - s)).sum();
    }
    case Loss::kDiscreteTime: {
      const Tensor last = interval_.index_select(0, rows).unsqueeze(1);
      const Tensor k = at::arange(scores.size(1), last.options()).unsqueeze(0);
      const Tensor event = (k == last).logical_and((target > 0).unsqueeze(1)).to(at::kFloat);
      const Tensor before = (k < last).to(at::kFloat);
      const Tensor each = at::softplus(scores) * before + at::softplus(-scores) * event;
      return (weight * each.sum(1)).sum();
    }
  }
  return {};
}

}  // namespace gcrisk::backends::torch
