// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace gcrisk::base {

// A stream of random numbers that depends on (seed, purpose, index) alone: never on the thread
// that draws, nor on what was drawn elsewhere. Work item i of a parallel loop makes its own
// `Random(seed, "bootstrap", i)` and the result is the same for any number of threads.
//
// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC 2011).
// The key is the seed, the counter is (position, hash of purpose, index).
class Random {
 public:
  using result_type = std::uint32_t;

  Random(std::uint64_t seed, std::string_view purpose, std::uint64_t index = 0);

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return UINT32_MAX; }
  result_type operator()();

  std::uint64_t bits64();
  double uniform();                          // in [0, 1), 53 bits
  double uniform_open();                     // in (0, 1): safe for a logarithm
  std::uint64_t below(std::uint64_t limit);  // in [0, limit), unbiased (Lemire 2019); limit > 0
  // The same from one 32-bit number, for hot loops.
  std::uint32_t below32(std::uint32_t limit);
  double normal();       // mean 0, variance 1 (Box-Muller)
  double exponential();  // mean 1

  template <typename T>
  void shuffle(std::span<T> values) {
    for (std::size_t i = values.size(); i > 1; --i) {
      std::swap(values[i - 1], values[below(i)]);
    }
  }

 private:
  void refill();

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
  double spare_normal_ = 0;
  bool has_spare_ = false;
};

// One block of Philox4x32-10, exposed because its published test vectors check it.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

}  // namespace gcrisk::base
