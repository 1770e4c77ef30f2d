// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "ensemble.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "gcrisk/base/error.hpp"

namespace gcrisk::models::trees {

void Ensemble::append(const Ensemble& tree) {
  const auto offset = static_cast<std::int64_t>(nodes.size());
  for (const std::int64_t root : tree.roots) roots.push_back(root + offset);
  nodes.insert(nodes.end(), tree.nodes.begin(), tree.nodes.end());
  values.insert(values.end(), tree.values.begin(), tree.values.end());
  covers.insert(covers.end(), tree.covers.begin(), tree.covers.end());
  gains.insert(gains.end(), tree.gains.begin(), tree.gains.end());
}

void Ensemble::truncate(std::size_t n) {
  if (n >= n_trees()) return;
  const auto n_nodes = static_cast<std::size_t>(roots[n]);
  roots.resize(n);
  nodes.resize(n_nodes);
  values.resize(n_nodes * n_values);
  if (!covers.empty()) covers.resize(n_nodes);
  if (!gains.empty()) gains.resize(n_nodes);
}

base::TensorMap Ensemble::to_tensors() const {
  std::vector<std::int32_t> feature;
  std::vector<std::int32_t> left;
  std::vector<double> threshold;
  std::vector<std::uint8_t> missing_left;
  for (const Node& node : nodes) {
    feature.push_back(node.feature);
    left.push_back(node.left);
    threshold.push_back(node.threshold);
    missing_left.push_back(node.missing_left ? 1 : 0);
  }
  const std::size_t n = nodes.size();
  base::TensorMap out;
  out["trees.root"] = {{roots.size()}, roots};
  out["trees.feature"] = {{n}, std::move(feature)};
  out["trees.left"] = {{n}, std::move(left)};
  out["trees.threshold"] = {{n}, std::move(threshold)};
  out["trees.missing_left"] = {{n}, std::move(missing_left)};
  out["trees.value"] = {{n, n_values}, values};
  if (!covers.empty()) out["trees.cover"] = {{n}, covers};
  if (!gains.empty()) out["trees.gain"] = {{n}, gains};
  return out;
}

namespace {

template <typename T>
const std::vector<T>& array(const base::TensorMap& tensors, const std::string& name) {
  const auto at = tensors.find(name);
  if (at == tensors.end()) throw base::MalformedError("the model has no array '" + name + "'");
  const auto* values = std::get_if<std::vector<T>>(&at->second.values);
  if (values == nullptr) {
    throw base::MalformedError("the model's array '" + name + "' has another type of number");
  }
  return *values;
}

}  // namespace

Ensemble Ensemble::from_tensors(const base::TensorMap& tensors) {
  const auto& feature = array<std::int32_t>(tensors, "trees.feature");
  const auto& left = array<std::int32_t>(tensors, "trees.left");
  const auto& threshold = array<double>(tensors, "trees.threshold");
  const auto& missing_left = array<std::uint8_t>(tensors, "trees.missing_left");
  Ensemble out;
  out.roots = array<std::int64_t>(tensors, "trees.root");
  out.values = array<double>(tensors, "trees.value");
  if (tensors.contains("trees.cover")) out.covers = array<double>(tensors, "trees.cover");
  if (tensors.contains("trees.gain")) out.gains = array<double>(tensors, "trees.gain");
  const std::size_t n = feature.size();
  const auto fits = [&](const std::vector<double>& v) { return v.empty() || v.size() == n; };
  if (left.size() != n || threshold.size() != n || missing_left.size() != n || n == 0 ||
      out.values.size() % n != 0 || !fits(out.covers) || !fits(out.gains)) {
    throw base::MalformedError("the model's tree arrays have different lengths");
  }
  out.n_values = out.values.size() / n;
  out.nodes.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    out.nodes[i] = {feature[i], left[i], threshold[i], missing_left[i] != 0};
  }
  for (std::size_t t = 0; t < out.roots.size(); ++t) {
    const std::int64_t begin = out.roots[t];
    const std::int64_t end =
        t + 1 < out.roots.size() ? out.roots[t + 1] : static_cast<std::int64_t>(n);
    bool sound = begin >= 0 && begin < end && end <= static_cast<std::int64_t>(n);
    // Children lie behind their parent, so that following them comes to an end.
    for (std::int64_t i = begin; sound && i < end; ++i) {
      const Node& node = out.nodes[static_cast<std::size_t>(i)];
      sound = node.feature < 0 || (node.left > i - begin && begin + node.left + 1 < end);
    }
    if (!sound) throw base::MalformedError("the model's tree " + std::to_string(t) + " is broken");
  }
  return out;
}

Walker::Walker(const cohort::Dataset& data, const Ensemble& trees)
    : genotypes_(data.genotypes),
      gathered_(data.n_variants()),
      rows_(data.n_variants(), nullptr),
      data_(data),
      n_variants_(data.n_variants()),
      n_clinical_(static_cast<std::size_t>(data.clinical.cols())) {
  for (const Node& node : trees.nodes) {
    if (node.feature < 0) continue;
    const auto j = static_cast<std::size_t>(node.feature);
    if (j < rows_.size() && rows_[j] == nullptr) rows_[j] = genotypes_.row(j, gathered_[j]);
  }
}

