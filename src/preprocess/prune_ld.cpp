// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "variant_filter.hpp"

namespace gcrisk::preprocess {

namespace {

// Differences below this are rounding.
constexpr double kRounding = 1e-10;

struct Window {
  std::size_t size = 0;  // variants, or base pairs
  bool in_bp = false;
  std::size_t step = 1;  // variants
  double r2 = 0;
};

Window parse_window(const std::vector<std::string>& words) {
  const auto refuse = [&](const std::string& finding) {
    throw base::UsageError("--indep-pairwise " + base::join(words, " ") + ": " + finding,
                           "for example --indep-pairwise 50 5 0.2, or --indep-pairwise 500kb 0.2");
  };
  Window window;
  std::vector<std::string> rest = words;
  if (rest.empty()) refuse("expected a window, a step and an r2");
  std::string first = base::to_lower(rest.front());
  rest.erase(rest.begin());
  if (first.ends_with("kb")) {
    window.in_bp = true;
    first.resize(first.size() - 2);
  } else if (!rest.empty() && base::to_lower(rest.front()) == "kb") {
    window.in_bp = true;
    rest.erase(rest.begin());
  }
  const auto size = base::parse_number(first);
  if (!size || *size < 1) refuse("the window is a number of variants, or of kilobases ('500kb')");
  window.size = static_cast<std::size_t>(std::llround(*size * (window.in_bp ? 1000 : 1)));
  if (!window.in_bp && window.size < 2) refuse("a window of one variant has no pairs");
  if (rest.size() == 2) {
    const auto step = base::parse_integer(rest.front());
    if (!step || *step < 1) refuse("the step is a number of variants of at least 1");
    if (window.in_bp && *step != 1) refuse("with a window in kilobases the step is 1");
    window.step = static_cast<std::size_t>(*step);
    rest.erase(rest.begin());
  }
  if (rest.size() != 1) refuse("expected a window, a step and an r2");
  const auto r2 = base::parse_number(rest.front());
  if (!r2 || *r2 < 0 || *r2 >= 1) refuse("the r2 is a number in [0, 1)");
  window.r2 = *r2;
  return window;
}

// The variants of one chromosome, packed, and which of them are taken out so far.
class Chromosome {
 public:
  Chromosome(const genotype::GenotypeView& view,
             std::span<const genotype::Variant> variants,
             std::span<const genotype::GenotypeCounts> counts,
             std::span<int> verdicts,
             const Window& window)
      : view_(view), variants_(variants), verdicts_(verdicts), window_(window) {
    const std::size_t n = variants.size();
    major_.resize(n);
    next_partner_.resize(n);
    for (std::size_t j = 0; j < n; ++j) {
      const double f = counts[j].a1_frequency();
      major_[j] = std::max(f, 1 - f);
      next_partner_[j] = j + 1;
      // A variant without variance has no correlation and carries nothing.
      const auto& c = counts[j];
      const bool varies = (c.hom_a1 > 0) + (c.het > 0) + (c.hom_a2 > 0) > 1;
      if (!varies) verdicts_[j] = 1;
    }
  }

  void prune(const base::Context& context) {
    const std::size_t n = variants_.size();
    std::size_t end = 0;
    for (std::size_t begin = 0; begin < n; begin += window_.step) {
      const std::size_t previous_end = end;
      end = window_end(begin, end);
      // A window that brought nothing new has no new pairs.
      if (end > previous_end) prune_window(begin, end);
      if (begin % 1024 == 0) context.cancellation->check();
      if (end == n) break;
    }
  }

 private:
  std::size_t window_end(std::size_t begin, std::size_t end) const {
    const std::size_t n = variants_.size();
    if (!window_.in_bp) return std::min(n, begin + window_.size);
    const std::int64_t last =
        variants_[begin].position_bp + static_cast<std::int64_t>(window_.size);
    while (end < n && variants_[end].position_bp <= last) ++end;
    return end;
  }

