// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "explain_groups.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/kernels.hpp"
#include "gcrisk/io/input.hpp"

namespace gcrisk::pipeline {

namespace {

std::string name_of(const genotype::Variant& v) {
  return v.id.empty() || v.id == "." ? genotype::key_of(v) : v.id;
}

void add_columns(std::vector<FeatureGroup>& out, const cohort::Dataset& data) {
  std::size_t at = data.n_variants();
  for (const auto& name : data.clinical_names) out.push_back({name, "clinical", {at++}});
  for (const auto& name : data.molecular_names) out.push_back({name, "molecular", {at++}});
}

FeatureGroup single(const cohort::Dataset& data, std::size_t j) {
  return {name_of(data.variants[j]), "variant", {j}};
}

// Variants along the genome.
std::vector<std::size_t> along(const cohort::Dataset& data) {
  std::vector<std::size_t> order(data.n_variants());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto& x = data.variants[a];
    const auto& y = data.variants[b];
    return x.chromosome != y.chromosome ? x.chromosome < y.chromosome
                                        : x.position_bp < y.position_bp;
  });
  return order;
}

struct Gene {
  std::int64_t begin;
  std::int64_t end;
  std::string name;
};

std::map<std::string, std::vector<Gene>> read_genes(const std::string& path) {
  std::map<std::string, std::vector<Gene>> out;
  io::Input input(path);
  std::string_view line;
  while (input.next_line(line)) {
    if (line.empty() || line.front() == '#') continue;
    const auto cells = base::split(line, '\t');
    const auto begin = cells.size() >= 4 ? base::parse_integer(cells[1]) : std::nullopt;
    const auto end = cells.size() >= 4 ? base::parse_integer(cells[2]) : std::nullopt;
    if (!begin || !end || *begin < 0 || *end < *begin || cells[3].empty()) {
      throw base::MalformedError(
          input.place() + ": expected chromosome, start, end and a gene's name between tabs",
          "BED: positions are 0-based, the end is not included");
    }
    out[genotype::plain_chromosome(cells[0])].push_back({*begin, *end, std::string(cells[3])});
  }
  return out;
}

}  // namespace

std::vector<FeatureGroup> single_features(const cohort::Dataset& data) {
  std::vector<FeatureGroup> out;
  for (std::size_t j = 0; j < data.n_variants(); ++j) out.push_back(single(data, j));
  add_columns(out, data);
  return out;
}

std::vector<FeatureGroup> ld_blocks(const cohort::Dataset& data,
                                    double r_squared,
                                    std::int64_t distance_bp) {
  std::vector<FeatureGroup> out;
  genotype::RowScratch before_scratch;
  genotype::RowScratch scratch;
  const auto order = along(data);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto& variant = data.variants[order[i]];
    if (i > 0) {
      const auto& before = data.variants[order[i - 1]];
      const bool near = variant.chromosome == before.chromosome &&
                        variant.position_bp - before.position_bp <= distance_bp;
      if (near && genotype::pair_sums(data.genotypes.row(order[i - 1], before_scratch),
                                      data.genotypes.row(order[i], scratch),
                                      data.n_samples())
                          .r_squared() >= r_squared) {
        out.back().features.push_back(order[i]);
        continue;
      }
    }
    out.push_back(single(data, order[i]));
  }
  for (FeatureGroup& group : out) {
    if (group.features.size() == 1) continue;
    const auto& first = data.variants[group.features.front()];
    const auto& last = data.variants[group.features.back()];
    group.kind = "block";
    group.name = first.chromosome + ":" + std::to_string(first.position_bp) + "-" +
                 std::to_string(last.position_bp);
  }
  add_columns(out, data);
  return out;
}

std::vector<FeatureGroup> genes(const cohort::Dataset& data, const std::string& path) {
  const auto genes = read_genes(path);
  std::vector<FeatureGroup> out;
  std::map<std::string, std::size_t> group_of;
  for (std::size_t j = 0; j < data.n_variants(); ++j) {
    const auto& variant = data.variants[j];
    const Gene* found = nullptr;
    const auto on = genes.find(genotype::plain_chromosome(variant.chromosome));
    if (on != genes.end()) {
      for (const Gene& gene : on->second) {
        // 1-based position p is the 0-based interval [p - 1, p).
        if (variant.position_bp > gene.begin && variant.position_bp <= gene.end) {
          found = &gene;
          break;
        }
      }
    }
    if (found == nullptr) {
      out.push_back(single(data, j));
      continue;
    }
    const auto [at, is_new] = group_of.emplace(found->name, out.size());
    if (is_new) out.push_back({found->name, "gene", {}});
    out[at->second].features.push_back(j);
  }
  add_columns(out, data);
  return out;
}

}  // namespace gcrisk::pipeline
