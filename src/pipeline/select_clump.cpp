// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "select_clump.hpp"

#include <algorithm>
#include <numeric>

#include "gcrisk/genotype/kernels.hpp"

namespace gcrisk::pipeline {

namespace {

// Rows in which the samples that are not in use read as missing, so that pairs leave them out.
class RowReader {
 public:
  explicit RowReader(SelectInput& input) : source_(*input.source) {
    keep_.assign(genotype::packed_bytes(input.task.n_samples()), 0);
    for (std::size_t i = 0; i < input.task.n_samples(); ++i) {
      if (input.task.in_use[i] != 0) {
        keep_[i / 4] = static_cast<std::uint8_t>(keep_[i / 4] | 3U << 2 * (i % 4));
      }
    }
  }
  void read(std::uint64_t variant, std::vector<std::uint8_t>& row) {
    source_.read_row(variant, row);
    constexpr unsigned kAllMissing = genotype::kMissing * 0x55U;
    for (std::size_t b = 0; b < row.size(); ++b) {
      row[b] = static_cast<std::uint8_t>((row[b] & keep_[b]) |
                                         (kAllMissing & ~static_cast<unsigned>(keep_[b])));
    }
  }

 private:
  VariantSource& source_;
  std::vector<std::uint8_t> keep_;
};

}  // namespace

std::vector<std::size_t> clump(const std::vector<Candidate>& candidates,
                               SelectInput& input,
                               double r_squared,
                               std::int64_t distance_bp,
                               std::size_t limit,
                               const base::Context& context) {
  std::vector<std::size_t> along(candidates.size());  // by place
  std::iota(along.begin(), along.end(), std::size_t{0});
  std::sort(along.begin(), along.end(), [&](std::size_t a, std::size_t b) {
    const Candidate& x = candidates[a];
    const Candidate& y = candidates[b];
    if (x.chromosome != y.chromosome) return x.chromosome < y.chromosome;
    return x.position_bp != y.position_bp ? x.position_bp < y.position_bp : x.index < y.index;
  });
  std::vector<std::size_t> place(candidates.size());
  for (std::size_t i = 0; i < along.size(); ++i) place[along[i]] = i;

  RowReader reader(input);
  std::vector<bool> taken(candidates.size());
  std::vector<std::size_t> kept;
  std::vector<std::uint8_t> row;
  std::vector<std::uint8_t> other_row;
  for (std::size_t best = 0; best < candidates.size() && kept.size() < limit; ++best) {
    if (taken[best]) continue;
    context.cancellation->check();
    taken[best] = true;
    kept.push_back(best);
    const Candidate& index = candidates[best];
    reader.read(index.index, row);
    const auto try_taking = [&](std::size_t at) {
      const std::size_t other = along[at];
      const Candidate& c = candidates[other];
      if (c.chromosome != index.chromosome ||
          std::abs(c.position_bp - index.position_bp) > distance_bp) {
        return false;
      }
      if (!taken[other]) {
        reader.read(c.index, other_row);
        const auto sums = genotype::pair_sums(row.data(), other_row.data(), input.task.n_samples());
        if (sums.r_squared() >= r_squared) taken[other] = true;
      }
      return true;
    };
    for (std::size_t at = place[best]; at-- > 0 && try_taking(at);) {
    }
    for (std::size_t at = place[best] + 1; at < along.size() && try_taking(at); ++at) {
    }
  }
  return kept;
}

}  // namespace gcrisk::pipeline
