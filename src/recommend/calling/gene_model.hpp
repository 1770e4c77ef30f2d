// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gcrisk/recommend/caller.hpp"

namespace gcrisk::recommend {

inline constexpr std::size_t kMostNamedAlleles = 384;
inline constexpr std::size_t kMostPositions = 384;
using AlleleBits = std::bitset<kMostNamedAlleles>;
using PositionBits = std::bitset<kMostPositions>;

// A gene prepared for comparing: everything that does not depend on a person. "Site" is the index
// of a defining position, in the order of the table.
struct GeneCaller::Model {
  explicit Model(const PgxGene& gene);

  struct Cell {
    std::size_t site = 0;
    AlleleCell cell;
    // By index of a known base of the position (0: reference): does the cell stand for it?
    std::uint64_t stands_for = 0;
  };

  const PgxGene& gene;
  std::vector<std::size_t> positions;             // of each site, in gene.positions
  std::vector<std::size_t> n_known;               // bases that the tables know at each site
  std::vector<std::vector<AlleleBits>> allowing;  // [site][base]: alleles that may have it
  std::vector<std::vector<Cell>> cells;           // of each allele
  std::vector<PositionBits> named;                // of each allele: sites that it names
  std::vector<PositionBits> ambiguous;            // of each allele: named by several bases
  AlleleBits from_vcf;
  std::size_t fallback_site = SIZE_MAX;  // SLCO1B1: rs4149056
};

// One person at one gene.
struct GeneReading {
  struct Site {
    bool read = false;
    bool assumed = false;
    int first = 0;  // known bases of the position; others were taken for the reference
    int second = 0;
    bool phased = true;
    std::int64_t phase_set = 0;
    bool heterozygous() const { return first != second; }
  };
  std::vector<Site> sites;
  PositionBits readable;
  bool haploid = false;
  bool assumed = false;
  bool unknown_base_taken = false;
  bool half_call_seen = false;
  std::size_t unknown_at = SIZE_MAX;  // a site whose base no allele names
  std::string stop;                   // why the gene cannot be called
  std::vector<std::string> warnings;

  // Heterozygous sites whose strands cannot be compared: 0 or 1 means that both strands are known.
  std::size_t n_phase_groups() const;
};

GeneReading read_gene(const GeneCaller::Model& model,
                      std::span<const SiteView> views,
                      const CallOptions& options);

// "chr10:94781859 (rs4244285)"
std::string place_of(const SiteView& view);

// A pair of alleles that explains both strands; `second` is npos on one strand.
struct Fit {
  std::size_t first = 0;
  std::size_t second = SIZE_MAX;
  std::size_t score = 0;
};
// All that fit, best first, then in the order of the table.
std::vector<Fit> fitting_pairs(const GeneCaller::Model& model, const GeneReading& reading);

// DPYD and RYR1. Fills diplotypes or components, decision and warnings. True if what was found
// leaves another outcome possible.
bool call_lowest_function(const GeneCaller::Model& model,
                          const GeneReading& reading,
                          std::span<const SiteView> views,
                          GeneCall& call);

// Alleles that positions not read leave open, and whether they could change the call.
// `taken`: indices of the alleles that are reported.
void add_open_alleles(const GeneCaller::Model& model,
                      const GeneReading& reading,
                      const AlleleBits& taken,
                      GeneCall& call);

}  // namespace gcrisk::recommend
