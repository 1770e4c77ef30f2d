// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "gcrisk/evaluate/scored.hpp"

namespace gcrisk::evaluate {

// Binary outcomes. A person is positive from `threshold` on (rank >= threshold).

struct RocPoint {
  double threshold;  // +inf at the first point, where nobody is positive
  double sensitivity;
  double specificity;
};
// From (0, 0) to (1, 1), a point a distinct rank. Empty where a class is absent.
std::vector<RocPoint> roc_curve(const Scored& people);
// Sensitivity at each of `n` evenly spaced values of 1 - specificity from 0 to 1, straight lines
// between points: for bands.
std::vector<double> roc_on_grid(const Scored& people, Weights weights, std::size_t n);

struct PrPoint {
  double threshold;
  double recall;
  double precision;
};
// From the highest risk down. Empty where there is no case.
std::vector<PrPoint> pr_curve(const Scored& people);

// People in groups of about equal size by risk.
struct CalibrationBin {
  double low;  // risks in the group
  double high;
  double mean_risk;
  std::size_t n;
  std::size_t events;
  double observed;  // share of cases, with its Wilson interval
  double observed_low;
  double observed_high;
};
std::vector<CalibrationBin> calibration_bins(const Scored& people,
                                             std::size_t n_bins,
                                             double level);

// Observed share as a smooth function of the risk: logistic regression on a restricted cubic
// spline of the logit with four knots at its 5th, 35th, 65th and 95th percentile (Harrell:
// Regression Modeling Strategies, 2.4; fewer knots where there are few different risks).
struct SmoothPoint {
  double risk;
  double observed;
  double low;  // pointwise Wald interval on the logit scale
  double high;
};
// At 100 risks between the 1st and 99th percentile. Empty where it cannot be fitted.
std::vector<SmoothPoint> calibration_smooth(const Scored& people, double level);
// |smooth(risk) - risk| of each person; empty where it cannot be fitted.
std::vector<double> calibration_errors(const Scored& people, Weights weights);

// What a decision at a threshold is worth: true positives less false positives, these weighed by
// the odds of the threshold, per person (Vickers and Elkin 2006).
struct DecisionPoint {
  double threshold;
  double model;
  double treat_all;
  double treat_none;    // 0
  double standardised;  // model / share of cases
};
// At 0.01, 0.02 … 0.99.
std::vector<DecisionPoint> decision_curve(const Scored& people);
double net_benefit(const Scored& people, Weights weights, double threshold);

struct Confusion {
  double tp = 0;
  double fp = 0;
  double tn = 0;
  double fn = 0;
};
Confusion confusion(const Scored& people, Weights weights, double threshold);

// How a threshold is chosen. The people it is chosen on should not be those it is judged on.
enum class ThresholdRule { kFixed, kYouden, kSensitivity, kSpecificity };
// kYouden: largest sensitivity + specificity - 1 (the highest such threshold). kSensitivity: the
// highest threshold whose sensitivity is at least `target`. kSpecificity: the lowest whose
// specificity is at least `target`. NaN where a class is absent.
double choose_threshold(const Scored& people, ThresholdRule rule, double target);

// Share of successes with its score interval (Wilson 1927). NaN for n = 0.
struct Proportion {
  double value;
  double low;
  double high;
};
Proportion wilson(double successes, double n, double level);

}  // namespace gcrisk::evaluate
