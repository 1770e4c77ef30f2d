// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/linear/choose_lambda.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "gcrisk/base/error.hpp"
#include "gcrisk/cohort/split.hpp"
#include "models/linear/coefficients.hpp"

namespace gcrisk::models::linear {

namespace {

using cohort::OutcomeKind;
using Eigen::Index;

// Lambdas after which the folds are compared.
constexpr std::size_t kStep = 10;

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

double mean_held_out_loss(const PathPoint& point,
                          const Design& design,
                          const cohort::Dataset& held_out,
                          const base::Context& context) {
  if (held_out.outcome.kind == OutcomeKind::kSurvival) {
    return Family(held_out.outcome, {})
        .mean_loss(to_original(design, point).scores(held_out, context));
  }
  const Eigen::VectorXd loss =
      losses(held_out.outcome, to_original(design, point).scores(held_out, context));
  if (held_out.weights.size() == 0) return loss.mean();
  return held_out.weights.dot(loss) / held_out.weights.sum();
}

std::vector<std::int32_t> select(const std::vector<std::int32_t>& values,
                                 const std::vector<std::uint32_t>& rows) {
  std::vector<std::int32_t> out;
  for (const std::uint32_t row : rows) {
    if (!values.empty()) out.push_back(values[row]);
  }
  return out;
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

// One fold's path and its losses on the people who are left out.
class Fold {
 public:
  Fold(const cohort::Dataset& train,
       const Family& everybody,
       const std::vector<std::int32_t>& fold,
       std::int32_t which,
       const PathRecipe& recipe,
       const base::Context& context)
      : context_(context),
        train_(train),
        everybody_(everybody),
        inner_(train.select_rows(rows_where(fold, which, false))),
        outer_(train.select_rows(rows_where(fold, which, true))),
        design_(inner_, recipe.scale_dense, context),
        family_(inner_.outcome,
                weights_of(inner_, recipe.balanced),
                select(recipe.strata, rows_where(fold, which, false))),
        fitter_(design_, family_, recipe.penalised, recipe.options, context) {
    outer_.genotypes = outer_.genotypes.compact();
  }

  void advance_to(std::size_t n) {
    fitter_.advance_to(n);
    while (loss_.size() < fitter_.path().size()) {
      loss_.push_back(held_out_loss(fitter_.path()[loss_.size()]));
    }
  }

  // A path that saturates early keeps its last loss: further down nothing changes.
  double loss(std::size_t i) const { return loss_[std::min(i, loss_.size() - 1)]; }
  double size() const { return static_cast<double>(outer_.n_samples()); }

 private:
  double held_out_loss(const PathPoint& point) const {
    if (family_.kind() != OutcomeKind::kSurvival) {
      return mean_held_out_loss(point, design_, outer_, context_);
    }
    const double all = everybody_.mean_loss(to_original(design_, point).scores(train_, context_)) *
                       static_cast<double>(train_.n_samples());
    return (all - point.mean_loss * static_cast<double>(inner_.n_samples())) / size();
  }

  const base::Context& context_;
  const cohort::Dataset& train_;
  const Family& everybody_;
  cohort::Dataset inner_;
  cohort::Dataset outer_;
  Design design_;
  Family family_;
  PathFitter fitter_;
  std::vector<double> loss_;
};

// Mean and standard error over folds, each weighing as much as it has people.
LambdaScores join(const std::vector<std::unique_ptr<Fold>>& folds, std::size_t n_lambdas) {
  double total = 0;
  for (const auto& fold : folds) total += fold->size();
  LambdaScores out;
  for (std::size_t i = 0; i < n_lambdas; ++i) {
    double mean = 0;
    double spread = 0;
    for (const auto& fold : folds) mean += fold->loss(i) * fold->size() / total;
    for (const auto& fold : folds) {
      spread += (fold->loss(i) - mean) * (fold->loss(i) - mean) * fold->size() / total;
    }
    out.loss.push_back(mean);
    out.se.push_back(std::sqrt(spread / static_cast<double>(folds.size() - 1)));
  }
  find_best(out);
  return out;
}

bool is_past_best(const LambdaScores& scores) {
  return scores.loss.size() > scores.best + kStep &&
         scores.loss.back() > scores.loss[scores.best] + scores.se[scores.best];
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
  for (const PathPoint& point : path) {
    out.loss.push_back(mean_held_out_loss(point, design, held_out, context));
  }
  find_best(out);
  return out;
}

ValidatedPath cross_validate(const cohort::Dataset& train,
                             const Design& design,
                             const Family& family,
                             const PathRecipe& recipe,
                             std::size_t n_folds,
                             const base::Context& context) {
  const auto fold =
      cohort::folds(cohort::strata_of(train.outcome), train.groups, n_folds, context.seed);
  std::vector<std::unique_ptr<Fold>> folds(n_folds);
  PathFitter full(design, family, recipe.penalised, recipe.options, context);
  const std::size_t n_lambdas = recipe.options.lambdas.size();
  ValidatedPath out;
  for (std::size_t done = 0; done < n_lambdas;) {
    const std::size_t target = std::min(n_lambdas, done + kStep);
    // The fit on all people is the longest piece and comes first.
    context.threads->run(n_folds + 1, [&](std::size_t task, std::size_t) {
      if (task == 0) {
        full.advance_to(target);
        return;
      }
      auto& own = folds[task - 1];
      if (!own) {
        own = std::make_unique<Fold>(
            train, family, fold, static_cast<std::int32_t>(task - 1), recipe, context);
      }
      own->advance_to(target);
    });
    done = target;
    out.scores = join(folds, std::min(done, full.path().size()));
    if (full.ended() || (recipe.options.stop_early && is_past_best(out.scores))) break;
  }
  out.path = full.path();
  return out;
}

}  // namespace gcrisk::models::linear
