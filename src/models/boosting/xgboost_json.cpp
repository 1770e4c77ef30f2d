// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "xgboost_json.hpp"

#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/json.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::models::boosting {

namespace {

using base::Json;
using cohort::OutcomeKind;

std::string objective_of(OutcomeKind kind) {
  if (kind == OutcomeKind::kBinary) return "binary:logistic";
  if (kind == OutcomeKind::kMulticlass) return "multi:softprob";
  if (kind == OutcomeKind::kSurvival) return "survival:cox";
  return "reg:squarederror";
}

// XGBoost tells a real number by its point or exponent.
void append(std::string& out, float value) {
  char text[32];
  const std::string_view written(text, std::to_chars(text, text + sizeof text, value).ptr);
  out += written;
  if (written.find_first_of(".en") == std::string_view::npos) out += ".0";
}

// "name":[f(0),f(1),…],
template <typename Value>
void append_list(std::string& out, const char* name, std::size_t n, Value value) {
  out += '"';
  out += name;
  out += "\":[";
  for (std::size_t i = 0; i < n; ++i) {
    if (i > 0) out += ',';
    const auto element = value(i);
    if constexpr (std::is_same_v<decltype(element), const float>) {
      append(out, element);
    } else {
      out += std::to_string(element);
    }
  }
  out += "],";
}

// The smallest single-precision number above a threshold.
float condition_of(double threshold) {
  const auto nearest = static_cast<float>(threshold);
  return static_cast<double>(nearest) > threshold
             ? nearest
             : std::nextafterf(nearest, std::numeric_limits<float>::infinity());
}

void append_tree(std::string& out,
                 const trees::Ensemble& ensemble,
                 std::size_t t,
                 std::size_t n_features,
                 double shift) {
  const auto begin = static_cast<std::size_t>(ensemble.roots[t]);
  const std::size_t end = t + 1 < ensemble.n_trees()
                              ? static_cast<std::size_t>(ensemble.roots[t + 1])
                              : ensemble.nodes.size();
  const std::size_t n = end - begin;
  const trees::Node* nodes = ensemble.nodes.data() + begin;
  std::vector<std::int32_t> parents(n, std::numeric_limits<std::int32_t>::max());
  for (std::size_t i = 0; i < n; ++i) {
    if (nodes[i].feature < 0) continue;
    parents[static_cast<std::size_t>(nodes[i].left)] = static_cast<std::int32_t>(i);
    parents[static_cast<std::size_t>(nodes[i].left) + 1] = static_cast<std::int32_t>(i);
  }
  const auto is_leaf = [&](std::size_t i) { return nodes[i].feature < 0; };
  const auto single = [](double x) { return static_cast<float>(x); };
  const auto zero = [](std::size_t) { return 0; };
  out += '{';
  append_list(out, "base_weights", n, [&](std::size_t i) {
    return single(ensemble.values[begin + i] + shift);
  });
  for (const char* unused :
       {"categories", "categories_nodes", "categories_segments", "categories_sizes"}) {
    append_list(out, unused, 0, zero);
  }
  append_list(out, "default_left", n, [&](std::size_t i) { return nodes[i].missing_left ? 1 : 0; });
  out += "\"id\":" + std::to_string(t) + ",";
  append_list(out, "left_children", n, [&](std::size_t i) { return nodes[i].left; });
  append_list(
      out, "loss_changes", n, [&](std::size_t i) { return single(ensemble.gains[begin + i]); });
  append_list(out, "parents", n, [&](std::size_t i) { return parents[i]; });
  append_list(
      out, "right_children", n, [&](std::size_t i) { return is_leaf(i) ? -1 : nodes[i].left + 1; });
  append_list(out, "split_conditions", n, [&](std::size_t i) {
    return is_leaf(i) ? single(ensemble.values[begin + i] + shift)
                      : condition_of(nodes[i].threshold);
  });
  append_list(
      out, "split_indices", n, [&](std::size_t i) { return is_leaf(i) ? 0 : nodes[i].feature; });
  append_list(out, "split_type", n, zero);
  append_list(
      out, "sum_hessian", n, [&](std::size_t i) { return single(ensemble.covers[begin + i]); });
  out += R"("tree_param":{"num_deleted":"0","num_feature":")" + std::to_string(n_features) +
         R"(","num_nodes":")" + std::to_string(n) + R"(","size_leaf_vector":"1"}})";
}

[[noreturn]] void broken(const std::string& path, const std::string& what) {
  throw base::MalformedError(path + ": " + what,
                             "give the file that save_model(\"model.json\") of XGBoost wrote");
}

double number_of(const std::string& path, std::string text) {
  const auto value = base::parse_number(text);
  if (!value) broken(path, "'" + text + "' is no number");
  return *value;
}

// "5E-1", or a list as of version 3.1: "[1E-1,2E-1]".
std::vector<double> base_scores(const std::string& path, const std::string& text) {
  std::vector<double> out;
  std::string_view inner = text;
  if (inner.starts_with('[') && inner.ends_with(']')) inner = inner.substr(1, inner.size() - 2);
  for (const auto part : base::split(inner, ',')) out.push_back(number_of(path, std::string(part)));
  return out;
}

