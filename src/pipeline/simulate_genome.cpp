// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate_genome.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/vcf_writer.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::array<std::int64_t, 22> kLengths = {
    248956422, 242193529, 198295559, 190214555, 181538259, 170805979, 159345973, 145138636,
    138394717, 133797422, 135086622, 133275309, 114364328, 107043718, 101991189, 90338345,
    83257441,  80373285,  58617616,  64444167,  46709983,  50818468};

// A tenth of the gaps between neighbours are hot and have 70 % of the recombination.
constexpr double kHotShare = 0.1;
constexpr double kHotRate = 7.0;
constexpr double kColdRate = 1.0 / 3.0;

constexpr double kSameBranch = 0.3;        // the next mutation lies on the same branch
constexpr double kTractsPerLength = 20.0;  // T = 20 L
constexpr double kMorganBp = 1e8;          // one crossover in 100 Mb a generation

// Gamma(shape, 1) by Marsaglia and Tsang (ACM TOMS 2000); boosted below shape 1.
double draw_gamma(base::Random& random, double shape) {
  if (shape < 1) {
    return draw_gamma(random, shape + 1) * std::pow(random.uniform_open(), 1 / shape);
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = random.normal();
    const double v = std::pow(1 + c * x, 3);
    if (v <= 0) continue;
    if (std::log(random.uniform_open()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

double draw_beta(base::Random& random, double a, double b) {
  const double x = draw_gamma(random, a);
  const double y = draw_gamma(random, b);
  return x + y > 0 ? x / (x + y) : (random.uniform() < a / (a + b) ? 1.0 : 0.0);
}

// Shares of `n` in proportion to the chromosomes' lengths, by largest remainder.
std::vector<std::size_t> share_out(std::size_t n, const std::vector<std::string>& chromosomes) {
  double total = 0;
  for (const auto& name : chromosomes) total += static_cast<double>(chromosome_length(name));
  std::vector<std::size_t> out;
  std::vector<std::pair<double, std::size_t>> remainders;
  std::size_t given = 0;
  for (std::size_t i = 0; i < chromosomes.size(); ++i) {
    const double share =
        static_cast<double>(n) * static_cast<double>(chromosome_length(chromosomes[i])) / total;
    out.push_back(static_cast<std::size_t>(share));
    given += out.back();
    remainders.emplace_back(-(share - std::floor(share)), i);
  }
  std::sort(remainders.begin(), remainders.end());
  for (std::size_t i = 0; given < n; ++i, ++given) ++out[remainders[i % remainders.size()].second];
  return out;
}

}  // namespace

std::int64_t chromosome_length(const std::string& name) {
  const auto number = base::parse_integer(name);
  if (!number || *number < 1 || *number > 22) {
    throw base::UsageError("--chromosomes " + name +
                           ": expected autosomes, such as 1-22 or 1,2,20");
  }
  return kLengths[static_cast<std::size_t>(*number - 1)];
}

std::size_t GenomeSettings::n_founders() const {
  return static_cast<std::size_t>(std::clamp(std::ceil(2.5 / maf_min), 256.0, 60000.0));
}

VariantStream::VariantStream(const GenomeSettings& settings)
    : settings_(settings),
      per_chromosome_(share_out(settings.n_variants, settings.chromosomes)),
      random_(settings.seed, "genome"),
      ring_(settings.n_founders()),
      arc_lengths_(settings.n_populations),
      carriers_(settings.n_populations * settings.n_founders()) {
  current_.frequencies.resize(settings.n_populations);
  left_ = per_chromosome_.front();
  start_chromosome();
}

void VariantStream::start_chromosome() {
  random_ = base::Random(settings_.seed, "genome", chromosome_);
  std::iota(ring_.begin(), ring_.end(), std::uint16_t{0});
  random_.shuffle(std::span(ring_));
  const auto length = static_cast<double>(chromosome_length(settings_.chromosomes[chromosome_]));
  const auto n = static_cast<double>(per_chromosome_[chromosome_]);
  spacing_ = std::min(settings_.spacing_bp, 0.9 * length / std::max(n, 1.0));
  // The covered stretch lies anywhere on the chromosome.
  const double room = std::max(0.0, length - 1.1 * spacing_ * n);
  current_.chromosome = chromosome_;
  current_.variant.chromosome = settings_.chromosomes[chromosome_];
  current_.variant.position_bp = 1 + static_cast<std::int64_t>(random_.uniform() * room);
  current_.map_bp = 0;
  swaps_owed_ = 0;
  draw_branch();
}

// The neutral spectrum, density 1/p, where the minor allele is within the limits.
double VariantStream::draw_frequency() {
  const double a = settings_.maf_min;
  const double b = settings_.maf_max;
  const double low = std::log(b / a);
  const double high = std::log((1 - a) / (1 - b));
  const double u = random_.uniform() * (low + high);
  return u < low ? a * std::exp(u) : (1 - b) * std::exp(u - low);
}

void VariantStream::draw_branch() {
  const double p = draw_frequency();
  const auto n = static_cast<double>(ring_.size());
  current_.ancestral_frequency = p;
  arc_start_ = random_.below(ring_.size());
  for (std::size_t k = 0; k < settings_.n_populations; ++k) {
    double share = p;
    if (settings_.n_populations > 1 && settings_.fst > 0) {
      const double scale = (1 - settings_.fst) / settings_.fst;
      share = draw_beta(random_, p * scale, (1 - p) * scale);
    }
    double length = std::floor(share * n + random_.uniform());  // rounding without bias
    if (settings_.n_populations == 1) {
      length = std::clamp(length,
                          std::ceil(settings_.maf_min * n - 1e-9),
                          std::floor((1 - settings_.maf_min) * n + 1e-9));
    }
    arc_lengths_[k] = static_cast<std::size_t>(length);
    current_.frequencies[k] = length / n;
  }
}

bool VariantStream::next() {
  while (left_ == 0) {
    if (++chromosome_ == per_chromosome_.size()) return false;
    left_ = per_chromosome_[chromosome_];
    start_chromosome();
  }
  const bool first = left_ == per_chromosome_[chromosome_];
  --left_;

  const double gap = 1 + std::floor(random_.exponential() * std::max(0.0, spacing_ - 1));
  const double rate = random_.uniform() < kHotShare ? kHotRate : kColdRate;
  auto& v = current_.variant;
  v.position_bp += static_cast<std::int64_t>(gap);
  v.position_bp =
      std::min(v.position_bp, chromosome_length(v.chromosome) - static_cast<std::int64_t>(left_));
  current_.map_bp += rate * gap;
  v.position_cm = std::round(current_.map_bp) / 1e6;

  // A swap of two places moves two of F founders: F d / (2 L_f) swaps decorrelate by exp(-d/L_f).
  const auto n = static_cast<double>(ring_.size());
  const double founder_length = settings_.ld_bp / (1 - 1 / kTractsPerLength);
  swaps_owed_ += std::min(rate * gap / founder_length, 20.0) * n / 2;
  for (; swaps_owed_ >= 1; swaps_owed_ -= 1) {
    const std::size_t a = random_.below(ring_.size());
    const std::size_t b = random_.below(ring_.size());
    std::swap(ring_[a], ring_[b]);
  }
  if (!first && random_.uniform() >= kSameBranch) draw_branch();

  std::fill(carriers_.begin(), carriers_.end(), std::uint8_t{0});
  for (std::size_t k = 0; k < arc_lengths_.size(); ++k) {
    for (std::size_t i = 0; i < arc_lengths_[k]; ++i) {
      carriers_[k * ring_.size() + ring_[(arc_start_ + i) % ring_.size()]] = 1;
    }
  }

  // Two transitions for one transversion.
  static constexpr std::string_view kBases = "ACGT";
  const std::size_t reference = random_.below(4);
  const std::size_t other = random_.uniform() < 2.0 / 3.0
                                ? reference ^ 2  // A-G and C-T
                                : (reference ^ 1 ^ (random_.below(2) * 2));
  v.a2 = kBases[reference];
  v.a1 = kBases[other];
  v.id = genotype::key_of(v);
  current_.index =
      std::accumulate(per_chromosome_.begin(),
                      per_chromosome_.begin() + static_cast<std::ptrdiff_t>(chromosome_),
                      std::size_t{0}) +
      per_chromosome_[chromosome_] - left_ - 1;
  return true;
}

Mosaic::Mosaic(const GenomeSettings& settings, std::vector<Person> people)
    : settings_(settings), n_founders_(settings.n_founders()), people_(std::move(people)) {
  haplotypes_.reserve(2 * people_.size());
  for (std::size_t i = 0; i < 2 * people_.size(); ++i) {
    haplotypes_.push_back({base::Random(0, ""), 0, 0});
  }
  states_.resize(haplotypes_.size());
}

// To another founder after a tract; a child's haplotype crosses over to the parent's other copy.
void Mosaic::move(Haplotype& haplotype, std::size_t number) const {
  const Person& person = people_[number / 2];
  const std::int32_t parent = number % 2 == 0 ? person.father : person.mother;
  if (parent >= 0) {
    haplotype.next_switch += haplotype.random.exponential() * kMorganBp;
    haplotype.state ^= 1;
    return;
  }
  haplotype.next_switch += haplotype.random.exponential() * kTractsPerLength * settings_.ld_bp;
  haplotype.state = static_cast<std::uint32_t>(person.population * n_founders_ +
                                               haplotype.random.below(n_founders_));
}

void Mosaic::start_chromosome(std::size_t chromosome) {
  for (std::size_t h = 0; h < haplotypes_.size(); ++h) {
    const Person& person = people_[h / 2];
    Haplotype& haplotype = haplotypes_[h];
    haplotype.random =
        base::Random(settings_.seed, "haplotype", (2 * person.index + h % 2) * 32 + chromosome);
    haplotype.next_switch = 0;
    const std::int32_t parent = h % 2 == 0 ? person.father : person.mother;
    haplotype.state = parent < 0 ? 0U
                                 : static_cast<std::uint32_t>(2 * parent) +
                                       static_cast<std::uint32_t>(haplotype.random.below(2));
    move(haplotype, h);
    states_[h] = haplotype.state;
  }
}

void Mosaic::walk(std::size_t begin,
                  std::size_t end,
                  std::span<const double> map_bp,
                  std::span<const std::uint8_t> carriers,
                  std::uint8_t* out) {
  struct Event {
    std::size_t variant;
    std::size_t haplotype;
    std::uint32_t state;
  };
  // Few haplotypes move within a block, so they are looked at once a block and not once a variant.
  std::vector<Event> events;
  for (std::size_t h = 2 * begin; h < 2 * end; ++h) {
    while (haplotypes_[h].next_switch <= map_bp.back()) {
      const auto at = std::lower_bound(map_bp.begin(), map_bp.end(), haplotypes_[h].next_switch);
      move(haplotypes_[h], h);
      events.push_back({static_cast<std::size_t>(at - map_bp.begin()), h, haplotypes_[h].state});
    }
  }
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return a.variant < b.variant;
  });

  std::size_t children_end = begin;
  for (std::size_t i = begin; i < end; ++i) {
    if (people_[i].father >= 0 || people_[i].mother >= 0) children_end = i + 1;
  }
  const std::size_t table_size = settings_.n_populations * n_founders_;
  std::size_t event = 0;
  for (std::size_t v = 0; v < map_bp.size(); ++v) {
    for (; event < events.size() && events[event].variant == v; ++event) {
      states_[events[event].haplotype] = events[event].state;
    }
    const std::uint8_t* table = carriers.data() + v * table_size;
    std::uint8_t* row = out + v * 2 * people_.size();
    for (std::size_t h = 2 * begin; h < 2 * children_end; ++h) {
      const Person& person = people_[h / 2];
      const bool child = (h % 2 == 0 ? person.father : person.mother) >= 0;
      row[h] = child ? row[states_[h]] : table[states_[h]];
    }
    for (std::size_t h = 2 * children_end; h < 2 * end; ++h) row[h] = table[states_[h]];
  }
}

void Mosaic::alleles(std::span<const double> map_bp,
                     std::span<const std::uint8_t> carriers,
                     std::uint8_t* out,
                     const base::Context& context) {
  if (map_bp.empty()) return;
  context.for_chunks(people_.size(), kChunk, [&](std::size_t begin, std::size_t end) {
    walk(begin, end, map_bp, carriers, out);
  });
}

void drop_calls(std::uint64_t seed,
                std::size_t variant,
                double rate,
                std::size_t n_samples,
                std::uint8_t* alleles) {
  if (rate <= 0) return;
  base::Random random(seed, "missing-call", variant);
  const double scale = 1 / std::log1p(-rate);
  // Gaps between missing calls are geometric.
  double at = -1;
  while (true) {
    at += 1 + std::floor(std::log(random.uniform_open()) * scale);
    if (at >= static_cast<double>(n_samples)) return;
    const auto i = static_cast<std::size_t>(at);
    alleles[2 * i] = alleles[2 * i + 1] = io::kMissingAllele;
  }
}

}  // namespace gcrisk::pipeline
