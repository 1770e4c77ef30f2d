// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "models/nets/net.hpp"

namespace gcrisk::models::nets {

using base::Json;
using cohort::OutcomeKind;

namespace {

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

std::string prefix_of(std::size_t member) { return "member" + std::to_string(member + 1) + "/"; }

}  // namespace

base::Json Net::summary() const {
  Json networks = Json::array();
  Json history = Json::array();
  for (std::size_t m = 0; m < trainings_.size(); ++m) {
    const nn::TrainingResult& result = trainings_[m];
    networks.push_back({{"network", m + 1},
                        {"epochs", result.history.size()},
                        {"best_epoch", result.best_epoch},
                        {"loss", number(result.best_loss)},
                        {"stopped_by", result.stopped_by}});
    for (const nn::Epoch& epoch : result.history) {
      history.push_back({{"network", m + 1},
                         {"epoch", epoch.epoch},
                         {"learning_rate", epoch.learning_rate},
                         {"train_loss", number(epoch.train_loss)},
                         {"validation_loss", number(epoch.validation_loss)}});
    }
  }
  std::size_t weights = 0;
  for (const base::TensorMap& member : members_) {
    for (const auto& [name, tensor] : member) weights += tensor.size();
  }
  return {{"loss_function", nn::to_string(loss_)},
          {"device", device_},
          {"weights", weights},
          {"networks", networks},
          {"history", history}};
}

State Net::save() const {
  Json json = summary();
  json["outcome"] = cohort::to_string(kind_);
  json["outputs"] = n_outputs_;
  json["target_mean"] = target_.mean;
  json["target_sd"] = target_.sd;
  json["interval_ends"] = interval_ends_;
  json["spec"] = nn::to_json(spec_);
  State state;
  state.json_text = json.dump();
  state.tensors = scales_.to_tensors();
  for (std::size_t m = 0; m < members_.size(); ++m) {
    for (const auto& [name, tensor] : members_[m]) state.tensors[prefix_of(m) + name] = tensor;
  }
  return state;
}

void Net::load(const State& state) {
  const Json json = Json::parse(state.json_text);
  for (const auto kind : {OutcomeKind::kBinary,
                          OutcomeKind::kMulticlass,
                          OutcomeKind::kContinuous,
                          OutcomeKind::kSurvival}) {
    if (json.at("outcome").get<std::string>() == cohort::to_string(kind)) kind_ = kind;
  }
  loss_ = nn::parse_loss(json.at("loss_function").get<std::string>());
  device_ = json.at("device").get<std::string>();
  n_outputs_ = json.at("outputs").get<std::size_t>();
  target_ = {json.at("target_mean").get<double>(), json.at("target_sd").get<double>()};
  interval_ends_ = json.at("interval_ends").get<std::vector<double>>();
  spec_ = nn::network_from_json(json.at("spec"), "model.json");
  scales_ = InputScales::from_tensors(state.tensors);
  const auto real = [](const Json& value) { return value.is_null() ? NAN : value.get<double>(); };
  members_.clear();
  trainings_.clear();
  for (const Json& network : json.at("networks")) {
    nn::TrainingResult result;
    result.best_epoch = network.at("best_epoch").get<std::size_t>();
    result.best_loss = real(network.at("loss"));
    result.stopped_by = network.at("stopped_by").get<std::string>();
    trainings_.push_back(result);
    base::TensorMap member;
    const std::string prefix = prefix_of(members_.size());
    for (const auto& [name, tensor] : state.tensors) {
      if (name.starts_with(prefix)) member[name.substr(prefix.size())] = tensor;
    }
    members_.push_back(std::move(member));
  }
  for (const Json& row : json.at("history")) {
    trainings_.at(row.at("network").get<std::size_t>() - 1)
        .history.push_back({row.at("epoch").get<std::size_t>(),
                            row.at("learning_rate").get<double>(),
                            real(row.at("train_loss")),
                            real(row.at("validation_loss"))});
  }
}

}  // namespace gcrisk::models::nets
