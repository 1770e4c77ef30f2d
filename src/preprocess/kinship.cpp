// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/preprocess/kinship.hpp"

#include <algorithm>
#include <numeric>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/inheritance.hpp"

namespace gcrisk::preprocess {

namespace {

using genotype::KingCounts;
using genotype::SamplePlanes;

constexpr std::size_t kTile = 32;    // people
constexpr std::size_t kWords = 128;  // of 64 variants: two tiles fit into the second cache

genotype::GenotypeView autosomal(const cohort::Cohort& cohort) {
  std::vector<std::uint32_t> columns;
  for (std::size_t j = 0; j < cohort.variants.size(); ++j) {
    if (genotype::inheritance_of(cohort.variants[j]) == genotype::Inheritance::kAutosomal)
      columns.push_back(static_cast<std::uint32_t>(j));
  }
  if (columns.empty()) {
    throw base::DegenerateError("kinship needs autosomal variants, the cohort has none",
                                "leave out --king-cutoff and --group-by kinship");
  }
  return columns.size() == cohort.variants.size() ? cohort.genotypes
                                                  : cohort.genotypes.with_variants(columns);
}

// The pairs of tile `a` with tile `b` (a <= b).
std::vector<RelatedPair> pairs_of_tiles(const SamplePlanes& planes,
                                        std::size_t a,
                                        std::size_t b,
                                        double cutoff) {
  const auto rows = base::chunk_at(a, planes.n_samples(), kTile);
  const auto columns = base::chunk_at(b, planes.n_samples(), kTile);
  std::vector<KingCounts> counts(kTile * kTile);
  for (std::size_t word = 0; word < planes.n_words(); word += kWords) {
    const std::size_t last = std::min(planes.n_words(), word + kWords);
    for (std::size_t i = rows.begin; i < rows.end; ++i) {
      for (std::size_t j = std::max(columns.begin, i + 1); j < columns.end; ++j) {
        add_king_counts(
            planes, i, j, word, last, counts[(i - rows.begin) * kTile + (j - columns.begin)]);
      }
    }
  }
  std::vector<RelatedPair> out;
  for (std::size_t i = rows.begin; i < rows.end; ++i) {
    for (std::size_t j = std::max(columns.begin, i + 1); j < columns.end; ++j) {
      const KingCounts& c = counts[(i - rows.begin) * kTile + (j - columns.begin)];
      const double kinship = c.kinship();
      if (kinship > cutoff) {
        out.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j), kinship, c});
      }
    }
  }
  return out;
}

}  // namespace

std::vector<RelatedPair> related_pairs(const cohort::Cohort& cohort,
                                       double cutoff,
                                       const base::Context& context) {
  const auto view = autosomal(cohort);
  const std::uint64_t bytes = view.n_samples() * ((view.n_variants() + 63) / 64) * 16;
  if (bytes > context.memory_bytes) {
    throw base::MemoryError("kinship of " + base::format_count(view.n_samples()) + " people over " +
                                base::format_count(view.n_variants()) + " variants needs " +
                                base::format_bytes(bytes) + ", the limit is " +
                                base::format_bytes(context.memory_bytes),
                            "some 20,000 common variants are enough: --extract a list of them");
  }
  const SamplePlanes planes(view, context);
  const std::size_t n_tiles = base::chunk_count(planes.n_samples(), kTile);
  if (context.progress) context.progress->start("kinship", n_tiles, "blocks of people");
  std::vector<std::vector<RelatedPair>> of_row(n_tiles);
  context.threads->run(n_tiles, [&](std::size_t a, std::size_t) {
    context.cancellation->check();
    for (std::size_t b = a; b < n_tiles; ++b) {
      const auto found = pairs_of_tiles(planes, a, b, cutoff);
      of_row[a].insert(of_row[a].end(), found.begin(), found.end());
    }
    if (context.progress) context.progress->advance();
  });
  if (context.progress) context.progress->finish();
  std::vector<RelatedPair> all;
  for (const auto& pairs : of_row) all.insert(all.end(), pairs.begin(), pairs.end());
  std::sort(all.begin(), all.end(), [](const RelatedPair& x, const RelatedPair& y) {
    return std::pair(x.first, x.second) < std::pair(y.first, y.second);
  });
  return all;
}

std::vector<std::uint8_t> prune_related(std::size_t n_people, std::span<const RelatedPair> pairs) {
  std::vector<std::vector<std::uint32_t>> relatives(n_people);
  for (const RelatedPair& pair : pairs) {
    relatives[pair.first].push_back(pair.second);
    relatives[pair.second].push_back(pair.first);
  }
  std::vector<std::uint32_t> degree(n_people);
  for (std::size_t i = 0; i < n_people; ++i) {
    degree[i] = static_cast<std::uint32_t>(relatives[i].size());
  }
  std::vector<std::uint8_t> gone(n_people);
  const auto remove = [&](std::size_t person) {
    gone[person] = 1;
    degree[person] = 0;
    for (const auto relative : relatives[person]) {
      if (!gone[relative]) --degree[relative];
    }
  };
  while (true) {
    const auto single = std::find(degree.begin(), degree.end(), 1U);
    if (single != degree.end()) {
      const auto& candidates = relatives[static_cast<std::size_t>(single - degree.begin())];
      remove(*std::find_if(
          candidates.begin(), candidates.end(), [&](std::uint32_t r) { return !gone[r]; }));
      continue;
    }
    const auto most = std::max_element(degree.begin(), degree.end());
    if (most == degree.end() || *most == 0) return gone;
    remove(static_cast<std::size_t>(most - degree.begin()));
  }
}

std::vector<std::int32_t> kinship_groups(std::size_t n_people, std::span<const RelatedPair> pairs) {
  std::vector<std::uint32_t> parent(n_people);
  std::iota(parent.begin(), parent.end(), 0U);
  const auto root = [&](std::uint32_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  for (const RelatedPair& pair : pairs) {
    const std::uint32_t a = root(pair.first);
    const std::uint32_t b = root(pair.second);
    parent[std::max(a, b)] = std::min(a, b);
  }
  std::vector<std::int32_t> number(n_people, -1);
  std::vector<std::int32_t> groups(n_people);
  std::int32_t next = 0;
  for (std::uint32_t i = 0; i < n_people; ++i) {
    const std::uint32_t r = root(i);
    if (number[r] < 0) number[r] = next++;
    groups[i] = number[r];
  }
  return groups;
}

}  // namespace gcrisk::preprocess
