// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/linear/regression.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::models::linear {

namespace {

using cohort::OutcomeKind;
using Eigen::Index;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kWarmSteps = 12;  // lambdas on the way to one that was given
constexpr std::size_t kMostRatioTests = 100;
constexpr std::size_t kMostNamed = 5;
constexpr double kNearlyRidge = 1e-3;

// Names, kinds and penalties of the features of one training set.
struct FeatureTable {
  std::vector<std::string> names;
  std::vector<std::string> kinds;
  std::vector<std::uint8_t> penalised;
};

FeatureTable describe(const cohort::Dataset& data, const RegressionOptions& options) {
  FeatureTable out;
  out.names = feature_names(data);
  out.kinds.assign(data.n_variants(), "variant");
  out.kinds.insert(out.kinds.end(), data.clinical_names.size(), "clinical");
  out.kinds.insert(out.kinds.end(), data.molecular_names.size(), "molecular");
  out.penalised.assign(out.names.size(), 1);
  for (const std::string& wanted : options.unpenalised) {
    bool found = false;
    for (std::size_t j = 0; j < out.names.size(); ++j) {
      if (out.names[j] != wanted && !(out.kinds[j] == "clinical" && wanted == "clinical")) continue;
      out.penalised[j] = 0;
      found = true;
    }
    if (found) continue;
    const auto nearest = base::nearest_names(wanted, out.names, 3);
    throw base::MismatchError("--unpenalised " + wanted + ": the training set has no such column",
                              nearest.empty() ? "" : "nearest: " + base::join(nearest, ", "));
  }
  return out;
}

double p_of(double statistic, double df) {
  if (!std::isfinite(statistic)) return kNaN;
  const double size = std::abs(statistic);
  return 2 * (df > 0 ? boost::math::cdf(boost::math::complement(boost::math::students_t(df), size))
                     : boost::math::cdf(boost::math::complement(boost::math::normal(), size)));
}

std::string category_of(const cohort::Outcome& outcome, Index k) {
  return outcome.kind == OutcomeKind::kMulticlass ? outcome.levels[static_cast<std::size_t>(k)]
                                                  : std::string();
}

void list_coefficients(Regression& fit,
                       const Design& design,
                       const FeatureTable& table,
                       const cohort::Outcome& outcome) {
  const Coefficients& c = fit.coefficients;
  const bool has_intercept = outcome.kind != OutcomeKind::kSurvival;
  for (Index k = 0; has_intercept && k < c.intercepts.size(); ++k) {
    fit.rows.push_back({"(intercept)",
                        "intercept",
                        category_of(outcome, k),
                        c.intercepts(k),
                        kNaN,
                        kNaN,
                        kNaN,
                        kNaN,
                        kNaN});
  }
  for (Index j = 0; j < c.beta.rows(); ++j) {
    const auto f = static_cast<std::size_t>(j);
    for (Index k = 0; k < c.beta.cols(); ++k) {
      if (c.beta(j, k) == 0) continue;
      fit.rows.push_back({table.names[f],
                          table.kinds[f],
                          category_of(outcome, k),
                          c.beta(j, k),
                          c.beta(j, k) * design.sd(f),
                          kNaN,
                          kNaN,
                          kNaN,
                          kNaN});
    }
  }
}

// Rows with errors and tests of an unpenalised fit.
void list_tested(Regression& fit,
                 const LikelihoodFit& mle,
                 const std::vector<double>& p_lr,
                 const Design& design,
                 const FeatureTable& table,
                 const cohort::Outcome& outcome) {
  const auto m = static_cast<Index>(mle.features.size());
  const bool classes = outcome.kind == OutcomeKind::kMulticlass;
  const double df = outcome.kind == OutcomeKind::kContinuous
                        ? static_cast<double>(outcome.size()) - static_cast<double>(m)
                        : 0;
  for (Index s = 0; s < m; ++s) {
    for (Index k = 0; k < mle.theta.cols(); ++k) {
      // The intercept of the original columns is a sum over standardised ones.
      Eigen::VectorXd sum = Eigen::VectorXd::Zero(m);
      sum(s) = 1;
      CoefficientRow row;
      row.category = category_of(outcome, classes ? k + 1 : k);
      if (s == 0) {
        for (Index t = 1; t < m; ++t) {
          const std::uint32_t j = mle.features[static_cast<std::size_t>(t)];
          sum(t) = -design.mean(j) / design.sd(j);
        }
        row.feature = "(intercept)";
        row.kind = "intercept";
        row.standardised = kNaN;
      } else {
        const std::uint32_t j = mle.features[static_cast<std::size_t>(s)];
        sum(s) = 1 / design.sd(j);
        row.feature = table.names[j];
        row.kind = table.kinds[j];
        row.standardised = mle.theta(s, k);
      }
      row.beta = sum.dot(mle.theta.col(k));
      const bool known = fit.has_errors && mle.covariance.size() > 0;
      row.se = known ? std::sqrt(sum.dot(mle.covariance.block(k * m, k * m, m, m) * sum)) : kNaN;
      row.statistic = row.beta / row.se;
      row.p = p_of(row.statistic, df);
      row.p_lr = p_lr.empty() ? kNaN : p_lr[static_cast<std::size_t>(s)];
      fit.rows.push_back(std::move(row));
    }
  }
}

void fit_unpenalised(Regression& fit,
                     const Design& design,
                     const Family& family,
                     const FeatureTable& table,
                     const cohort::Dataset& train,
                     const RegressionOptions& options,
                     const base::Context& context) {
  Features features = {design.intercept()};
  for (std::uint32_t j = 0; j < design.n_features(); ++j) {
    if (!design.is_constant(j)) features.push_back(j);
  }
  if (features.size() >= train.n_samples()) {
    throw base::DegenerateError(
        "--lambda 0: " + base::format_count(features.size() - 1) + " features for " +
            base::format_count(train.n_samples()) +
            " people, a regression without penalty needs more people than features",
        "penalise (--lambda auto), or keep fewer variants (--top)");
  }
  std::vector<Collinear> dropped;
  features = independent_features(design, family, features, dropped, context);
  for (const Collinear& c : dropped) {
    std::vector<std::string> of;
    for (const std::uint32_t j : c.sum_of) {
      if (of.size() < kMostNamed) of.push_back(table.names[j]);
    }
    fit.collinear.push_back(table.names[c.feature] + " is a sum of " + base::join(of, ", ") +
                            (c.sum_of.size() > of.size() ? ", …" : ""));
    context.log->flood("collinear",
                       "column " + fit.collinear.back() + ": it gets no coefficient of its own");
  }
  fit.has_errors = !options.balanced && train.weights.size() == 0;

  const bool can_firth = family.kind() == OutcomeKind::kBinary;
  bool firth = can_firth && options.firth == "on";
  LikelihoodFit mle;
  if (!firth) {
    mle = maximise_likelihood(design, family, features, {}, context);
    if (mle.separated) {
      const std::string finding = "the features separate the classes of '" + train.outcome.name +
                                  "': the likelihood has no maximum";
      if (can_firth && options.firth == "auto") {
        context.log->warning(finding + "; Firth's penalised likelihood is used instead");
        firth = true;
      } else if (context.strict) {
        throw base::ConvergenceError(finding, "penalise (--lambda auto), or use --firth auto");
      } else {
        context.log->warning(finding + "; coefficients and errors mean nothing");
      }
    }
  }
  if (firth) mle = maximise_firth(design, family, features, -1, context);
  fit.method = firth                                       ? "Firth"
               : family.kind() == OutcomeKind::kContinuous ? "least squares"
                                                           : "Newton";
  fit.converged = mle.converged;
  fit.iterations = mle.iterations;
  fit.log_likelihood = mle.log_likelihood;
  fit.residual_sd = mle.residual_sd;

  std::vector<double> p_lr;
  const bool wanted = options.likelihood_ratio == "on" ||
                      (options.likelihood_ratio == "auto" && features.size() <= kMostRatioTests);
  if (wanted && fit.has_errors && mle.converged && family.kind() != OutcomeKind::kContinuous) {
    p_lr = likelihood_ratio_p(design, family, mle, firth, context);
  }
  // The reference class has a score of 0.
  const Index columns = family.n_columns();
  Eigen::MatrixXd all = Eigen::MatrixXd::Zero(mle.theta.rows(), columns);
  all.rightCols(mle.theta.cols()) = mle.theta;
  fit.coefficients = to_original(design,
                                 all.row(0),
                                 Features(features.begin() + 1, features.end()),
                                 all.bottomRows(all.rows() - 1));
  list_tested(fit, mle, p_lr, design, table, train.outcome);
}

std::vector<double> lambdas_for(const Design& design,
                                const Family& family,
                                const std::vector<std::uint8_t>& penalised,
                                const RegressionOptions& options,
                                const base::Context& context) {
  if (options.lambdas.size() > 1) return options.lambdas;
  const double largest = largest_lambda(design, family, penalised, options.alpha, context);
  if (options.lambdas.size() == 1) {
    const double last = options.lambdas.front();
    if (!(largest > last)) return {last};
    auto steps = lambda_sequence(largest, last / largest, kWarmSteps);
    steps.back() = last;
    return steps;
  }
  if (!(largest > 0)) return {0.0};
  const double ratio =
      options.min_ratio.value_or(design.n_samples() < design.n_features() ? 0.01 : 1e-4);
  return lambda_sequence(largest, ratio, options.n_lambda);
}

// Folds of the inner cross-validation; a default that the groups do not allow is lowered.
std::size_t folds_for(const cohort::Dataset& train,
                      const RegressionOptions& options,
                      const base::Context& context) {
  const std::set<std::int32_t> groups(train.groups.begin(), train.groups.end());
  const std::size_t most = groups.empty() ? train.n_samples() : groups.size();
  if (options.cv_folds <= most) return options.cv_folds;
  const std::string finding = "the training set has " + base::format_count(most) +
                              (groups.empty() ? " people" : " groups of people that stay together");
  if (options.cv_folds_given || most < 2) {
    throw base::DegenerateError(
        "--cv-folds " + std::to_string(options.cv_folds) + ": " + finding +
            ", expected at least as many as folds",
        most < 2 ? "choose lambda without folds: --lambda-by validation, or give --lambda"
                 : "give --cv-folds " + std::to_string(most) +
                       " or less, or choose lambda by --lambda-by validation");
  }
  context.log->info(finding + ": lambda is chosen with --cv-folds " + std::to_string(most) +
                    " instead of " + std::to_string(options.cv_folds));
  return most;
}

// Features that the fits of `n_fits` sets of people, which are held side by side, may have in use
// at once: each keeps the curvature of every pair, and copies a part of it to work on.
std::size_t most_features(std::size_t n_fits, const base::Context& context) {
  const double bytes_a_pair = 2.0 * sizeof(double) * static_cast<double>(n_fits);
  return static_cast<std::size_t>(
      std::sqrt(static_cast<double>(context.memory_bytes) / bytes_a_pair));
}

// Without a share of the lasso every feature has a coefficient from the first lambda on.
void check_ridge(const Design& design,
                 const RegressionOptions& options,
                 std::size_t n_fits,
                 const base::Context& context) {
  if (options.alpha >= kNearlyRidge) return;
  const std::size_t most = most_features(n_fits, context);
  std::size_t features = 0;
  for (std::size_t j = 0; j < design.n_features(); ++j) features += !design.is_constant(j);
  if (features <= most) return;
  throw base::MemoryError(
      "--alpha " + base::format_number(options.alpha) + ": a ridge keeps all " +
          base::format_count(features) + " features in use, expected at most " +
          base::format_count(most) + " in the memory of " +
          base::format_bytes(context.memory_bytes),
      "keep fewer variants (--top " + base::format_count(most) +
          "), give an --alpha of 0.01 or more, which leaves most coefficients at 0, or raise "
          "--memory");
}

void fit_penalised(Regression& fit,
                   const Design& design,
                   const Family& family,
                   const FeatureTable& table,
                   const cohort::Dataset& train,
                   const cohort::Dataset* validation,
                   const std::vector<std::int32_t>& strata,
                   const RegressionOptions& options,
                   const base::Context& context) {
  PathRecipe recipe;
  recipe.strata = strata;
  recipe.scale_dense = options.scale_dense;
  recipe.balanced = options.balanced;
  recipe.penalised = table.penalised;
  recipe.options.alpha = options.alpha;
  recipe.options.tolerance = options.tolerance;
  recipe.options.stop_early = options.lambdas.empty();
  recipe.options.lambdas = lambdas_for(design, family, table.penalised, options, context);
  const std::size_t n_lambdas = recipe.options.lambdas.size();

  const bool choose = options.lambdas.size() != 1 && n_lambdas > 1;
  const bool by_folds = choose && options.lambda_by == "cv";
  const std::size_t n_folds = by_folds ? folds_for(train, options, context) : 0;
  recipe.options.most_features =
      std::min(recipe.options.most_features, most_features(n_folds + 1, context));
  check_ridge(design, options, n_folds + 1, context);
  const bool no_validation = validation == nullptr || validation->n_samples() == 0;
  if (choose && options.lambda_by == "validation" && no_validation) {
    throw base::UsageError("--lambda-by validation: the study has no validation set",
                           "split it so (--split 70/15/15), or choose by --lambda-by cv");
  }
  if (by_folds) {
    auto validated = cross_validate(train, design, family, recipe, n_folds, context);
    fit.path = std::move(validated.path);
    fit.scores = std::move(validated.scores);
    fit.chosen = options.one_se ? fit.scores->one_se : fit.scores->best;
  } else {
    PathFitter fitter(design, family, table.penalised, recipe.options, context);
    fitter.advance_to(n_lambdas);
    fit.path = fitter.path();
    fit.chosen = fit.path.size() - 1;
    if (choose && options.lambda_by == "validation") {
      fit.scores = score_path(fit.path, design, *validation, context);
      fit.chosen = fit.scores->best;
    }
  }
  if (fit.path.size() < n_lambdas && !recipe.options.stop_early) {
    context.log->warning("the path ended at lambda " + base::format_number(fit.path.back().lambda) +
                         " with " + base::format_count(fit.path.back().n_nonzero) +
                         " coefficients: smaller values of lambda were not fitted");
  }
  PathPoint& point = fit.path[fit.chosen];
  point = polish(design, family, table.penalised, options.alpha, point, context);
  fit.lambda = point.lambda;
  fit.converged = point.converged;
  fit.method = options.alpha == 0 ? "ridge" : options.alpha == 1 ? "lasso" : "elastic net";
  fit.coefficients = to_original(design, point);
  fit.iterations = static_cast<int>(fit.path.size());
  list_coefficients(fit, design, table, train.outcome);
}

}  // namespace

