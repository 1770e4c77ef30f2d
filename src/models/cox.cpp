// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/models/model.hpp"
#include "models/cox/newton.hpp"
#include "models/linear/likelihood.hpp"
#include "models/linear/regression.hpp"

namespace gcrisk::models {

const ModelEntry& lr_entry();

namespace {

using base::Json;
using base::ParameterType;
using cohort::OutcomeKind;
using Eigen::Index;
using linear::PartialLikelihood;

// The penalty and the choice of lambda are those of lr.
base::ParameterTable cox_parameters() {
  base::ParameterTable table;
  for (base::Parameter row : lr_entry().parameters) {
    if (row.name == "class-weight" || row.name == "likelihood-ratio") continue;
    if (row.name == "firth") {
      row.meaning =
          "with --lambda 0, Firth's penalised partial likelihood: auto uses it when the "
          "likelihood is monotone (a column tells who has the event first), on always";
      row.source = "Heinze, Schemper 2001, Biometrics 57:114";
    }
    table.push_back(std::move(row));
  }
  table.push_back({.name = "strata",
                   .type = ParameterType::kText,
                   .meaning = "a clinical column whose values have baseline hazards of their own "
                              "(a hospital, say); it gets no coefficient",
                   .placeholder = "COLUMN",
                   .group = "baseline"});
  table.push_back({.name = "horizon",
                   .type = ParameterType::kNumber,
                   .meaning = "RISK is the probability of the event by this time, in the unit of "
                              "the study's time; without it the median time of the events",
                   .min = 0,
                   .open_min = true,
                   .placeholder = "T",
                   .group = "baseline"});
  return table;
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

class CoxModel final : public Model {
 public:
  explicit CoxModel(const base::Parameters& parameters)
      : options_(linear::RegressionOptions::read(parameters)),
        strata_name_(parameters.text_if("strata").value_or("")),
        asked_horizon_(parameters.number_if("horizon")) {}

  void fit(const cohort::Dataset& train,
           const cohort::Dataset* validation,
           const base::Context& context) override {
    if (train.outcome.kind != OutcomeKind::kSurvival) {
      throw base::UsageError("cox: outcome '" + train.outcome.name + "' is " +
                                 std::string(cohort::to_string(train.outcome.kind)) +
                                 ", expected a time to an event",
                             "name the column of times in gcrisk preprocess: --time-name");
    }
    context.cancellation->check();
    const cohort::Dataset known = known_people(train, context);
    strata_column_ = find_strata(known);
    const std::vector<std::int32_t> strata = strata_of(known, true);
    const cohort::Dataset data = without_strata(known);
    if (data.n_features() == 0) {
      throw base::DegenerateError("no feature to learn from", "see --inputs and --variants");
    }
    linear::Coefficients coefficients;
    if (options_.is_unpenalised()) {
      coefficients = fit_unpenalised(data, strata, context);
    } else {
      coefficients = fit_path(data, validation, strata, context);
    }
    // Scores are log hazards against the person with the mean of every column.
    coefficients.intercepts.setConstant(-coefficients.beta.col(0).dot(coefficients.means));
    baselines_ =
        PartialLikelihood(data.outcome, strata).baseline(coefficients.scores(data, context).col(0));
    coefficients_ = with_strata(coefficients, data);
    horizon_ = asked_horizon_.value_or(median_event_time(data.outcome));
    report_["horizon"] = horizon_;
    report_["people"] = data.n_samples();
    report_["events"] = std::count_if(
        data.outcome.values.begin(), data.outcome.values.end(), [](double v) { return v > 0; });
    report_["strata"] = std::max<std::size_t>(1, strata_values_.size());
  }

  Prediction predict(const cohort::Dataset& data, const base::Context& context) const override {
    Prediction out;
    out.score = coefficients_.scores(data, context);
    out.risk.resize(out.score.rows(), 1);
    const auto strata = strata_of(data);
    for (Index i = 0; i < out.score.rows(); ++i) {
      const std::int32_t stratum = strata.empty() ? 0 : strata[static_cast<std::size_t>(i)];
      double hazard = 0;
      for (const auto& baseline : baselines_) {
        if (baseline.stratum == stratum) hazard = baseline.at(horizon_);
      }
      out.risk(i, 0) = -std::expm1(-hazard * std::exp(out.score(i, 0)));
    }
    return out;
  }

  State save() const override {
    State state;
    state.json_text = Json{
        {"strata_name", strata_name_},
        {"strata_column", strata_column_},
        {"strata_values", strata_values_},
        {"horizon", horizon_},
        {"fit", report_}}.dump(2);
    linear::save(coefficients_, state.tensors);
    std::vector<std::int32_t> strata;
    std::vector<double> times;
    std::vector<double> hazards;
    for (const auto& b : baselines_) {
      strata.insert(strata.end(), b.times.size(), b.stratum);
      times.insert(times.end(), b.times.begin(), b.times.end());
      hazards.insert(hazards.end(), b.hazard.begin(), b.hazard.end());
    }
    state.tensors["baseline_strata"] = base::Tensor::of(std::move(strata));
    state.tensors["baseline_times"] = base::Tensor::of(std::move(times));
    state.tensors["baseline_hazards"] = base::Tensor::of(std::move(hazards));
    return state;
  }

  void load(const State& state) override {
    const Json json = Json::parse(state.json_text);
    strata_name_ = json.at("strata_name");
    strata_column_ = json.at("strata_column");
    strata_values_ = json.at("strata_values").get<std::vector<double>>();
    horizon_ = json.at("horizon");
    report_ = json.at("fit");
    coefficients_ = linear::load_coefficients(state.tensors);
    const auto strata = tensor<std::int32_t>(state, "baseline_strata");
    const auto times = tensor<double>(state, "baseline_times");
    const auto hazards = tensor<double>(state, "baseline_hazards");
    if (times.size() != strata.size() || hazards.size() != strata.size()) {
      throw base::MalformedError(
          "weights.safetensors: the baseline hazard's tensors differ in "
          "length, the model cannot be used");
    }
    baselines_.clear();
    for (std::size_t i = 0; i < strata.size(); ++i) {
      if (baselines_.empty() || baselines_.back().stratum != strata[i]) {
        baselines_.push_back({strata[i], {}, {}});
      }
      baselines_.back().times.push_back(times[i]);
      baselines_.back().hazard.push_back(hazards[i]);
    }
  }

  Attribution explain(const cohort::Dataset& data, const base::Context& context) const override {
    return linear::attribute(coefficients_, data, context);
  }

  Json summary() const override {
    Json out = report_;
    if (!rows_.is_null()) out["coefficients"] = rows_;
    return out;
  }

 private:
  template <class Value>
  static std::vector<Value> tensor(const State& state, const std::string& name) {
    const auto found = state.tensors.find(name);
    if (found == state.tensors.end() ||
        !std::holds_alternative<std::vector<Value>>(found->second.values)) {
      throw base::MalformedError("weights.safetensors: tensor '" + name +
                                 "' is absent or of another type, the model cannot be used");
    }
    return std::get<std::vector<Value>>(found->second.values);
  }

  static cohort::Dataset known_people(const cohort::Dataset& train, const base::Context& context) {
    std::vector<std::uint32_t> known;
    for (std::uint32_t i = 0; i < train.outcome.size(); ++i) {
      if (std::isfinite(train.outcome.values[i]) && std::isfinite(train.outcome.times[i])) {
        known.push_back(i);
      }
    }
    if (known.size() < train.n_samples()) {
      context.log->warning(base::format_count(train.n_samples() - known.size()) +
                           " people without a known time or event are not learned from");
    }
    return train.select_rows(known);
  }

  static double median_event_time(const cohort::Outcome& outcome) {
    std::vector<double> times;
    for (std::size_t i = 0; i < outcome.size(); ++i) {
      if (outcome.values[i] > 0) times.push_back(outcome.times[i]);
    }
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
  }

  // -1: no strata.
  int find_strata(const cohort::Dataset& data) const {
    if (strata_name_.empty()) return -1;
    const auto& names = data.clinical_names;
    const auto found = std::find(names.begin(), names.end(), strata_name_);
    if (found != names.end()) return static_cast<int>(found - names.begin());
    const auto nearest = base::nearest_names(strata_name_, names, 3);
    throw base::MismatchError(
        "--strata " + strata_name_ + ": the training set has no such clinical column",
        nearest.empty() ? "" : "nearest: " + base::join(nearest, ", "));
  }

  // The number of each person's stratum; the values are learned from the training set.
  std::vector<std::int32_t> strata_of(const cohort::Dataset& data, bool learn) {
    if (strata_column_ >= 0 && learn) {
      const auto column = data.clinical.col(strata_column_);
      strata_values_.assign(column.begin(), column.end());
      std::sort(strata_values_.begin(), strata_values_.end());
      strata_values_.erase(std::unique(strata_values_.begin(), strata_values_.end()),
                           strata_values_.end());
    }
    return strata_of(data);
  }
  std::vector<std::int32_t> strata_of(const cohort::Dataset& data) const {
    std::vector<std::int32_t> out;
    if (strata_column_ < 0) return out;
    for (Index i = 0; i < data.clinical.rows(); ++i) {
      const double value = data.clinical(i, strata_column_);
      const auto found = std::lower_bound(strata_values_.begin(), strata_values_.end(), value);
      if (found == strata_values_.end() || *found != value) {
        throw base::MismatchError("column '" + strata_name_ + "' has the value " +
                                      base::format_number(value) + " for " +
                                      data.ids[static_cast<std::size_t>(i)] +
                                      ", which no stratum of the training set has",
                                  "leave these people out, or train without --strata");
      }
      out.push_back(static_cast<std::int32_t>(found - strata_values_.begin()));
    }
    return out;
  }

  cohort::Dataset without_strata(cohort::Dataset data) const {
    if (strata_column_ < 0) return data;
    std::vector<Index> kept;
    for (Index c = 0; c < data.clinical.cols(); ++c) {
      if (c != strata_column_) kept.push_back(c);
    }
    data.clinical = Eigen::MatrixXd(data.clinical(Eigen::all, kept));
    data.clinical_names.erase(data.clinical_names.begin() + strata_column_);
    return data;
  }

  // The column of strata is back in its place, with a coefficient of 0.
  linear::Coefficients with_strata(const linear::Coefficients& from,
                                   const cohort::Dataset& data) const {
    if (strata_column_ < 0) return from;
    const Index at = static_cast<Index>(data.n_variants()) + strata_column_;
    const Index after = from.means.size() - at;
    linear::Coefficients out;
    out.intercepts = from.intercepts;
    out.means = Eigen::VectorXd::Zero(from.means.size() + 1);
    out.beta = Eigen::MatrixXd::Zero(from.beta.rows() + 1, from.beta.cols());
    out.means.head(at) = from.means.head(at);
    out.means.tail(after) = from.means.tail(after);
    out.beta.topRows(at) = from.beta.topRows(at);
    out.beta.bottomRows(after) = from.beta.bottomRows(after);
    return out;
  }

  linear::Coefficients fit_path(const cohort::Dataset& data,
                                const cohort::Dataset* validation,
                                const std::vector<std::int32_t>& strata,
                                const base::Context& context) {
    std::optional<cohort::Dataset> held_out;
    if (options_.lambda_by == "validation" && validation != nullptr) {
      if (strata_column_ >= 0) {
        throw base::UsageError("--lambda-by validation: excludes --strata",
                               "choose lambda by --lambda-by cv");
      }
      held_out = known_people(*validation, context);
    }
    const auto fit =
        linear::fit_regression(data, held_out ? &*held_out : nullptr, options_, context, strata);
    report_ = {{"method", fit.method},
               {"lambda", fit.lambda},
               {"converged", fit.converged},
               {"features", data.n_features()},
               {"mean_loss", fit.mean_loss},
               {"null_loss", fit.null_loss},
               {"loss_explained", 1 - fit.mean_loss / fit.null_loss}};
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
    report_["path"] = std::move(path);
    rows_ = Json::array();
    for (const auto& c : fit.rows) {
      rows_.push_back({{"feature", c.feature},
                       {"kind", c.kind},
                       {"beta", c.beta},
                       {"standardised", c.standardised},
                       {"se", nullptr},
                       {"statistic", nullptr},
                       {"p", nullptr},
                       {"p_lr", nullptr}});
    }
    return fit.coefficients;
  }

  linear::Coefficients fit_unpenalised(const cohort::Dataset& data,
                                       const std::vector<std::int32_t>& strata,
                                       const base::Context& context) {
    const linear::Design design(data, options_.scale_dense, context);
    const linear::Family family(data.outcome, {}, strata);
    linear::Features features = {design.intercept()};
    for (std::uint32_t j = 0; j < design.n_features(); ++j) {
      if (!design.is_constant(j)) features.push_back(j);
    }
    if (features.size() >= data.n_samples()) {
      throw base::DegenerateError(
          "--lambda 0: " + base::format_count(features.size() - 1) + " features for " +
              base::format_count(data.n_samples()) +
              " people, a regression without penalty needs more people than features",
          "penalise (--lambda auto), or keep fewer variants (--top)");
    }
    const auto names = linear::feature_names(data);
    std::vector<linear::Collinear> dropped;
    features = linear::independent_features(design, family, features, dropped, context);
    for (const auto& c : dropped) {
      context.log->flood(
          "collinear",
          "column " + names[c.feature] + " is a sum of others: it gets no coefficient of its own");
    }
    features.erase(features.begin());
    const Eigen::MatrixXd x = design.decode(features);
    bool firth = options_.firth == "on";
    auto fit = cox::maximise_partial_likelihood(family.partial(), x, firth, context);
    if (fit.monotone) {
      const std::string finding =
          "the partial likelihood of '" + data.outcome.name + "' is monotone: it has no maximum";
      if (options_.firth == "auto") {
        context.log->warning(finding + "; Firth's penalised likelihood is used instead");
        firth = true;
        fit = cox::maximise_partial_likelihood(family.partial(), x, true, context);
      } else if (context.strict) {
        throw base::ConvergenceError(finding, "penalise (--lambda auto), or use --firth auto");
      } else {
        context.log->warning(finding + "; coefficients and errors mean nothing");
      }
    }
    report_ = {{"method", firth ? "Firth" : "Newton"},
               {"lambda", 0},
               {"converged", fit.converged},
               {"features", data.n_features()},
               {"iterations", fit.iterations},
               {"log_likelihood", fit.log_likelihood},
               {"null_log_likelihood", fit.null_log_likelihood}};
    rows_ = Json::array();
    const boost::math::normal normal;
    for (std::size_t s = 0; s < features.size(); ++s) {
      const auto i = static_cast<Index>(s);
      const std::uint32_t j = features[s];
      const double se = std::sqrt(fit.covariance(i, i));
      const double z = fit.beta(i) / se;
      const double p = std::isfinite(z)
                           ? 2 * boost::math::cdf(boost::math::complement(normal, std::abs(z)))
                           : NAN;
      const std::size_t v = data.n_variants();
      rows_.push_back({{"feature", names[j]},
                       {"kind",
                        j < v                                ? "variant"
                        : j < v + data.clinical_names.size() ? "clinical"
                                                             : "molecular"},
                       {"beta", fit.beta(i) / design.sd(j)},
                       {"standardised", fit.beta(i)},
                       {"se", number(se / design.sd(j))},
                       {"statistic", number(z)},
                       {"p", number(p)},
                       {"p_lr", nullptr}});
    }
    return linear::to_original(
        design, Eigen::RowVectorXd::Zero(1), features, Eigen::MatrixXd(fit.beta));
  }

  linear::RegressionOptions options_;
  std::string strata_name_;
  std::optional<double> asked_horizon_;
  int strata_column_ = -1;
  std::vector<double> strata_values_;
  double horizon_ = 0;
  linear::Coefficients coefficients_;
  std::vector<PartialLikelihood::Baseline> baselines_;
  Json report_ = Json::object();
  Json rows_;
};

std::unique_ptr<Model> make_cox(const base::Parameters& parameters) {
  return std::make_unique<CoxModel>(parameters);
}

}  // namespace

const ModelEntry& cox_entry() {
  static const ModelEntry kEntry = {
      .name = "cox",
      .title = "proportional hazards (Cox), for times to an event",
      .purpose =
          "For people who were followed for different times. The log hazard is a sum over "
          "features, whatever the baseline; tied times by Efron's method, strata with baselines "
          "of their own. With --lambda auto an elastic net chooses among many variants; with "
          "--lambda 0 and few features there are standard errors. SCORE is the log hazard against "
          "the person with the mean of every column, RISK the probability of the event by "
          "--horizon.",
      .outcomes = {OutcomeKind::kSurvival},
      .takes_missing = false,
      .parameters = cox_parameters(),
      .make = &make_cox,
  };
  return kEntry;
}

}  // namespace gcrisk::models
