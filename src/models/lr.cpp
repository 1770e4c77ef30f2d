// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/models/model.hpp"
#include "models/linear/family.hpp"
#include "models/linear/regression.hpp"

namespace gcrisk::models {

namespace {

using base::Json;
using base::ParameterType;
using cohort::OutcomeKind;
using Eigen::Index;

base::ParameterTable lr_parameters() {
  const std::string penalty = "penalty";
  const std::string choice = "choice of lambda";
  const std::string inference = "errors and tests";
  const std::string glmnet = "Friedman, Hastie, Tibshirani 2010, J Stat Softw 33(1)";
  return {
      {.name = "lambda",
       .type = ParameterType::kText,
       .meaning = "strength of the penalty: auto chooses along a path; a number is used as it is "
                  "(0: no penalty, with standard errors and tests); several, separated by commas, "
                  "are the path. The objective is mean loss + lambda * sum_j (alpha |b_j| + "
                  "(1 - alpha)/2 b_j^2) over standardised columns; scikit-learn's C is "
                  "1 / (samples * lambda), its l1_ratio is alpha",
       .default_value = "auto",
       .placeholder = "L",
       .source = glmnet,
       .group = penalty,
       .search = "log:1e-4:1"},
      {.name = "alpha",
       .type = ParameterType::kNumber,
       .meaning = "mix of the penalties: 1 is the lasso (few coefficients), 0 is ridge (all, "
                  "small), between them correlated variants share what one of them would take",
       .default_value = "0.5",
       .min = 0,
       .max = 1,
       .placeholder = "A",
       .source = "Zou, Hastie 2005, J R Stat Soc B 67(2)",
       .group = penalty,
       .search = "0:1"},
      {.name = "standardise",
       .type = ParameterType::kChoice,
       .meaning = "columns divided by their standard deviation before the penalty: all, or "
                  "genotypes alone where clinical and molecular columns are comparable as they are",
       .default_value = "all",
       .choices = {"all", "genotypes"},
       .group = penalty},
      {.name = "unpenalised",
       .type = ParameterType::kTexts,
       .meaning = "columns that the penalty leaves alone, by name, or clinical for all of them: "
                  "age, sex and components stay in, variants must earn their place",
       .placeholder = "NAME",
       .group = penalty},
      {.name = "class-weight",
       .type = ParameterType::kChoice,
       .meaning = "balanced lets each class weigh the same, whatever its share; risks then no "
                  "longer match the cohort's share of cases and there are no standard errors",
       .default_value = "none",
       .choices = {"none", "balanced"},
       .group = penalty},
      {.name = "n-lambda",
       .type = ParameterType::kInteger,
       .meaning = "values of lambda on an automatic path, evenly on the log scale",
       .default_value = "100",
       .min = 2,
       .max = 10000,
       .placeholder = "N",
       .source = glmnet,
       .group = choice},
      {.name = "lambda-min-ratio",
       .type = ParameterType::kNumber,
       .meaning = "smallest lambda of an automatic path as a share of the largest, at which no "
                  "coefficient is left; without it 0.0001, or 0.01 with more features than people",
       .min = 0,
       .max = 1,
       .open_min = true,
       .open_max = true,
       .placeholder = "R",
       .source = glmnet,
       .group = choice},
      {.name = "lambda-by",
       .type = ParameterType::kChoice,
       .meaning = "what chooses among the values: cv (cross-validation within the training set), "
                  "validation (the study's validation set), or last (no choice: the smallest); "
                  "an automatic path ends where the folds' loss has clearly risen",
       .default_value = "cv",
       .choices = {"cv", "validation", "last"},
       .group = choice},
      {.name = "lambda-rule",
       .type = ParameterType::kChoice,
       .meaning = "of cross-validation: min is the value with the smallest loss, 1se the largest "
                  "value within one standard error of it (a sparser model)",
       .default_value = "min",
       .choices = {"min", "1se"},
       .group = choice},
      {.name = "cv-folds",
       .type = ParameterType::kInteger,
       .meaning = "folds of the inner cross-validation; related people are never split, and each "
                  "fold has the same share of each class; where there are fewer groups of people "
                  "than this default, there are as many folds as groups",
       .default_value = "5",
       .min = 2,
       .max = 1000,
       .placeholder = "K",
       .group = choice},
      {.name = "tolerance",
       .type = ParameterType::kNumber,
       .meaning = "largest last change of a standardised coefficient along the path; the chosen "
                  "point is solved to 1e-10",
       .default_value = "1e-4",
       .min = 1e-12,
       .max = 1e-2,
       .placeholder = "T",
       .group = choice},
      {.name = "firth",
       .type = ParameterType::kChoice,
       .meaning = "with --lambda 0, Firth's penalised likelihood: auto uses it when the features "
                  "separate cases from controls, on always",
       .default_value = "auto",
       .choices = {"auto", "on", "off"},
       .source = "Firth 1993, Biometrika 80; Heinze, Schemper 2002, Stat Med 21",
       .group = inference},
      {.name = "likelihood-ratio",
       .type = ParameterType::kChoice,
       .meaning = "with --lambda 0, likelihood-ratio tests beside Wald's: a fit for each feature; "
                  "auto does them up to 100 features",
       .default_value = "auto",
       .choices = {"auto", "on", "off"},
       .group = inference},
  };
}

// NaN, which JSON has not, as null.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json path_json(const linear::Regression& fit) {
  Json path = Json::array();
  for (std::size_t i = 0; i < fit.path.size(); ++i) {
    const auto& point = fit.path[i];
    Json row = {{"lambda", point.lambda},
                {"nonzero", point.n_nonzero},
                {"objective", point.objective},
                {"mean_loss", point.mean_loss},
                {"loss_explained", point.loss_explained}};
    if (fit.scores && i < fit.scores->loss.size()) {
      row["held_out_loss"] = fit.scores->loss[i];
      if (!fit.scores->se.empty()) row["held_out_se"] = fit.scores->se[i];
    }
    path.push_back(std::move(row));
  }
  return path;
}

Json coefficients_json(const linear::Regression& fit) {
  Json rows = Json::array();
  for (const auto& c : fit.rows) {
    Json row = {{"feature", c.feature}, {"kind", c.kind}};
    if (!c.category.empty()) row["class"] = c.category;
    row["beta"] = number(c.beta);
    row["standardised"] = number(c.standardised);
    row["se"] = number(c.se);
    row["statistic"] = number(c.statistic);
    row["p"] = number(c.p);
    row["p_lr"] = number(c.p_lr);
    rows.push_back(std::move(row));
  }
  return rows;
}

Json report_of(const linear::Regression& fit, const cohort::Dataset& train) {
  const OutcomeKind kind = train.outcome.kind;
  Json report = {
      {"regression",
       kind == OutcomeKind::kContinuous ? "linear"
       : kind == OutcomeKind::kBinary   ? "logistic"
                                        : "multinomial"},
      {"method", fit.method},
      {"converged", fit.converged},
      {"lambda", fit.lambda},
      {"people", train.n_samples()},
      {"features", train.n_features()},
      {"constant_features", fit.n_constant},
      {"nonzero_features", (fit.coefficients.beta.array() != 0).rowwise().any().count()},
      {"mean_loss", fit.mean_loss},
      {"null_loss", fit.null_loss},
      {"loss_explained", fit.null_loss > 0 ? 1 - fit.mean_loss / fit.null_loss : 0.0},
  };
  if (fit.path.empty()) {
    report["log_likelihood"] = fit.log_likelihood;
    report["iterations"] = fit.iterations;
    if (kind == OutcomeKind::kContinuous) report["residual_sd"] = fit.residual_sd;
    if (kind == OutcomeKind::kMulticlass) report["reference_class"] = train.outcome.levels.front();
  }
  if (!fit.collinear.empty()) report["collinear"] = fit.collinear;
  return report;
}

std::vector<std::uint32_t> known_rows(const cohort::Dataset& data) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < data.outcome.size(); ++i) {
    if (!std::isnan(data.outcome.values[i])) rows.push_back(i);
  }
  return rows;
}