// One tree with children in pairs, each behind its parent, as ours are.
void append_read_tree(const std::string& path,
                      const Json& json,
                      const std::vector<std::int32_t>& features,
                      trees::Ensemble& out) {
  const auto left = json.at("left_children").get<std::vector<std::int64_t>>();
  const auto right = json.at("right_children").get<std::vector<std::int64_t>>();
  const auto conditions = json.at("split_conditions").get<std::vector<double>>();
  const auto indices = json.at("split_indices").get<std::vector<std::size_t>>();
  const auto covers = json.at("sum_hessian").get<std::vector<double>>();
  const auto gains = json.at("loss_changes").get<std::vector<double>>();
  const Json& defaults = json.at("default_left");
  const std::size_t n = left.size();
  if (right.size() != n || conditions.size() != n || indices.size() != n || covers.size() != n ||
      gains.size() != n || defaults.size() != n || n == 0) {
    broken(path, "a tree's lists have different lengths");
  }
  if (json.contains("split_type")) {
    for (const Json& type : json.at("split_type")) {
      if (type.get<int>() != 0) {
        throw base::UsageError(path + ": the model has categorical splits, which gbm has not",
                               "train with one-hot columns");
      }
    }
  }
  trees::Ensemble tree;
  std::vector<std::size_t> order = {0};  // old number of each new node
  tree.roots = {0};
  for (std::size_t at = 0; at < order.size(); ++at) {
    const std::size_t old = order[at];
    trees::Node node;
    tree.covers.push_back(covers[old]);
    if (left[old] < 0) {
      tree.values.push_back(conditions[old]);
      tree.gains.push_back(0);
    } else {
      if (left[old] >= static_cast<std::int64_t>(n) || right[old] < 0 ||
          right[old] >= static_cast<std::int64_t>(n) || order.size() + 2 > n ||
          indices[old] >= features.size()) {
        broken(path, "a tree's node " + std::to_string(old) + " points nowhere");
      }
      node.feature = features[indices[old]];
      if (node.feature < 0) {
        broken(path, "feature " + std::to_string(indices[old]) + " is not in the data");
      }
      node.left = static_cast<std::int32_t>(order.size());
      node.threshold = std::nextafter(conditions[old], -std::numeric_limits<double>::infinity());
      node.missing_left =
          defaults[old].is_boolean() ? defaults[old].get<bool>() : defaults[old].get<int>() != 0;
      order.push_back(static_cast<std::size_t>(left[old]));
      order.push_back(static_cast<std::size_t>(right[old]));
      tree.values.push_back(0);
      tree.gains.push_back(gains[old]);
    }
    tree.nodes.push_back(node);
  }
  out.append(tree);
}

// For each feature of the file its number in the data; MismatchError where a used one is absent.
std::vector<std::int32_t> match_features(const std::string& path,
                                         const Json& learner,
                                         const Json& trees,
                                         const std::vector<std::string>& names) {
  const auto n = static_cast<std::size_t>(
      number_of(path, learner.at("learner_model_param").at("num_feature").get<std::string>()));
  std::vector<std::string> theirs;
  if (learner.contains("feature_names")) {
    theirs = learner.at("feature_names").get<std::vector<std::string>>();
  }
  std::vector<std::int32_t> out;
  if (theirs.empty()) {
    if (n != names.size()) {
      throw base::MismatchError(path + ": the model has " + base::format_count(n) +
                                    " features without names, the data " +
                                    base::format_count(names.size()),
                                "name the features of the DMatrix as the study names them");
    }
    for (std::size_t j = 0; j < n; ++j) out.push_back(static_cast<std::int32_t>(j));
    return out;
  }
  std::unordered_map<std::string_view, std::int32_t> at;
  for (std::size_t j = 0; j < names.size(); ++j) at.emplace(names[j], static_cast<std::int32_t>(j));
  for (const std::string& name : theirs) {
    const auto hit = at.find(name);
    out.push_back(hit == at.end() ? -1 : hit->second);
  }
  std::vector<std::string> absent;
  for (const Json& tree : trees) {
    const auto left = tree.at("left_children").get<std::vector<std::int64_t>>();
    const auto used = tree.at("split_indices").get<std::vector<std::size_t>>();
    for (std::size_t i = 0; i < std::min(left.size(), used.size()); ++i) {
      if (left[i] < 0 || used[i] >= out.size() || out[used[i]] >= 0) continue;
      if (std::find(absent.begin(), absent.end(), theirs[used[i]]) == absent.end()) {
        absent.push_back(theirs[used[i]]);
      }
    }
  }
  if (!absent.empty()) {
    const std::size_t n_absent = absent.size();
    absent.resize(std::min<std::size_t>(5, n_absent));
    throw base::MismatchError(path + ": " + base::format_count(n_absent) +
                                  " of the model's features are not in the data: " +
                                  base::join(absent, ", ") + (n_absent > 5 ? ", …" : ""),
                              "variants are named by their ID, columns by their name");
  }
  return out;
}

}  // namespace

