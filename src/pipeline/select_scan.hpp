// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gcrisk/base/output.hpp"
#include "gcrisk/report/scan_plots.hpp"
#include "gcrisk/select/selector.hpp"
#include "select_input.hpp"
#include "select_order.hpp"

namespace gcrisk::pipeline {

// A variant that may be selected, with its row of the scan table.
struct Candidate {
  double log10_p;
  double p;
  std::uint64_t index;
  std::string chromosome;
  std::int64_t position_bp;
  std::string row;
  double p_max_t = 1;  // with --permutations
};

// The best candidates, at most `limit` of them, in memory of that size. Among equals the order of
// the file decides.
class CandidatePool {
 public:
  explicit CandidatePool(std::size_t limit) : limit_(limit) {}
  // Would a variant with this p be kept? Asked first, because making a candidate copies texts.
  bool wants(double log10_p) const {
    return heap_.size() < limit_ || log10_p < heap_.front().log10_p;
  }
  void add(Candidate candidate);
  bool full() const { return heap_.size() == limit_; }
  std::vector<Candidate> sorted() &&;

 private:
  struct Rank {
    double log10_p;
    std::uint64_t index;
    std::uint32_t slot;  // in kept_
    bool operator<(const Rank& other) const {
      return log10_p != other.log10_p ? log10_p < other.log10_p : index < other.index;
    }
  };
  std::size_t limit_;
  std::vector<Rank> heap_;  // the worst in front
  std::vector<Candidate> kept_;
};

struct ScanSettings {
  std::vector<const select::SelectorEntry*> methods;  // in the order of their columns
  std::size_t rank_by = 0;                            // which of them orders the selection
  std::uint64_t n_permutations = 0;
  double p_limit = 1;  // candidates have at most this p
  std::size_t pool_limit = 0;
  JointOrder order;  // where it is not empty it orders the selection
};

struct ScanResult {
  std::string header;  // of the scan table, without the line's end
  std::uint64_t n_variants = 0;
  std::vector<double> p;  // of every variant that could be tested, in the order of the file
  std::vector<Candidate> candidates;
  bool pool_was_full = false;
  report::ScanPlots plots;
};

// One pass over all variants: writes the scan table as it goes and keeps the best.
ScanResult scan(Run& run, SelectInput& input, const ScanSettings& settings, base::OutputFile* out);

}  // namespace gcrisk::pipeline
