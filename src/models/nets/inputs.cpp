// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/nets/inputs.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/kernels.hpp"

namespace gcrisk::models::nets {

namespace {

// 1 … 22 before X, Y, MT and what else there is.
std::pair<std::int64_t, std::string> rank_of(const std::string& chromosome) {
  const std::string plain = genotype::plain_chromosome(chromosome);
  const auto number = base::parse_integer(plain);
  return {number.value_or(1000), plain};
}

std::vector<std::int32_t> genome_order(const genotype::Variants& variants) {
  std::vector<std::tuple<std::pair<std::int64_t, std::string>, std::int64_t, std::int32_t>> keys;
  for (std::size_t j = 0; j < variants.size(); ++j) {
    keys.emplace_back(
        rank_of(variants[j].chromosome), variants[j].position_bp, static_cast<std::int32_t>(j));
  }
  std::sort(keys.begin(), keys.end());
  std::vector<std::int32_t> order;
  for (const auto& key : keys) order.push_back(std::get<2>(key));
  return order;
}

void learn_columns(const Eigen::MatrixXd& x,
                   const std::vector<std::string>& names,
                   std::vector<float>& means,
                   std::vector<float>& scales) {
  for (Eigen::Index c = 0; c < x.cols(); ++c) {
    if (!x.col(c).allFinite()) {
      throw base::MismatchError("column '" + names[static_cast<std::size_t>(c)] +
                                    "' has a missing or infinite value, a net needs numbers",
                                "fill it in with gcrisk preprocess --impute mean");
    }
    const double mean = x.col(c).mean();
    const double sd = std::sqrt((x.col(c).array() - mean).square().mean());
    means.push_back(static_cast<float>(mean));
    scales.push_back(sd > 1e-12 * std::abs(mean) ? static_cast<float>(1 / sd) : 0.0F);
  }
}

void append_columns(const Eigen::MatrixXd& x,
                    const std::vector<float>& means,
                    const std::vector<float>& scales,
                    std::vector<float>& out) {
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    for (Eigen::Index c = 0; c < x.cols(); ++c) {
      const auto k = static_cast<std::size_t>(c);
      out.push_back((static_cast<float>(x(i, c)) - means[k]) * scales[k]);
    }
  }
}

const std::vector<float>& floats(const base::TensorMap& tensors, const char* name) {
  return std::get<std::vector<float>>(tensors.at(name).values);
}

}  // namespace

InputScales InputScales::learn(const cohort::Dataset& train, const base::Context& context) {
  InputScales scales;
  scales.order = genome_order(train.variants);
  if (train.n_variants() > 0) {
    const auto counts = genotype::count_genotypes(train.genotypes, context);
    for (const std::int32_t j : scales.order) {
      const auto table = genotype::standardised_table(counts[static_cast<std::size_t>(j)]);
      for (const double value : table) scales.dosage.push_back(static_cast<float>(value));
    }
  }
  learn_columns(train.clinical, train.clinical_names, scales.clinical_mean, scales.clinical_scale);
  learn_columns(
      train.molecular, train.molecular_names, scales.molecular_mean, scales.molecular_scale);
  return scales;
}

base::TensorMap InputScales::to_tensors() const {
  base::TensorMap out;
  out["inputs.order"] = base::Tensor::of(order);
  out["inputs.dosage"] = base::Tensor{{order.size(), 4}, dosage};
  out["inputs.clinical.mean"] = base::Tensor::of(clinical_mean);
  out["inputs.clinical.scale"] = base::Tensor::of(clinical_scale);
  out["inputs.molecular.mean"] = base::Tensor::of(molecular_mean);
  out["inputs.molecular.scale"] = base::Tensor::of(molecular_scale);
  return out;
}

InputScales InputScales::from_tensors(const base::TensorMap& tensors) {
  InputScales out;
  out.order = std::get<std::vector<std::int32_t>>(tensors.at("inputs.order").values);
  out.dosage = floats(tensors, "inputs.dosage");
  out.clinical_mean = floats(tensors, "inputs.clinical.mean");
  out.clinical_scale = floats(tensors, "inputs.clinical.scale");
  out.molecular_mean = floats(tensors, "inputs.molecular.mean");
  out.molecular_scale = floats(tensors, "inputs.molecular.scale");
  return out;
}

void append_people(const cohort::Dataset& data,
                   const InputScales& scales,
                   const base::Context& context,
                   nn::Data& out) {
  const std::size_t n = data.n_samples();
  const std::size_t first = out.n_people;
  const std::size_t p = scales.order.size();
  out.n_people += n;
  out.sizes.n_variants = p;
  out.sizes.n_clinical = scales.clinical_mean.size();
  out.sizes.n_molecular = scales.molecular_mean.size();
  out.dosage.resize(p);
  for (std::size_t j = 0; j < p; ++j)
    std::copy_n(scales.dosage.data() + 4 * j, 4, out.dosage[j].data());
  const std::size_t row_bytes = out.genotype_bytes();
  out.genotypes.resize(out.n_people * row_bytes);
  // Four variants are one byte of each person.
  context.for_chunks(row_bytes, 16, [&](std::size_t begin, std::size_t end) {
    genotype::RowScratch scratch;
    for (std::size_t b = begin; b < end; ++b) {
      for (std::size_t k = 0; k < 4 && 4 * b + k < p; ++k) {
        const auto variant = static_cast<std::size_t>(scales.order[4 * b + k]);
        const std::uint8_t* row = data.genotypes.row(variant, scratch);
        std::uint8_t* to = out.genotypes.data() + first * row_bytes + b;
        for (std::size_t i = 0; i < n; ++i) {
          const unsigned code = row[i / 4] >> 2 * (i % 4) & 3U;
          to[i * row_bytes] = static_cast<std::uint8_t>(to[i * row_bytes] | code << 2 * k);
        }
      }
    }
  });
  if (p > 0) {
    for (std::size_t i = first; i < out.n_people; ++i) {
      bool called = false;
      for (std::size_t j = 0; j < p && !called; ++j) {
        called = (out.calls(i)[j / 4] >> 2 * (j % 4) & 3U) != genotype::kMissing;
      }
      out.has_genotypes.push_back(called ? 1 : 0);
    }
  }
  append_columns(data.clinical, scales.clinical_mean, scales.clinical_scale, out.clinical);
  append_columns(data.molecular, scales.molecular_mean, scales.molecular_scale, out.molecular);
}

}  // namespace gcrisk::models::nets