class LinearModel final : public Model {
 public:
  explicit LinearModel(const base::Parameters& parameters)
      : options_(linear::RegressionOptions::read(parameters)) {}

  void fit(const cohort::Dataset& train,
           const cohort::Dataset* validation,
           const base::Context& context) override {
    kind_ = train.outcome.kind;
    if (kind_ == OutcomeKind::kNone || kind_ == OutcomeKind::kSurvival) {
      throw base::UsageError("lr: outcome '" + train.outcome.name + "' is " +
                                 std::string(cohort::to_string(kind_)) +
                                 ", expected binary, multiclass or continuous",
                             "give an outcome without --time-name");
    }
    const cohort::Dataset known = train.select_rows(known_rows(train));
    if (known.n_samples() < train.n_samples()) {
      context.log->warning(base::format_count(train.n_samples() - known.n_samples()) +
                           " people without a known outcome are not learned from");
    }
    std::optional<cohort::Dataset> held_out;
    if (validation != nullptr) held_out = validation->select_rows(known_rows(*validation));
    const auto fit =
        linear::fit_regression(known, held_out ? &*held_out : nullptr, options_, context);
    coefficients_ = fit.coefficients;
    report_ = report_of(fit, known);
    if (!fit.path.empty()) report_["path"] = path_json(fit);
    rows_ = coefficients_json(fit);
  }

