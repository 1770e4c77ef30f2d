// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate_outcome.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace gcrisk::pipeline {

namespace {

Moments moments_of(const std::vector<std::uint8_t>& dosages) {
  double sum = 0;
  double squares = 0;
  for (const std::uint8_t d : dosages) {
    sum += d;
    squares += d * d;
  }
  const auto n = static_cast<double>(dosages.size());
  const double mean = sum / n;
  return {mean, std::sqrt(std::max(0.0, squares / n - mean * mean))};
}

double variance(const std::vector<double>& x, double mean) {
  double sum = 0;
  for (const double value : x) sum += (value - mean) * (value - mean);
  return sum / static_cast<double>(x.size());
}

// Centres `component`, gives it the variance `share`, and scales its terms alike. A component
// without variance stays zero.
void scale_to(double share, std::vector<double>& component, std::vector<Term>& terms) {
  const auto n = static_cast<double>(component.size());
  const double mean = std::accumulate(component.begin(), component.end(), 0.0) / n;
  const double spread = variance(component, mean);
  const double factor = spread > 0 ? std::sqrt(share / spread) : 0;
  for (double& value : component) value = factor * (value - mean);
  for (Term& term : terms) term.effect *= factor;
}

double draw_effect(base::Random& random, bool equal) {
  if (equal) return random.uniform() < 0.5 ? -1 : 1;
  return random.normal();
}

template <typename Mean>
double bisect(double low, double high, double target, const Mean& increasing) {
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (increasing(middle) < target ? low : high) = middle;
  }
  return (low + high) / 2;
}

// The liability above which a share `prevalence` of the population is expected to lie.
double threshold_for(const std::vector<double>& systematic, double sd, double prevalence) {
  return bisect(-20, 20, 1 - prevalence, [&](double t) {
    double below = 0;
    for (const double s : systematic) below += normal_cdf((t - s) / sd);
    return below / static_cast<double>(systematic.size());
  });
}

}  // namespace

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

Liability make_liability(const std::vector<std::vector<std::uint8_t>>& dosages,
                         const std::vector<std::size_t>& chromosomes,
                         const ClinicalValues& clinical,
                         const std::vector<Person>& people,
                         const LiabilitySettings& settings) {
  const std::size_t n = people.size();
  const std::size_t n_causal = dosages.size();
  Liability out;
  for (const auto& row : dosages) out.moments.push_back(moments_of(row));
  const auto genotype = [&](std::size_t j, std::size_t i) {
    const Moments& m = out.moments[j];
    return m.sd > 0 ? (dosages[j][i] - m.mean) / m.sd : 0.0;
  };
  std::vector<std::vector<double>> z;
  for (const auto& column : clinical.columns) z.push_back(standardised(column));

  base::Random effects(settings.seed, "effects");
  out.genetic.assign(n, 0.0);
  for (std::size_t j = 0; j < n_causal; ++j) {
    const double b = draw_effect(effects, settings.equal_effects);
    out.main.push_back({j, 0, out.moments[j].sd > 0 ? b : 0.0});
    for (std::size_t i = 0; i < n; ++i) out.genetic[i] += out.main[j].effect * genotype(j, i);
  }
  scale_to(settings.shares.main, out.genetic, out.main);

  base::Random pairs(settings.seed, "interactions");
  out.epistatic.assign(n, 0.0);
  for (std::size_t t = 0; t < settings.n_interactions && n_causal > 1; ++t) {
    std::size_t a = pairs.below(n_causal);
    std::size_t b = a;
    // Linked variants would make the product half a main effect.
    for (int tries = 0; tries < 100 && (b == a || chromosomes[a] == chromosomes[b]); ++tries) {
      b = pairs.below(n_causal);
    }
    if (a == b) b = (a + 1) % n_causal;
    if (a > b) std::swap(a, b);
    out.interactions.push_back({a, b, draw_effect(pairs, settings.equal_effects)});
    for (std::size_t i = 0; i < n; ++i) {
      out.epistatic[i] += out.interactions[t].effect * genotype(a, i) * genotype(b, i);
    }
  }
  scale_to(settings.shares.interaction, out.epistatic, out.interactions);

  base::Random crossed(settings.seed, "gene-clinical");
  out.gene_by_clinical.assign(n, 0.0);
  for (std::size_t t = 0; t < settings.n_gene_clinical && n_causal > 0 && !z.empty(); ++t) {
    const std::size_t j = crossed.below(n_causal);
    const std::size_t c = crossed.below(z.size());
    out.gene_clinical.push_back({j, c, draw_effect(crossed, settings.equal_effects)});
    for (std::size_t i = 0; i < n; ++i) {
      out.gene_by_clinical[i] += out.gene_clinical[t].effect * genotype(j, i) * z[c][i];
    }
  }
  scale_to(settings.shares.gene_clinical, out.gene_by_clinical, out.gene_clinical);

  base::Random records(settings.seed, "clinical-effects");
  out.from_clinical.assign(n, 0.0);
  for (std::size_t c = 0; c < z.size(); ++c) {
    const double b = clinical.variables[c].weight * (0.5 + records.uniform());
    out.clinical.push_back({c, 0, b});
    for (std::size_t i = 0; i < n; ++i) out.from_clinical[i] += b * z[c][i];
  }
  scale_to(settings.shares.clinical, out.from_clinical, out.clinical);

  for (std::size_t i = 0; i < n; ++i) {
    out.systematic.push_back(out.genetic[i] + out.epistatic[i] + out.gene_by_clinical[i] +
                             out.from_clinical[i]);
    out.noise.push_back(base::Random(settings.seed, "noise", people[i].index).normal());
  }
  return out;
}

