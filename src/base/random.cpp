// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/random.hpp"

#include <cmath>
#include <numbers>

namespace gcrisk::base {

namespace {

std::uint32_t hash_purpose(std::string_view text) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  return hash;
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53U} * counter[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57U} * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

Random::Random(std::uint64_t seed, std::string_view purpose, std::uint64_t index)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      counter_{0,
               hash_purpose(purpose),
               static_cast<std::uint32_t>(index),
               static_cast<std::uint32_t>(index >> 32)} {}

void Random::refill() {
  block_ = philox4x32(counter_, key_);
  // 2^34 numbers a stream; a longer one would repeat, so it moves on to another purpose.
  if (++counter_[0] == 0) ++counter_[1];
  used_ = 0;
}

Random::result_type Random::operator()() {
  if (used_ == 4) refill();
  return block_[used_++];
}

std::uint64_t Random::bits64() {
  const std::uint64_t high = (*this)();
  return high << 32 | (*this)();
}

double Random::uniform() { return static_cast<double>(bits64() >> 11) * 0x1p-53; }

double Random::uniform_open() { return (static_cast<double>(bits64() >> 12) + 0.5) * 0x1p-52; }

std::uint64_t Random::below(std::uint64_t limit) {
  __extension__ using Wide = unsigned __int128;
  Wide product = Wide{bits64()} * limit;
  auto low = static_cast<std::uint64_t>(product);
  if (low < limit) {
    const std::uint64_t threshold = (0 - limit) % limit;
    while (low < threshold) {
      product = Wide{bits64()} * limit;
      low = static_cast<std::uint64_t>(product);
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

std::uint32_t Random::below32(std::uint32_t limit) {
  std::uint64_t product = std::uint64_t{(*this)()} * limit;
  auto low = static_cast<std::uint32_t>(product);
  if (low < limit) {
    const std::uint32_t threshold = (0U - limit) % limit;
    while (low < threshold) {
      product = std::uint64_t{(*this)()} * limit;
      low = static_cast<std::uint32_t>(product);
    }
  }
  return static_cast<std::uint32_t>(product >> 32);
}

double Random::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_normal_;
  }
  const double radius = std::sqrt(-2.0 * std::log(uniform_open()));
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_normal_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

double Random::exponential() { return -std::log(uniform_open()); }

}  // namespace gcrisk::base
