// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "certificate.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "comparison.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/inheritance.hpp"
#include "gcrisk/preprocess/kinship.hpp"
#include "study_dates.hpp"

namespace gcrisk::pipeline {

namespace {

// Half-way, in powers of two, between first- and second-degree relatives (Manichaikul et al.,
// Bioinformatics 2010).
constexpr double kFirstDegree = 0.177;
constexpr std::size_t kFewest = 500;  // variants
constexpr std::size_t kMost = 10000;
constexpr std::size_t kMostPeople = 30000;  // the work grows with the square
constexpr double kMostWork = 1.2e12;        // pairs × variants
constexpr std::size_t kProbed = 400;        // people whose pairs show how kinship scatters
// Of 10^8 pairs of strangers two lie so far above their median.
constexpr double kDeviations = 5.5;

cohort::Cohort thinned(const cohort::Cohort& all, std::span<const std::uint32_t> columns) {
  cohort::Cohort out;
  out.ids = all.ids;
  out.genotypes = all.genotypes;
  out.variants = all.variants;
  out.keep_variants(columns);
  return out;
}

std::vector<std::uint32_t> evenly(std::size_t n, std::size_t at_most) {
  std::vector<std::uint32_t> out(std::min(n, at_most));
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::uint32_t>(i * n / out.size());
  }
  return out;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// How many deviations of the kinship of strangers, by median and median absolute deviation, the
// cutoff is above their median: linkage and ancestry make it scatter far more than the number of
// variants says.
double distance_of_cutoff(const cohort::Cohort& people, const base::Context& context) {
  const auto rows = evenly(people.n_samples(), kProbed);
  cohort::Cohort probed;
  for (const auto row : rows) probed.ids.push_back(people.ids[row]);
  probed.genotypes = people.genotypes.with_samples(rows);
  probed.variants = people.variants;
  std::vector<double> values;
  for (const auto& pair : preprocess::related_pairs(probed, -1e9, context)) {
    if (std::isfinite(pair.kinship)) values.push_back(pair.kinship);
  }
  if (values.empty()) return 0;
  const double centre = median(values);
  for (double& value : values) value = std::abs(value - centre);
  constexpr double kNormal = 1.4826;  // a standard deviation of normal values
  return (kFirstDegree - centre) / std::max(1e-9, kNormal * median(values));
}

KinshipAcross kinship_across(const ComparePlan& plan,
                             const Study& study,
                             const base::Context& context) {
  KinshipAcross out;
  const std::size_t n = study.cohort.n_samples();
  std::vector<std::uint32_t> autosomal;
  for (std::uint32_t j = 0; j < study.cohort.variants.size(); ++j) {
    if (genotype::inheritance_of(study.cohort.variants[j]) == genotype::Inheritance::kAutosomal)
      autosomal.push_back(j);
  }
  if (autosomal.size() < kFewest) {
    out.not_looked_at = base::format_count(autosomal.size()) + " autosomal variants, at least " +
                        base::format_count(kFewest) + " are needed";
    return out;
  }
  if (n > kMostPeople) {
    out.not_looked_at = base::format_count(n) + " people, at most " +
                        base::format_count(kMostPeople) + " are paired";
    return out;
  }
  const double affordable = kMostWork / (0.5 * static_cast<double>(n) * static_cast<double>(n));
  std::vector<std::uint32_t> columns =
      evenly(autosomal.size(),
             std::clamp(static_cast<std::size_t>(std::min(affordable, 1e9)), kFewest, kMost));
  for (auto& column : columns) column = autosomal[column];
  const cohort::Cohort people = thinned(study.cohort, columns);
  out.n_variants = columns.size();
  const double distance = distance_of_cutoff(people, context);
  if (distance < kDeviations) {
    out.not_looked_at = "over " + base::format_count(columns.size()) +
                        " variants strangers scatter so much that first-degree relatives (" +
                        base::format_number(kFirstDegree) + ") begin at " +
                        base::format_number(distance, 2) + " standard deviations, " +
                        base::format_number(kDeviations) + " are needed";
    return out;
  }
  const auto pairs = preprocess::related_pairs(people, kFirstDegree, context);
  std::size_t across = 0;
  for (const auto& folds : plan.folds) {
    for (const auto& pair : pairs) {
      const auto a = folds[pair.first];
      const auto b = folds[pair.second];
      if (a < 0 || b < 0 || a == b) continue;
      ++across;
      out.largest = std::max(out.largest, pair.kinship);
    }
  }
  for (const auto& pair : pairs) {
    out.n_pairs += plan.folds.front()[pair.first] >= 0 && plan.folds.front()[pair.second] >= 0;
  }
  out.n_across = (across + plan.folds.size() - 1) / plan.folds.size();
  return out;
}

bool same(const std::vector<FittedOn>& a, const std::vector<FittedOn>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.part == y.part && x.people == y.people;
  });
}