SimulatedOutcome make_outcome(const Liability& liability,
                              const std::vector<Person>& people,
                              const OutcomeSettings& settings) {
  using enum cohort::OutcomeKind;
  const auto& s = liability.systematic;
  const std::size_t n = s.size();
  const double sd = std::sqrt(settings.residual_variance);
  SimulatedOutcome out;
  out.values.resize(n);
  out.risk.resize(n);
  if (settings.kind == kContinuous) {
    for (std::size_t i = 0; i < n; ++i) {
      out.values[i] = s[i] + sd * liability.noise[i];
      out.risk[i] = s[i];
    }
    return out;
  }
  if (settings.kind == kBinary || settings.kind == kMulticlass) {
    // Cases are cut into equal shares, the mildest class first.
    const std::size_t n_cuts = settings.kind == kBinary ? 1 : settings.n_classes - 1;
    for (std::size_t c = 0; c < n_cuts; ++c) {
      const double above =
          settings.prevalence * static_cast<double>(n_cuts - c) / static_cast<double>(n_cuts);
      out.thresholds.push_back(threshold_for(s, sd, above));
    }
    for (std::size_t i = 0; i < n; ++i) {
      const double l = s[i] + sd * liability.noise[i];
      out.values[i] = static_cast<double>(std::count_if(
          out.thresholds.begin(), out.thresholds.end(), [&](double t) { return l > t; }));
      out.risk[i] = normal_cdf((s[i] - out.thresholds[0]) / sd);
    }
    return out;
  }

  // Survival: log T is linear in the liability with a Gumbel error of variance pi^2 / 6, which is
  // proportional hazards with a Weibull baseline (Bender, Augustin, Blettner, Stat Med 2005). The
  // scale keeps the shares of variance.
  out.times.resize(n);
  out.log_hazard_scale = std::numbers::pi / std::sqrt(6.0) / sd;
  const double shape = out.weibull_shape;
  const double horizon = std::pow(settings.follow_up_years, shape);
  const double log_rate = bisect(-60, 60, settings.prevalence, [&](double r) {
    double sum = 0;
    for (const double x : s) sum -= std::expm1(-std::exp(r + out.log_hazard_scale * x) * horizon);
    return sum / static_cast<double>(n);
  });
  out.baseline_hazard = std::exp(log_rate);
  for (std::size_t i = 0; i < n; ++i) {
    const double rate = std::exp(log_rate + out.log_hazard_scale * s[i]);
    base::Random random(settings.seed, "survival", people[i].index);
    const double event = std::pow(random.exponential() / rate, 1 / shape);
    double end = settings.follow_up_years;
    if (random.uniform() < settings.dropout) end *= random.uniform_open();
    out.values[i] = event <= end ? 1 : 0;
    // A day is the finest that records have.
    out.times[i] = std::max(std::min(event, end), 1 / 365.25);
    out.risk[i] = -std::expm1(-rate * horizon);
  }
  return out;
}

double bayes_auroc(const std::vector<double>& risk) {
  std::vector<double> sorted(risk);
  std::sort(sorted.begin(), sorted.end());
  double controls_below = 0;
  double wins = 0;
  double cases = 0;
  for (std::size_t i = 0; i < sorted.size();) {
    double tied_cases = 0;
    double tied_controls = 0;
    const double value = sorted[i];
    for (; i < sorted.size() && sorted[i] == value; ++i) {
      tied_cases += value;
      tied_controls += 1 - value;
    }
    wins += tied_cases * (controls_below + tied_controls / 2);
    controls_below += tied_controls;
    cases += tied_cases;
  }
  return wins / (cases * controls_below);
}

}  // namespace gcrisk::pipeline