Walker::Walker(const cohort::Dataset& data, const Features& features)
    : tiles_(&features.tiles()),
      data_(data),
      n_variants_(data.n_variants()),
      n_clinical_(static_cast<std::size_t>(data.clinical.cols())) {
  for (std::size_t j = 0; j < n_variants_; ++j) rows_.push_back(features.variant(j));
}

bool Walker::goes_left(const Node& node, std::size_t sample) const {
  auto feature = static_cast<std::size_t>(node.feature);
  if (feature < n_variants_) {
    const int count = genotype::kA1Count[rows_[feature][sample / 4] >> (2 * (sample % 4)) & 3];
    return count >= 0 ? count <= node.threshold : node.missing_left;
  }
  feature -= n_variants_;
  const auto row = static_cast<Eigen::Index>(sample);
  const double value = feature < n_clinical_
                           ? data_.clinical(row, static_cast<Eigen::Index>(feature))
                           : data_.molecular(row, static_cast<Eigen::Index>(feature - n_clinical_));
  return std::isnan(value) ? node.missing_left : value <= node.threshold;
}

std::size_t Walker::leaf(const Ensemble& trees, std::size_t tree, std::size_t sample) const {
  const auto root = static_cast<std::size_t>(trees.roots[tree]);
  std::size_t at = root;
  while (trees.nodes[at].feature >= 0) {
    const Node& node = trees.nodes[at];
    at = root + static_cast<std::size_t>(node.left) + (goes_left(node, sample) ? 0 : 1);
  }
  return at;
}

std::vector<Walker::Leaf> Walker::leaves(const Ensemble& trees,
                                         std::size_t tree,
                                         std::vector<std::uint32_t>& samples) const {
  // Few samples are looked up in their own lines, which are at hand from the node before.
  const std::size_t few = data_.n_samples() / 256;
  const auto root = static_cast<std::size_t>(trees.roots[tree]);
  std::vector<std::uint32_t> spare(samples.size());
  std::vector<Leaf> out;
  std::vector<Leaf> stack = {{root, 0, samples.size()}};
  while (!stack.empty()) {
    const Leaf at = stack.back();
    stack.pop_back();
    const Node& node = trees.nodes[at.node];
    if (node.feature < 0) {
      if (at.begin < at.end) out.push_back(at);
      continue;
    }
    std::size_t left = at.begin;
    std::size_t right = 0;
    const auto cut = [&](auto goes_left) {
      for (std::size_t i = at.begin; i < at.end; ++i) {
        const std::uint32_t s = samples[i];
        const std::size_t go = goes_left(s) ? 1 : 0;
        samples[left] = s;
        spare[right] = s;
        left += go;
        right += 1 - go;
      }
    };
    const auto feature = static_cast<std::size_t>(node.feature);
    if (feature < n_variants_) {
      std::array<bool, 4> left_by_code{};
      for (std::size_t code = 0; code < 4; ++code) {
        const int count = genotype::kA1Count[code];
        left_by_code[code] = count < 0 ? node.missing_left : count <= node.threshold;
      }
      const std::uint8_t* row = rows_[feature];
      if (tiles_ != nullptr && at.end - at.begin < few) {
        cut([&](std::uint32_t s) { return left_by_code[tiles_->code(feature, s)]; });
      } else {
        cut([&](std::uint32_t s) { return left_by_code[row[s / 4] >> (2 * (s % 4)) & 3]; });
      }
    } else {
      cut([&](std::uint32_t s) { return goes_left(node, s); });
    }
    std::copy_n(spare.begin(), right, samples.begin() + static_cast<std::ptrdiff_t>(left));
    const std::size_t child = root + static_cast<std::size_t>(node.left);
    stack.push_back({child + 1, left, at.end});
    stack.push_back({child, at.begin, left});
  }
  return out;
}

Eigen::MatrixXd sum_values(const Ensemble& trees,
                           std::size_t n_columns,
                           const cohort::Dataset& data,
                           const base::Context& context) {
  const Walker walker(data, trees);
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(data.n_samples()),
                                              static_cast<Eigen::Index>(n_columns));
  context.for_chunks(data.n_samples(), 64, [&](std::size_t begin, std::size_t end) {
    for (std::size_t t = 0; t < trees.n_trees(); ++t) {
      for (std::size_t i = begin; i < end; ++i) {
        out(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(t % n_columns)) +=
            trees.values[walker.leaf(trees, t, i)];
      }
    }
  });
  return out;
}

Eigen::MatrixXd mean_values(const Ensemble& trees,
                            const cohort::Dataset& data,
                            const base::Context& context) {
  const Walker walker(data, trees);
  const auto k = static_cast<Eigen::Index>(trees.n_values);
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(data.n_samples()), k);
  context.for_chunks(data.n_samples(), 64, [&](std::size_t begin, std::size_t end) {
    for (std::size_t t = 0; t < trees.n_trees(); ++t) {
      for (std::size_t i = begin; i < end; ++i) {
        const double* value = trees.values.data() + walker.leaf(trees, t, i) * trees.n_values;
        for (Eigen::Index c = 0; c < k; ++c) out(static_cast<Eigen::Index>(i), c) += value[c];
      }
    }
  });
  return out / static_cast<double>(trees.n_trees());
}

}  // namespace gcrisk::models::trees