std::string write_xgboost(const XgboostModel& model,
                          const std::vector<std::string>& feature_names,
                          OutcomeKind kind) {
  const std::size_t n_columns = model.start.size();
  const bool classes = kind == OutcomeKind::kMulticlass;
  const std::size_t n_trees = model.trees.n_trees();
  const std::string n_features = std::to_string(feature_names.size());
  std::string out = R"({"learner":{"attributes":{},"feature_names":)";
  out += Json(feature_names).dump();
  out += R"(,"feature_types":[],"gradient_booster":{"model":{"gbtree_model_param":)"
         R"({"num_parallel_tree":"1","num_trees":")" +
         std::to_string(n_trees) + "\"},";
  append_list(out, "iteration_indptr", n_trees / n_columns + 1, [&](std::size_t i) {
    return i * n_columns;
  });
  append_list(out, "tree_info", n_trees, [&](std::size_t t) { return t % n_columns; });
  out += "\"trees\":[";
  for (std::size_t t = 0; t < n_trees; ++t) {
    if (t > 0) out += ',';
    // Older versions know one base score for all classes: the first trees carry it instead.
    append_tree(
        out, model.trees, t, feature_names.size(), classes && t < n_columns ? model.start[t] : 0);
  }
  double base_score = classes ? 0 : model.start[0];
  if (kind == OutcomeKind::kBinary) base_score = 1 / (1 + std::exp(-base_score));
  if (kind == OutcomeKind::kSurvival) base_score = std::exp(base_score);
  out += R"(]},"name":"gbtree"},"learner_model_param":{"base_score":")";
  append(out, static_cast<float>(base_score));
  out += R"(","boost_from_average":"0","num_class":")" + std::to_string(classes ? n_columns : 0) +
         R"(","num_feature":")" + n_features + R"(","num_target":"1"},"objective":{"name":")" +
         objective_of(kind) + "\",";
  out += classes
             ? R"("softmax_multiclass_param":{"num_class":")" + std::to_string(n_columns) + "\"}"
             : std::string(R"("reg_loss_param":{"scale_pos_weight":"1"})");
  out += "}},\"version\":[1,7,6]}\n";
  return out;
}

XgboostModel read_xgboost(const std::string& path,
                          const std::vector<std::string>& feature_names,
                          OutcomeKind kind) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw base::ReadError(path + ": cannot be opened");
  XgboostModel out;
  try {
    const Json json = Json::parse(stream);
    const Json& learner = json.at("learner");
    const auto objective = learner.at("objective").at("name").get<std::string>();
    const bool same = objective == objective_of(kind) ||
                      (kind == OutcomeKind::kMulticlass && objective == "multi:softmax");
    if (!same) {
      throw base::MismatchError(path + ": the model's objective is " + objective +
                                ", the study's outcome is " + std::string(cohort::to_string(kind)) +
                                " (" + objective_of(kind) + ")");
    }
    const Json& booster = learner.at("gradient_booster");
    const auto name = booster.at("name").get<std::string>();
    if (name != "gbtree") {
      throw base::UsageError(path + ": the booster is " + name + ", gbm reads gbtree");
    }
    const Json& model = booster.at("model");
    if (model.at("gbtree_model_param").at("num_parallel_tree").get<std::string>() != "1") {
      throw base::UsageError(path + ": several trees a round, gbm has one",
                             "train with num_parallel_tree=1");
    }
    const Json& parameters = learner.at("learner_model_param");
    const double n_classes = number_of(path, parameters.at("num_class").get<std::string>());
    const std::size_t n_columns = n_classes > 1 ? static_cast<std::size_t>(n_classes) : 1;
    out.start = base_scores(path, parameters.at("base_score").get<std::string>());
    if (out.start.size() != 1 && out.start.size() != n_columns) {
      broken(path,
             std::to_string(out.start.size()) + " base scores for " + std::to_string(n_columns) +
                 " scores");
    }
    out.start.resize(n_columns, out.start[0]);
    if (kind == OutcomeKind::kBinary) {
      if (!(out.start[0] > 0 && out.start[0] < 1)) broken(path, "the base score is no probability");
      out.start[0] = std::log(out.start[0] / (1 - out.start[0]));
    }
    if (kind == OutcomeKind::kSurvival) {
      if (!(out.start[0] > 0)) broken(path, "the base score is no hazard");
      out.start[0] = std::log(out.start[0]);
    }
    const Json& trees = model.at("trees");
    const auto classes = model.at("tree_info").get<std::vector<std::size_t>>();
    if (trees.empty() || classes.size() != trees.size() || trees.size() % n_columns != 0) {
      broken(path,
             std::to_string(trees.size()) + " trees for " + std::to_string(n_columns) + " scores");
    }
    const auto features = match_features(path, learner, trees, feature_names);
    for (std::size_t t = 0; t < trees.size(); ++t) {
      if (classes[t] != t % n_columns) broken(path, "the trees of the classes are out of order");
      append_read_tree(path, trees[t], features, out.trees);
    }
  } catch (const nlohmann::json::exception& reason) {
    broken(path, std::string("no XGBoost model: ") + reason.what());
  }
  return out;
}

}  // namespace gcrisk::models::boosting