  bool correlated(std::size_t a, std::size_t b) const {
    const auto sums =
        genotype::pair_sums(view_.row(a, row_a_), view_.row(b, row_b_), view_.n_samples());
    return sums.r_squared() > window_.r2 * (1 + kRounding);
  }

  // Of a correlated pair the one with the rarer minor allele goes, the later one if both are
  // alike; each variant loses or takes out at most one a sweep, sweeps go on until nothing
  // happens. The order of events is that of PLINK, on which the result depends.
  void prune_window(std::size_t begin, std::size_t end) {
    bool changed = true;
    while (changed) {
      changed = false;
      for (std::size_t a = begin; a + 1 < end; ++a) {
        if (verdicts_[a] >= 0) continue;
        std::size_t b = std::max(next_partner_[a], a + 1);
        for (; b < end; ++b) {
          if (verdicts_[b] >= 0 || !correlated(a, b)) continue;
          const bool first_goes = major_[a] > major_[b] * (1 + kRounding);
          verdicts_[first_goes ? a : b] = 0;
          changed = true;
          break;
        }
        next_partner_[a] = b < end ? b + 1 : end;
      }
    }
  }

  const genotype::GenotypeView& view_;
  std::span<const genotype::Variant> variants_;
  std::span<int> verdicts_;
  const Window& window_;
  std::vector<double> major_;
  std::vector<std::size_t> next_partner_;  // pairs before it are known
  mutable genotype::RowScratch row_a_;
  mutable genotype::RowScratch row_b_;
};

class PruneLd : public VariantFilter {
 public:
  explicit PruneLd(const base::Parameters& parameters)
      : window_(parse_window(parameters.texts("indep-pairwise"))) {}

 protected:
  std::vector<int> judge(const cohort::Cohort& training,
                         const base::Context& context) const override {
    const auto& variants = training.variants;
    const auto counts = genotype::count_genotypes(training.genotypes, context);
    std::vector<int> verdicts(variants.size(), -1);
    std::vector<std::size_t> bounds = {0};
    for (std::size_t j = 1; j < variants.size(); ++j) {
      if (variants[j].chromosome != variants[j - 1].chromosome) bounds.push_back(j);
    }
    bounds.push_back(variants.size());
    context.threads->run(bounds.size() - 1, [&](std::size_t c, std::size_t) {
      const std::size_t first = bounds[c];
      const std::size_t n = bounds[c + 1] - first;
      std::vector<std::uint32_t> columns(n);
      for (std::size_t j = 0; j < n; ++j) columns[j] = static_cast<std::uint32_t>(first + j);
      const auto view = training.genotypes.with_variants(columns).compact();
      Chromosome chromosome(view,
                            std::span(variants).subspan(first, n),
                            std::span(counts).subspan(first, n),
                            std::span(verdicts).subspan(first, n),
                            window_);
      chromosome.prune(context);
    });
    return verdicts;
  }

  std::vector<std::string> reasons() const override {
    return {"in linkage disequilibrium with another, r2 above " + base::format_number(window_.r2),
            "no variance, under --indep-pairwise"};
  }

 private:
  Window window_;
};

}  // namespace

const StepEntry& prune_ld_entry() {
  static const StepEntry kEntry = {
      .name = "prune-ld",
      .title = "pruning by linkage disequilibrium",
      .purpose =
          "In a window that slides along each chromosome, of every pair of variants whose "
          "squared correlation of allele counts among the training samples exceeds the "
          "limit, the one with the rarer minor allele is dropped; as plink2 does it.",
      .parameters = {{.name = "indep-pairwise",
                      .type = base::ParameterType::kTexts,
                      .meaning = "window (variants, or kilobases as '500kb'), step (variants; 1 "
                                 "with kilobases) and largest r2 of a pair that is kept",
                      .placeholder = "W S R2",
                      .group = "variant filters"}},
      .make = [](const base::Parameters& parameters) -> std::unique_ptr<Step> {
        return std::make_unique<PruneLd>(parameters);
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
