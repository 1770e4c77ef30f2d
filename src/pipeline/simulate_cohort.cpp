// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate_cohort.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::pipeline {

namespace {

// How many candidates are needed until both cases and controls suffice, with six standard
// deviations to spare.
std::size_t candidate_count(const SimulationSettings& s) {
  if (s.case_fraction <= 0) return s.n_samples;
  const auto n = static_cast<double>(s.n_samples);
  const auto enough = [](double wanted, double probability) {
    const double m = wanted / probability;
    const double spread = std::sqrt(m * (1 - probability)) / std::sqrt(probability);
    return m + 6 * spread + 36 / probability;
  };
  return static_cast<std::size_t>(
      std::ceil(std::max(enough(n * s.case_fraction, s.outcome.prevalence),
                         enough(n * (1 - s.case_fraction), 1 - s.outcome.prevalence))));
}

// Families come first: father, mother, two children. Populations take turns.
std::vector<Person> make_candidates(std::size_t n, const SimulationSettings& s) {
  std::vector<Person> people(n);
  for (std::size_t i = 0; i < n; ++i) {
    const bool in_family = i < 4 * s.n_families;
    people[i].index = i;
    people[i].population =
        static_cast<std::uint32_t>((in_family ? i / 4 : i) % s.genome.n_populations);
    if (in_family && i % 4 >= 2) {
      people[i].father = static_cast<std::int32_t>(i - i % 4);
      people[i].mother = static_cast<std::int32_t>(i - i % 4 + 1);
    }
  }
  return people;
}

// `k` of 0 … n-1, ascending (Floyd's algorithm).
std::set<std::size_t> choose(std::size_t n, std::size_t k, std::uint64_t seed) {
  base::Random random(seed, "causal");
  std::set<std::size_t> out;
  for (std::size_t i = n - k; i < n; ++i) {
    if (!out.insert(random.below(i + 1)).second) out.insert(i);
  }
  return out;
}

// Walks the candidates along the genome and keeps their genotypes at the causal variants alone.
std::vector<std::vector<std::uint8_t>> causal_dosages(const SimulationSettings& s,
                                                      SimulatedCohort& cohort,
                                                      const base::Context& context) {
  constexpr std::size_t kBlock = 32;
  std::vector<std::vector<std::uint8_t>> dosages;
  if (s.n_causal == 0) return dosages;
  const auto wanted = choose(s.genome.n_variants, s.n_causal, s.genome.seed);
  const std::size_t n = cohort.candidates.size();
  Mosaic mosaic(s.genome, cohort.candidates);
  std::vector<double> map_bp;
  std::vector<std::uint8_t> carriers;
  std::vector<std::uint8_t> alleles(kBlock * 2 * n);
  const auto flush = [&] {
    mosaic.alleles(map_bp, carriers, alleles.data(), context);
    for (std::size_t v = 0; v < map_bp.size(); ++v) {
      const std::uint8_t* row = alleles.data() + v * 2 * n;
      std::vector<std::uint8_t>& dosage = dosages.emplace_back(n);
      for (std::size_t i = 0; i < n; ++i) {
        dosage[i] = static_cast<std::uint8_t>(row[2 * i] + row[2 * i + 1]);
      }
    }
    map_bp.clear();
    carriers.clear();
  };
  VariantStream variants(s.genome);
  std::size_t chromosome = SIZE_MAX;
  auto next = wanted.begin();
  while (next != wanted.end() && variants.next()) {
    const SimulatedVariant& variant = variants.variant();
    if (variant.index != *next) continue;
    ++next;
    if (variant.chromosome != chromosome || map_bp.size() == kBlock) flush();
    if (variant.chromosome != chromosome) {
      chromosome = variant.chromosome;
      mosaic.start_chromosome(chromosome);
    }
    cohort.causal.push_back(variant);
    map_bp.push_back(variant.map_bp);
    carriers.insert(carriers.end(), variants.carriers().begin(), variants.carriers().end());
  }
  flush();
  return dosages;
}

std::vector<std::size_t> choose_people(const SimulationSettings& s, const SimulatedCohort& c) {
  std::vector<std::size_t> chosen;
  if (s.case_fraction <= 0) {
    for (std::size_t i = 0; i < c.candidates.size(); ++i) chosen.push_back(i);
    return chosen;
  }
  std::size_t left[2];
  left[1] =
      static_cast<std::size_t>(std::llround(s.case_fraction * static_cast<double>(s.n_samples)));
  left[0] = s.n_samples - left[1];
  for (std::size_t i = 0; i < c.candidates.size(); ++i) {
    std::size_t& places = left[c.outcome.values[i] > 0 ? 1 : 0];
    if (places == 0) continue;
    --places;
    chosen.push_back(i);
  }
  if (left[0] + left[1] > 0) {
    throw base::DegenerateError("among " + base::format_count(c.candidates.size()) +
                                    " candidates were " + base::format_count(left[1]) +
                                    " cases and " + base::format_count(left[0]) +
                                    " controls too few for --case-fraction",
                                "another --seed, or fewer --samples");
  }
  return chosen;
}

}  // namespace

SimulatedCohort simulate_people(const SimulationSettings& s, const base::Context& context) {
  const std::size_t n = candidate_count(s);
  const double bytes = static_cast<double>(n) * (static_cast<double>(s.n_causal) + 250.0 +
                                                 24.0 * static_cast<double>(s.n_clinical));
  if (bytes > static_cast<double>(context.memory_bytes)) {
    throw base::MemoryError(
        base::format_count(n) + " candidates with " + base::format_count(s.n_causal) +
            " causal variants need " + base::format_bytes(static_cast<std::uint64_t>(bytes)) +
            ", the limit is " + base::format_bytes(context.memory_bytes),
        "fewer --samples or --causal, or a larger --prevalence with --case-fraction");
  }
  SimulatedCohort cohort;
  cohort.candidates = make_candidates(n, s);
  const auto dosages = causal_dosages(s, cohort, context);
  std::vector<std::size_t> chromosomes;
  for (const SimulatedVariant& variant : cohort.causal) chromosomes.push_back(variant.chromosome);
  cohort.clinical = draw_clinical(s.n_clinical, cohort.candidates, s.genome.seed);
  cohort.liability =
      make_liability(dosages, chromosomes, cohort.clinical, cohort.candidates, s.liability);
  cohort.outcome = make_outcome(cohort.liability, cohort.candidates, s.outcome);
  cohort.chosen = choose_people(s, cohort);
  return cohort;
}

}  // namespace gcrisk::pipeline
