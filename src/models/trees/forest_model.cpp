// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// A grown forest: predicting, explaining, saving.
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "forest.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "training_set.hpp"
#include "tree_shap.hpp"

namespace gcrisk::models::trees {

using cohort::OutcomeKind;

Prediction Forest::predict(const cohort::Dataset& data, const base::Context& context) const {
  Prediction out;
  const Eigen::MatrixXd means = mean_values(trees_, data, context);
  if (kind_ == OutcomeKind::kContinuous) {
    out.score = means;
  } else if (kind_ == OutcomeKind::kBinary) {
    out.score = means.col(1);
    out.risk = means.col(1);
  } else if (kind_ == OutcomeKind::kSurvival) {
    out.score = means.col(0);
    out.risk = means.col(1).unaryExpr([](double hazard) { return -std::expm1(-hazard); });
  } else {
    out.score = means;
    out.risk = means;
  }
  return out;
}

Attribution Forest::explain(const cohort::Dataset& data, const base::Context& context) const {
  if (kind_ == OutcomeKind::kMulticlass) {
    throw base::UsageError("a forest of several classes has one score a class and no attribution",
                           "outcomes that can be explained: binary, continuous, survival");
  }
  const std::size_t column = kind_ == OutcomeKind::kBinary ? 1 : 0;
  const double share = 1 / static_cast<double>(trees_.n_trees());
  return explain_trees(trees_, column, share, 0, data, context);
}

State Forest::save() const {
  base::Json json = summary();
  json["outcome"] = cohort::to_string(kind_);
  State state;
  state.json_text = json.dump();
  state.tensors = trees_.to_tensors();
  if (feature_names_.empty()) return state;
  state.tensors["importance"] = base::Tensor::of(importance_.impurity);  // elimination asks for it
  std::string table = "#FEATURE\tIMPURITY";
  if (!importance_.debiased.empty()) table += "\tDEBIASED";
  if (!importance_.permutation.empty()) table += "\tPERMUTATION";
  table += '\n';
  for (const std::size_t f : ranked_) {
    table += feature_names_[f];
    for (const auto* values :
         {&importance_.impurity, &importance_.debiased, &importance_.permutation}) {
      if (!values->empty()) table += "\t" + base::format_number((*values)[f]);
    }
    table += '\n';
  }
  add_file(state, "importance.tsv", table);
  return state;
}

void Forest::load(const State& state) {
  const base::Json json = base::Json::parse(state.json_text);
  kind_ = parse_kind(json.at("outcome").get<std::string>());
  trees_ = Ensemble::from_tensors(state.tensors);
  if (kind_ == OutcomeKind::kSurvival) {
    if (trees_.n_values != SurvivalTarget::kValues) {
      throw base::MalformedError("the model's trees have " + std::to_string(trees_.n_values) +
                                 " values a node, expected mortality and hazard");
    }
    horizon_ = json.at("horizon").get<double>();
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto number = [&](const char* key) {
    const auto& value = json.at("out_of_bag").at(key);
    return value.is_null() ? nan : value.get<double>();
  };
  oob_samples_ = json.at("out_of_bag").at("samples").get<std::size_t>();
  oob_error_ = number("error");
  oob_brier_ = number("brier");
  most_important_ = json.at("most_important").get<std::vector<std::string>>();
}

base::Json Forest::summary() const {
  const auto number = [](double value) {
    return std::isnan(value) ? base::Json() : base::Json(value);
  };
  base::Json json = base::Json::object();
  json["trees"] = trees_.n_trees();
  json["nodes"] = trees_.nodes.size();
  json["out_of_bag"] = {
      {"samples", oob_samples_}, {"error", number(oob_error_)}, {"brier", number(oob_brier_)}};
  if (kind_ == OutcomeKind::kSurvival) json["horizon"] = horizon_;
  json["most_important"] = most_important_;
  return json;
}

}  // namespace gcrisk::models::trees
