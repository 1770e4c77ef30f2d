// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace gcrisk::models::trees {

// What a tree learns, in the forms that differ in how a bin of a histogram is kept. `Item` is
// one in-bag sample's share, `Cell` one number of a bin; a bin has stride() cells and, seen by the
// split search, n_stats() sums: weights of the classes, or {weight, weight × value}.

class MulticlassTarget {
 public:
  struct Item {
    std::uint32_t cls;
    std::uint32_t weight;
  };
  using Cell = std::uint32_t;
  MulticlassTarget(std::vector<std::int32_t> classes, std::size_t n_classes)
      : classes_(std::move(classes)), n_classes_(n_classes) {}
  std::size_t stride() const { return n_classes_; }
  std::size_t n_stats() const { return n_classes_; }
  Item item(std::uint32_t row, std::uint32_t weight) const {
    return {static_cast<std::uint32_t>(classes_[row]), weight};
  }
  void add(Cell* bin, Item item) const { bin[item.cls] += item.weight; }
  void read(const Cell* bin, double* stats) const {
    for (std::size_t c = 0; c < n_classes_; ++c) stats[c] = bin[c];
  }

 private:
  std::vector<std::int32_t> classes_;
  std::size_t n_classes_;
};

class ContinuousTarget {
 public:
  struct Item {
    double weight;
    double weighted_value;
  };
  using Cell = double;
  explicit ContinuousTarget(std::vector<double> values) : values_(std::move(values)) {}
  std::size_t stride() const { return 2; }
  std::size_t n_stats() const { return 2; }
  Item item(std::uint32_t row, std::uint32_t weight) const {
    return {static_cast<double>(weight), weight * values_[row]};
  }
  void add(Cell* bin, Item item) const {
    bin[0] += item.weight;
    bin[1] += item.weighted_value;
  }
  void read(const Cell* bin, double* stats) const {
    stats[0] = bin[0];
    stats[1] = bin[1];
  }

 private:
  std::vector<double> values_;
};

}  // namespace gcrisk::models::trees