  Prediction predict(const cohort::Dataset& data, const base::Context& context) const override {
    Prediction out;
    out.score = coefficients_.scores(data, context);
    if (kind_ != OutcomeKind::kContinuous) out.risk = linear::probabilities(out.score);
    return out;
  }

  State save() const override {
    State state;
    state.json_text = Json{{"outcome_kind", cohort::to_string(kind_)}, {"fit", report_}}.dump(2);
    linear::save(coefficients_, state.tensors);
    return state;
  }

  void load(const State& state) override {
    const Json json = Json::parse(state.json_text);
    report_ = json.at("fit");
    const std::string kind = json.at("outcome_kind");
    kind_ = kind == "binary"       ? OutcomeKind::kBinary
            : kind == "multiclass" ? OutcomeKind::kMulticlass
                                   : OutcomeKind::kContinuous;
    coefficients_ = linear::load_coefficients(state.tensors);
  }

  Attribution explain(const cohort::Dataset& data, const base::Context& context) const override {
    if (coefficients_.intercepts.size() != 1) {
      throw base::UsageError("lr: contributions to a score need one score, this model has " +
                                 std::to_string(coefficients_.intercepts.size()) + " classes",
                             "train on one class against the others to explain it");
    }
    return linear::attribute(coefficients_, data, context);
  }

  Json summary() const override {
    Json out = report_;
    if (!rows_.is_null()) out["coefficients"] = rows_;
    return out;
  }

 private:
  linear::RegressionOptions options_;
  OutcomeKind kind_ = OutcomeKind::kNone;
  linear::Coefficients coefficients_;
  Json report_ = Json::object();
  Json rows_;  // after a fit; a loaded model has them in coefficients.tsv
};

std::unique_ptr<Model> make_lr(const base::Parameters& parameters) {
  return std::make_unique<LinearModel>(parameters);
}

}  // namespace

const ModelEntry& lr_entry() {
  static const ModelEntry kEntry = {
      .name = "lr",
      .title = "logistic, multinomial or linear regression, as the outcome asks",
      .purpose =
          "The model to beat. The log odds (or the amount) are a sum over features, so that each "
          "coefficient can be read, published and checked; interactions are not seen. With "
          "--lambda auto an elastic net chooses among many variants; with --lambda 0 and few "
          "features the table has standard errors and tests, as a clinical paper wants them. "
          "Variants count copies of A1, a missing call counts as the training mean.",
      .outcomes = {OutcomeKind::kBinary, OutcomeKind::kMulticlass, OutcomeKind::kContinuous},
      .takes_missing = false,
      .parameters = lr_parameters(),
      .make = &make_lr,
  };
  return kEntry;
}

}  // namespace gcrisk::models
