// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gcrisk/cohort/outcome.hpp"

namespace gcrisk::models::trees {

// Time to an event. A node's split is the one of largest log-rank statistic, in the form of scores:
// with the node's own Nelson-Aalen estimate L, a sample's score is event - L(time), whose sum over
// a side is its observed less its expected events, and a split gains (sum of the left side)² / n +
// that of the right (LeBlanc, Crowley 1993, JASA 88:457; Hothorn, Lausen 2003, Comput Stat Data
// Anal 43:121). A leaf predicts two numbers (Ishwaran et al. 2008, Ann Appl Stat 2:841): its
// mortality, which is L summed over the training set's times of events, and L at the horizon.
class SurvivalTarget {
 public:
  struct Item {
    double weight;  // copies
    double weighted_value;
  };
  using Cell = double;
  static constexpr std::size_t kValues = 2;  // of a leaf
  SurvivalTarget(const cohort::Outcome& outcome, double horizon);
  std::size_t stride() const { return 2; }
  std::size_t n_stats() const { return 2; }
  Item item(std::uint32_t, std::uint32_t weight) const { return {static_cast<double>(weight), 0}; }
  void add(Cell* bin, Item item) const {
    bin[0] += item.weight;
    bin[1] += item.weighted_value;
  }
  void read(const Cell* bin, double* stats) const {
    stats[0] = bin[0];
    stats[1] = bin[1];
  }
  double time(std::uint32_t row) const { return times_[row]; }

  // Sets the scores of a node's samples, which are in the order of time, and what it predicts.
  void score(std::span<const std::uint32_t> rows, std::span<Item> items, double* values) const;

 private:
  double horizon_;
  std::vector<double> times_;
  std::vector<double> events_;
  std::vector<double> later_;  // times of events in the training set that are not before a sample's
};

// Harrell's C: of pairs of people of whom it is known who had the event first, the share in which
// the higher score had it; ties count half. NaN without such a pair. Cost: n log n.
double concordance(std::span<const double> times,
                   std::span<const double> events,
                   std::span<const double> scores);

}  // namespace gcrisk::models::trees
