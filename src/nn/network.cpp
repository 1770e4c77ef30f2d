// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/network.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::nn {

using base::Json;

namespace {

Json layers_to_json(const std::vector<Layer>& layers) {
  Json out = Json::array();
  for (const Layer& layer : layers) {
    Json json = {{"type", layer.type}, {"name", layer.name}};
    const Json options = layer.options.to_json();
    for (const auto& [name, value] : options.items()) {
      if (!value.is_null()) json[name] = value;
    }
    out.push_back(json);
  }
  return out;
}

std::vector<Layer> layers_from_json(const Json& json,
                                    const std::string& chain,
                                    const std::string& place) {
  std::vector<Layer> out;
  for (const Json& item : json) {
    const std::string type = item.value("type", "");
    const std::string name =
        item.value("name", chain + "." + type + std::to_string(out.size() + 1));
    try {
      Layer layer = make_layer(type, name);
      Json options = item;
      options.erase("type");
      options.erase("name");
      layer.options.from_json(options);
      out.push_back(std::move(layer));
    } catch (const base::UsageError& error) {
      throw base::MalformedError(place + ": layer " + name + ": " + error.what(), error.hint());
    }
  }
  return out;
}

void check_names(const NetworkSpec& spec, const std::string& place) {
  std::set<std::string> names;
  const auto add = [&](const std::vector<Layer>& layers) {
    for (const Layer& layer : layers) {
      if (!names.insert(layer.name).second) {
        throw base::MalformedError(place + ": two layers are called " + layer.name,
                                   "give each layer a name of its own");
      }
    }
  };
  for (const Branch& branch : spec.branches) add(branch.layers);
  add(spec.head);
}

}  // namespace

std::string to_string(const Shape& shape) {
  if (!shape.is_sequence()) return std::to_string(shape.channels) + " numbers";
  return std::to_string(shape.length) + " positions × " + std::to_string(shape.channels) +
         " channels";
}

Layer make_layer(const std::string& type,
                 const std::string& name,
                 const std::vector<std::pair<std::string, std::string>>& options) {
  Layer layer{type, name, base::Parameters(find_layer(type).options)};
  for (const auto& [key, value] : options) layer.options.set(key, value);
  return layer;
}

Json to_json(const NetworkSpec& spec) {
  Json branches = Json::array();
  for (const Branch& branch : spec.branches) {
    Json json = {{"name", branch.name}, {"input", branch.input}};
    if (branch.input == "genotypes") json["encoding"] = branch.encoding;
    json["layers"] = layers_to_json(branch.layers);
    branches.push_back(json);
  }
  Json out = {{"branches", branches}, {"fusion", spec.fusion}};
  if (spec.fusion == "gated") out["fusion_units"] = spec.fusion_units;
  out["head"] = layers_to_json(spec.head);
  return out;
}

NetworkSpec network_from_json(const Json& json, const std::string& place) {
  NetworkSpec spec;
  try {
    for (const Json& item : json.at("branches")) {
      Branch branch;
      branch.input = item.at("input").get<std::string>();
      branch.name = item.value("name", branch.input);
      branch.encoding = item.value("encoding", branch.encoding);
      branch.layers = layers_from_json(item.value("layers", Json::array()), branch.name, place);
      spec.branches.push_back(std::move(branch));
    }
    spec.fusion = json.value("fusion", spec.fusion);
    spec.fusion_units = json.value("fusion_units", spec.fusion_units);
    spec.head = layers_from_json(json.at("head"), "head", place);
  } catch (const nlohmann::json::exception& reason) {
    throw base::MalformedError(place + ": not a network: " + reason.what(),
                               "a network has branches, fusion and head: docs/nets.md");
  }
  if (spec.branches.empty()) {
    throw base::MalformedError(place + ": a network needs at least one branch");
  }
  if (spec.fusion != "concat" && spec.fusion != "gated") {
    throw base::MalformedError(place + ": fusion '" + spec.fusion +
                               "' is not known, expected concat or gated");
  }
  check_names(spec, place);
  return spec;
}

}  // namespace gcrisk::nn
