// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "class_counts.hpp"

#include <algorithm>

namespace gcrisk::models::trees {

namespace {

// A byte of four codes has one table for each of its fields: of[field][byte] is a one in that
// 16-bit lane of a word that the code names. Adding such words counts four codes at once in a
// register.
struct CodeLanes {
  std::uint64_t of[4][256];
};

constexpr CodeLanes make_lanes() {
  CodeLanes lanes{};
  for (unsigned field = 0; field < 4; ++field) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      lanes.of[field][byte] = std::uint64_t{1} << (16 * (byte >> (2 * field) & 3U));
    }
  }
  return lanes;
}

constexpr CodeLanes kCodeLanes = make_lanes();

// Below this share of all samples, a variant's row has a line of the cache for each of them.
constexpr std::size_t kFew = 256;

// kN variants share the loads of rows and copies.
template <std::size_t kN>
void count(const Features& features,
           const std::size_t* variants,
           const NodeRows& node,
           ClassCounts* out) {
  std::array<const std::uint8_t*, kN> packed;
  for (std::size_t k = 0; k < kN; ++k) {
    packed[k] = features.variant(variants[k]);
    out[k] = {};
  }
  const auto add = [&](std::size_t begin, std::size_t end, unsigned half) {
    for (std::size_t first = begin; first < end; first += node.chunk) {
      const std::size_t last = std::min(end, first + node.chunk);
      std::uint64_t lanes[kN] = {};
      for (std::size_t i = first; i < last; ++i) {
        const std::uint32_t r = node.rows[i];
        const std::uint64_t copies = node.copies[i];
        const std::uint64_t* table = kCodeLanes.of[r & 3];
        for (std::size_t k = 0; k < kN; ++k) lanes[k] += table[packed[k][r >> 2]] * copies;
      }
      for (std::size_t k = 0; k < kN; ++k) {
        for (std::size_t code = 0; code < 4; ++code) {
          out[k][code] += (lanes[k] >> (16 * code) & 0xffff) << (32 * half);
        }
      }
    }
  };
  add(0, node.n_first, 0);
  add(node.n_first, node.rows.size(), 1);
}

void count_in_lines(const SampleTiles& tiles,
                    std::size_t variant,
                    const NodeRows& node,
                    ClassCounts& out) {
  out = {};
  for (std::size_t i = 0; i < node.rows.size(); ++i) {
    const std::uint64_t copies = node.copies[i];
    out[tiles.code(variant, node.rows[i])] += i < node.n_first ? copies : copies << 32;
  }
}

}  // namespace

void count_in_rows(const Features& features,
                   std::span<const std::size_t> variants,
                   const NodeRows& node,
                   ClassCounts* out) {
  std::size_t k = 0;
  if (node.rows.size() < features.n_samples() / kFew) {
    for (; k < variants.size(); ++k) count_in_lines(features.tiles(), variants[k], node, out[k]);
  }
  for (; k + 4 <= variants.size(); k += 4) count<4>(features, &variants[k], node, out + k);
  for (; k < variants.size(); ++k) count<1>(features, &variants[k], node, out + k);
}

}  // namespace gcrisk::models::trees
