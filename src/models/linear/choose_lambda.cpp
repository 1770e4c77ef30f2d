// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/linear/choose_lambda.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gcrisk/base/error.hpp"
#include "gcrisk/cohort/split.hpp"
#include "models/linear/coefficients.hpp"

namespace gcrisk::models::linear {

namespace {

using cohort::OutcomeKind;
using Eigen::Index;

// Loss of each person under scores; a class that the training set did not have cannot be scored
// and never comes up here, since folds are stratified.
Eigen::VectorXd losses(const cohort::Outcome& outcome, const Eigen::MatrixXd& scores) {
  Eigen::VectorXd out(scores.rows());
  for (Index i = 0; i < scores.rows(); ++i) {
    const double y = outcome.values[static_cast<std::size_t>(i)];
    if (outcome.kind == OutcomeKind::kContinuous) {
      out(i) = 0.5 * (y - scores(i, 0)) * (y - scores(i, 0));
    } else if (outcome.kind == OutcomeKind::kBinary) {
      const double eta = scores(i, 0);
      out(i) = std::max(eta, 0.0) + std::log1p(std::exp(-std::abs(eta))) - y * eta;
    } else {
      const double top = scores.row(i).maxCoeff();
      out(i) = top + std::log((scores.row(i).array() - top).exp().sum()) -
               scores(i, static_cast<Index>(y));
    }
  }
  return out;
}

void find_best(LambdaScores& scores) {
  const auto smallest = std::min_element(scores.loss.begin(), scores.loss.end());
  scores.best = static_cast<std::size_t>(smallest - scores.loss.begin());
  scores.one_se = scores.best;
  if (scores.se.empty()) return;
  const double bound = *smallest + scores.se[scores.best];
  while (scores.one_se > 0 && scores.loss[scores.one_se - 1] <= bound) --scores.one_se;
}

std::vector<std::uint32_t> rows_where(const std::vector<std::int32_t>& fold,
                                      std::int32_t which,
                                      bool equal) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < fold.size(); ++i) {
    if ((fold[i] == which) == equal) rows.push_back(i);
  }
  return rows;
}

}  // namespace

Eigen::VectorXd weights_of(const cohort::Dataset& data, bool balanced) {
  const auto n = static_cast<Index>(data.n_samples());
  Eigen::VectorXd w = data.weights.size() > 0 ? data.weights : Eigen::VectorXd::Ones(n);
  if (!balanced) return w;
  std::vector<double> size(std::max<std::size_t>(2, data.outcome.n_classes()));
  for (const double y : data.outcome.values) size[static_cast<std::size_t>(y)] += 1;
  for (Index i = 0; i < n; ++i) {
    const auto k = static_cast<std::size_t>(data.outcome.values[static_cast<std::size_t>(i)]);
    w(i) *= static_cast<double>(n) / (static_cast<double>(size.size()) * size[k]);
  }
  return w;
}

LambdaScores score_path(const std::vector<PathPoint>& path,
                        const Design& design,
                        const cohort::Dataset& held_out,
                        const base::Context& context) {
  LambdaScores out;
  const bool weighted = held_out.weights.size() > 0;
  for (const PathPoint& point : path) {
    const Eigen::VectorXd loss =
        losses(held_out.outcome, to_original(design, point).scores(held_out, context));
    out.loss.push_back(weighted ? held_out.weights.dot(loss) / held_out.weights.sum()
                                : loss.mean());
  }
  find_best(out);
  return out;
}

LambdaScores cross_validate(const cohort::Dataset& train,
                            const PathRecipe& recipe,
                            std::size_t n_folds,
                            const base::Context& context) {
  const auto fold =
      cohort::folds(cohort::strata_of(train.outcome), train.groups, n_folds, context.seed);
  const std::size_t n_lambdas = recipe.options.lambdas.size();
  // A path that saturates early keeps its last loss: further down nothing changes.
  Eigen::MatrixXd loss(static_cast<Index>(n_lambdas), static_cast<Index>(n_folds));
  Eigen::VectorXd size(static_cast<Index>(n_folds));
  context.threads->run(n_folds, [&](std::size_t f, std::size_t) {
    const auto which = static_cast<std::int32_t>(f);
    const auto inner = train.select_rows(rows_where(fold, which, false));
    auto outer = train.select_rows(rows_where(fold, which, true));
    outer.genotypes = outer.genotypes.compact();
    const auto c = static_cast<Index>(f);
    size(c) = static_cast<double>(outer.n_samples());
    if (outer.n_samples() == 0) {
      throw base::DegenerateError(
          "--cv-folds " + std::to_string(n_folds) + ": only " +
              std::to_string(*std::max_element(fold.begin(), fold.end()) + 1) +
              " groups of people can be told apart",
          "give fewer folds, or choose lambda on the validation set: --lambda-by validation");
    }
    const Design design(inner, recipe.scale_dense, context);
    const Family family(inner.outcome, weights_of(inner, recipe.balanced));
    const auto path = fit_path(design, family, recipe.penalised, recipe.options, context);
    const auto scores = score_path(path, design, outer, context);
    for (std::size_t i = 0; i < n_lambdas; ++i) {
      loss(static_cast<Index>(i), c) = scores.loss[std::min(i, scores.loss.size() - 1)];
    }
  });
  LambdaScores out;
  size /= size.sum();
  for (Index i = 0; i < loss.rows(); ++i) {
    const double mean = loss.row(i).dot(size);
    const Eigen::ArrayXd off = loss.row(i).transpose().array() - mean;
    out.loss.push_back(mean);
    out.se.push_back(std::sqrt((off.square() * size.array()).sum() /
                               static_cast<double>(std::max<std::size_t>(1, n_folds - 1))));
  }
  find_best(out);
  return out;
}

}  // namespace gcrisk::models::linear