std::string kinship_line(const KinshipAcross& k) {
  if (!k.not_looked_at.empty()) {
    return "Kinship across folds was not looked at: " + k.not_looked_at + ".";
  }
  std::string line = base::format_count(k.n_pairs) +
                     " pairs of people look like first-degree relatives or closer (KING-robust "
                     "kinship above 0.177 over " +
                     base::format_count(k.n_variants) + " variants), " +
                     base::format_count(k.n_across) + " of them on both sides of a fold";
  if (k.n_across == 0) return line + ".";
  return line + " (up to " + base::format_number(k.largest, 3) +
         "): what a model remembers of one is tested on the other; keep them together with gcrisk "
         "preprocess --group-by kinship, or by family.";
}

}  // namespace

Certificate certify(const ComparePlan& plan,
                    const Study& study,
                    const std::vector<CellResult>& cells,
                    const base::Context& context) {
  Certificate out;
  out.n_folds = plan.folds.size() * plan.n_folds;
  out.has_groups = !study.cohort.groups.empty();
  for (std::size_t i = 0; i < cells.size(); i += plan.rows.size()) {
    const Cell at = cell_at(plan, i);
    const std::size_t first_of_fold = out.folds.size();
    std::size_t people = 0;
    std::size_t groups = 0;
    for (std::size_t r = 0; r < plan.rows.size(); ++r) {
      const CellResult& cell = cells[i + r];
      people = std::max(people, cell.n_shared_people);
      groups = std::max(groups, cell.n_shared_groups);
      if (cell.fitted.empty()) continue;  // it failed before anything was fitted
      const auto known =
          std::find_if(out.folds.begin() + static_cast<std::ptrdiff_t>(first_of_fold),
                       out.folds.end(),
                       [&](const CertifiedFold& fold) { return same(fold.fitted, cell.fitted); });
      if (known != out.folds.end()) {
        known->rows.push_back(plan.rows[r].name());
      } else {
        out.folds.push_back({at.repeat + 1, at.fold + 1, {plan.rows[r].name()}, cell.fitted});
      }
    }
    out.n_shared_people += people;
    out.n_shared_groups += groups;
  }
  out.kinship = kinship_across(plan, study, context);
  out.dates = dates_of_study(study.path);
  return out;
}

void add_permuted(Certificate& certificate, const RowResult& row) {
  if (!row.failure.empty() || row.metrics.empty()) return;
  const MetricRow& first = row.metrics.front();
  certificate.has_permuted = true;
  certificate.permuted_model = row.row.entry->name + ", " + row.row.inputs;
  certificate.permuted = first.value;
  certificate.permuted_low = first.low;
  certificate.permuted_high = first.high;
  certificate.chance = row.people.kind == cohort::OutcomeKind::kContinuous ? 0.0 : 0.5;
}

std::vector<std::string> certificate_lines(const Certificate& k) {
  std::vector<std::string> out;
  out.push_back(base::format_count(k.n_shared_people) + " people on both sides of a fold, of " +
                base::format_count(k.n_folds) + " folds.");
  out.push_back(k.has_groups ? base::format_count(k.n_shared_groups) +
                                   " groups of people that belong together on both sides of a fold."
                             : "The study names no groups of people that belong together.");
  out.push_back(kinship_line(k.kinship));
  out.push_back(k.dates.finding);
  if (k.has_permuted) {
    const std::string measured = base::format_number(k.permuted, 3) + " (" +
                                 base::format_number(k.permuted_low, 3) + " to " +
                                 base::format_number(k.permuted_high, 3) + ")";
    out.push_back(
        "With outcomes shuffled among the people of a fold before anything is fitted, " +
        k.permuted_model + " reaches " + measured +
        (k.permuted_low > k.chance
             ? ": above the chance of " + base::format_number(k.chance) + ", something leaks."
             : ": not above the chance of " + base::format_number(k.chance) + "."));
  }
  if (!k.folds.empty()) {
    std::vector<std::string> parts;
    for (const FittedOn& f : k.folds.front().fitted) {
      if (f.part != "test") parts.push_back(f.part);
    }
    out.push_back("Fitted to a fold's training people alone: " + base::join(parts, ", ") +
                  "; the hashes of the people are in the JSON file.");
  }
  return out;
}

}  // namespace gcrisk::pipeline