RegressionOptions RegressionOptions::read(const base::Parameters& p) {
  RegressionOptions o;
  const std::string& lambda = p.text("lambda");
  if (lambda != "auto") {
    for (const auto part : base::split(lambda, ',')) {
      const auto value = base::parse_number(base::trim(part));
      if (!value || !(*value >= 0) || !std::isfinite(*value)) {
        throw base::UsageError("--lambda " + lambda +
                               ": expected auto, or numbers of at least 0, separated by commas");
      }
      o.lambdas.push_back(*value);
    }
    std::sort(o.lambdas.begin(), o.lambdas.end(), std::greater<>());
  }
  o.alpha = p.number("alpha");
  o.n_lambda = static_cast<std::size_t>(p.integer("n-lambda"));
  o.min_ratio = p.number_if("lambda-min-ratio");
  o.lambda_by = p.text("lambda-by");
  o.one_se = p.text("lambda-rule") == "1se";
  o.cv_folds = static_cast<std::size_t>(p.integer("cv-folds"));
  o.cv_folds_given = p.given("cv-folds");
  o.unpenalised = p.texts("unpenalised");
  o.scale_dense = p.text("standardise") == "all";
  o.balanced = p.find("class-weight") != nullptr && p.text("class-weight") == "balanced";
  o.firth = p.text("firth");
  if (p.find("likelihood-ratio") != nullptr) o.likelihood_ratio = p.text("likelihood-ratio");
  o.tolerance = p.number("tolerance");
  if (o.firth == "on" && !o.is_unpenalised()) {
    throw base::UsageError(
        "--firth on: it is a penalty of its own, and excludes --lambda " + lambda,
        "give --lambda 0 as well");
  }
  return o;
}

