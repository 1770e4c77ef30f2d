// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/random.hpp"
#include "gcrisk/genotype/variant.hpp"

// A genome with linkage disequilibrium and populations, made variant by variant.
//
// There are F founder haplotypes, arranged on a ring. The carriers of the derived allele (ALT) of
// one variant are an arc of that ring, as the carriers below one branch of a genealogy are
// neighbours among its leaves. Along the chromosome pairs of founders change places, so that two
// variants at map distance d have alleles correlated by r(d) = r(0) exp(-d / L_f). Each person's
// haplotype copies one founder and moves to another after an exponential tract of mean T (Li and
// Stephens, Genetics 2003), which multiplies r by exp(-d / T); 1/L = 1/L_f + 1/T is what `ld_bp`
// states. Populations share the ring; the arc of population k covers a share p_k of it, with
// p_k ~ Beta(p (1 - Fst) / Fst, (1 - p)(1 - Fst) / Fst) (Balding and Nichols, Genetica 1995).
namespace gcrisk::pipeline {

struct GenomeSettings {
  std::size_t n_variants = 0;
  std::vector<std::string> chromosomes;  // autosomes, "1" to "22"
  std::size_t n_populations = 1;
  double fst = 0.05;
  double maf_min = 0.01;  // of the ancestral frequency
  double maf_max = 0.5;
  double ld_bp = 50e3;
  double spacing_bp = 3e3;  // mean distance of neighbours
  std::uint64_t seed = 1;

  // Founder haplotypes: enough that the rarest variant has two carriers among them.
  std::size_t n_founders() const;
};

// GRCh38 lengths of the autosomes.
std::int64_t chromosome_length(const std::string& name);

struct SimulatedVariant {
  genotype::Variant variant;        // A1 is ALT and the derived allele; position_cm from the map
  std::size_t index = 0;            // in the whole genome
  std::size_t chromosome = 0;       // index into the settings' list
  double map_bp = 0;                // base pairs stretched by hot and cold places
  double ancestral_frequency = 0;   // of A1
  std::vector<double> frequencies;  // of A1, one a population
};

// The variants in genome order. The same settings give the same variants, so that a second pass
// needs no memory of the first.
class VariantStream {
 public:
  explicit VariantStream(const GenomeSettings& settings);

  bool next();
  const SimulatedVariant& variant() const noexcept { return current_; }
  // n_populations × n_founders: 1 where the founder's haplotype carries A1 in that population.
  std::span<const std::uint8_t> carriers() const noexcept { return carriers_; }

 private:
  void start_chromosome();
  double draw_frequency();
  void draw_branch();

  GenomeSettings settings_;
  std::vector<std::size_t> per_chromosome_;
  std::size_t chromosome_ = 0;
  std::size_t left_ = 0;  // variants of the chromosome still to come
  double spacing_ = 0;
  double swaps_owed_ = 0;
  base::Random random_;
  std::vector<std::uint16_t> ring_;
  std::vector<std::size_t> arc_lengths_;
  std::size_t arc_start_ = 0;
  SimulatedVariant current_;
  std::vector<std::uint8_t> carriers_;
};

// One simulated person. Everything random about them depends on `index` alone, so that any subset
// of a larger population can be made again.
struct Person {
  std::uint64_t index = 0;
  std::uint32_t population = 0;
  std::int32_t father = -1;  // rows among the people of the same Mosaic, before this one
  std::int32_t mother = -1;
};

// The haplotypes of some people, which walk along the genome together.
class Mosaic {
 public:
  // Parents and children must stand within one run of `kChunk` rows.
  static constexpr std::size_t kChunk = 512;

  Mosaic(const GenomeSettings& settings, std::vector<Person> people);

  void start_chromosome(std::size_t chromosome);
  // Alleles of a block of variants of this chromosome, in order and behind the last block:
  // out[v * 2 n + 2 i + haplotype] is 0 or 1. `map_bp` has one value a variant; `carriers` one
  // table of VariantStream::carriers() after the other.
  void alleles(std::span<const double> map_bp,
               std::span<const std::uint8_t> carriers,
               std::uint8_t* out,
               const base::Context& context);

  std::size_t n_people() const noexcept { return people_.size(); }

 private:
  struct Haplotype {
    base::Random random;
    double next_switch;
    std::uint32_t state;  // founder (with its population's offset), or row of the parent's copy
  };
  void move(Haplotype& haplotype, std::size_t number) const;
  void walk(std::size_t begin,
            std::size_t end,
            std::span<const double> map_bp,
            std::span<const std::uint8_t> carriers,
            std::uint8_t* out);

  GenomeSettings settings_;
  std::size_t n_founders_;
  std::vector<Person> people_;
  std::vector<Haplotype> haplotypes_;
  std::vector<std::uint32_t> states_;
};

// Sets calls of one variant to missing (kMissingAllele), each with probability `rate`.
void drop_calls(std::uint64_t seed,
                std::size_t variant,
                double rate,
                std::size_t n_samples,
                std::uint8_t* alleles);

}  // namespace gcrisk::pipeline
