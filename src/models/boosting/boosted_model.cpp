// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// Fitted boosted trees: predicting, explaining, saving.
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "boosted_trees.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "models/trees/training_set.hpp"
#include "models/trees/tree_shap.hpp"
#include "xgboost_json.hpp"

namespace gcrisk::models::boosting {

using cohort::OutcomeKind;

Eigen::MatrixXd BoostedTrees::scores(const cohort::Dataset& data,
                                     const base::Context& context) const {
  Eigen::MatrixXd out = trees::sum_values(trees_, start_.size(), data, context);
  out.rowwise() +=
      Eigen::Map<const Eigen::RowVectorXd>(start_.data(), static_cast<Eigen::Index>(start_.size()));
  return out;
}

Prediction BoostedTrees::predict(const cohort::Dataset& data, const base::Context& context) const {
  if (kind_ == OutcomeKind::kSurvival) return scale_.predict(scores(data, context));
  Prediction out;
  out.score = scores(data, context);
  if (kind_ == OutcomeKind::kBinary) {
    out.risk = (1 / (1 + (-out.score.array()).exp())).matrix();
  } else if (kind_ == OutcomeKind::kMulticlass) {
    const Eigen::VectorXd top = out.score.rowwise().maxCoeff();
    out.risk = (out.score.colwise() - top).array().exp().matrix();
    const Eigen::VectorXd sums = out.risk.rowwise().sum();
    out.risk.array().colwise() /= sums.array();
  }
  return out;
}

Attribution BoostedTrees::explain(const cohort::Dataset& data, const base::Context& context) const {
  if (start_.size() > 1) {
    throw base::UsageError(
        "boosting of several classes or intervals has one score for each and no attribution",
        "outcomes that can be explained: binary, continuous, survival (--survival-loss cox)");
  }
  return trees::explain_trees(trees_, 0, 1, start_[0], data, context);
}

State BoostedTrees::save() const {
  base::Json json = summary();
  json["outcome"] = cohort::to_string(kind_);
  State state;
  state.json_text = json.dump();
  state.tensors = trees_.to_tensors();
  state.tensors["start"] = base::Tensor::of(start_);
  if (kind_ == OutcomeKind::kSurvival) {
    state.tensors["times"] = base::Tensor::of(scale_.times);
    if (!scale_.discrete) state.tensors["hazards"] = base::Tensor::of(scale_.hazards);
  }
  if (feature_names_.empty()) return state;
  std::string table = "#FEATURE\tGAIN\tSPLITS\tCOVER\n";
  for (const Importance& entry : importance_) {
    table += entry.name + "\t" + base::format_number(entry.gain) + "\t" +
             std::to_string(entry.splits) + "\t" + base::format_number(entry.cover) + "\n";
  }
  trees::add_file(state, "importance.tsv", table);
  if (!scale_.discrete) {
    trees::add_file(state, "xgboost.json", write_xgboost({trees_, start_}, feature_names_, kind_));
  }
  return state;
}

void BoostedTrees::load(const State& state) {
  const base::Json json = base::Json::parse(state.json_text);
  kind_ = trees::parse_kind(json.at("outcome").get<std::string>());
  trees_ = trees::Ensemble::from_tensors(state.tensors);
  start_ = std::get<std::vector<double>>(state.tensors.at("start").values);
  if (trees_.n_values != 1 || start_.empty() || trees_.n_trees() % start_.size() != 0) {
    throw base::MalformedError("the model's trees do not share out among its scores");
  }
  if (kind_ == OutcomeKind::kSurvival) {
    const auto numbers = [&](const char* name) {
      return std::get<std::vector<double>>(state.tensors.at(name).values);
    };
    scale_.discrete = json.at("discrete_time").get<bool>();
    scale_.horizon = json.at("horizon").get<double>();
    scale_.times = numbers("times");
    scale_.hazards = scale_.discrete ? std::vector<double>() : numbers("hazards");
    const std::size_t expected = scale_.discrete ? start_.size() : scale_.hazards.size();
    if (scale_.times.size() != expected) {
      throw base::MalformedError("the model has " + std::to_string(scale_.times.size()) +
                                 " times, expected " + std::to_string(expected));
    }
  }
  loss_name_ = json.at("loss").get<std::string>();
  best_round_ = json.at("rounds").get<std::size_t>();
  history_.clear();
  for (const auto& row : json.at("history")) {
    history_.push_back({row.at("training_loss").get<double>(),
                        row.at("validation_loss").is_null()
                            ? std::numeric_limits<double>::quiet_NaN()
                            : row.at("validation_loss").get<double>()});
  }
  most_important_ = json.at("most_important").get<std::vector<std::string>>();
}

base::Json BoostedTrees::summary() const {
  base::Json json = base::Json::object();
  json["rounds"] = best_round_;
  json["trees"] = trees_.n_trees();
  json["nodes"] = trees_.nodes.size();
  json["loss"] = loss_name_;
  base::Json& history = json["history"] = base::Json::array();
  for (std::size_t r = 0; r < history_.size(); ++r) {
    const Round& round = history_[r];
    history.push_back(
        {{"round", r + 1},
         {"training_loss", round.training_loss},
         {"validation_loss",
          std::isnan(round.validation_loss) ? base::Json() : base::Json(round.validation_loss)}});
  }
  json["most_important"] = most_important_;
  if (kind_ == OutcomeKind::kSurvival) {
    json["discrete_time"] = scale_.discrete;
    json["horizon"] = scale_.horizon;
  }
  return json;
}

}  // namespace gcrisk::models::boosting