Regression fit_regression(const cohort::Dataset& train,
                          const cohort::Dataset* validation,
                          const RegressionOptions& options,
                          const base::Context& context,
                          const std::vector<std::int32_t>& strata) {
  if (train.n_features() == 0) {
    throw base::DegenerateError("no feature to learn from", "see --inputs and --variants");
  }
  if (options.balanced && train.outcome.kind == OutcomeKind::kContinuous) {
    throw base::UsageError("--class-weight balanced: outcome '" + train.outcome.name +
                           "' has no classes, it is an amount");
  }
  if (options.firth == "on" && train.outcome.kind != OutcomeKind::kBinary &&
      train.outcome.kind != OutcomeKind::kSurvival) {
    throw base::UsageError("--firth on: outcome '" + train.outcome.name + "' is " +
                           std::string(cohort::to_string(train.outcome.kind)) +
                           ", it is for a case/control outcome");
  }
  const FeatureTable table = describe(train, options);
  const Design design(train, options.scale_dense, context);
  const Family family(train.outcome, weights_of(train, options.balanced), strata);
  Regression fit;
  for (std::size_t j = 0; j < design.n_features(); ++j) fit.n_constant += design.is_constant(j);
  fit.null_loss = family.mean_loss(family.null_intercepts().replicate(family.n_samples(), 1));
  if (options.is_unpenalised()) {
    fit_unpenalised(fit, design, family, table, train, options, context);
  } else {
    fit_penalised(fit, design, family, table, train, validation, strata, options, context);
  }
  fit.mean_loss = family.mean_loss(fit.coefficients.scores(train, context));
  if (!fit.converged) {
    const std::string finding = "the fit of '" + train.outcome.name + "' did not converge";
    if (context.strict) throw base::ConvergenceError(finding, "use a larger --lambda");
    context.log->warning(finding + ": its coefficients are not final");
  }
  return fit;
}

}  // namespace gcrisk::models::linear
