// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/nets/start.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::models::nets {

namespace {

// Layers behind which nothing is known of positions or columns any more.
bool forgets_positions(const std::string& type) {
  static const std::set<std::string> kTypes = {
      "linear", "lstm", "gru", "global-max-pool", "global-average-pool", "attention-pool", "gated"};
  return kTypes.count(type) > 0;
}
// Layers with a weight of its own for each position or column.
bool belongs_to_positions(const std::string& type) {
  static const std::set<std::string> kTypes = {
      "linear", "locally-connected", "batch-norm", "layer-norm", "gated"};
  return kTypes.count(type) > 0;
}

InputNames names_of(const Start& start) {
  InputNames out{{}, start.clinical, start.molecular};
  const auto order = start.state.tensors.find("inputs.order");
  if (order == start.state.tensors.end()) return out;
  for (const std::int32_t v : std::get<std::vector<std::int32_t>>(order->second.values)) {
    out.genotypes.push_back(start.variants.at(static_cast<std::size_t>(v)));
  }
  return out;
}

class Taking {
 public:
  Taking(const Start& start,
         const nn::Plan& plan,
         const InputNames& own,
         std::size_t member,
         base::TensorMap& parameters)
      : start_(start),
        plan_(plan),
        own_(own),
        other_(names_of(start)),
        prefix_(prefix(start, member)),
        parameters_(parameters),
        input_of_(plan.shapes.size()),
        differs_(plan.shapes.size()) {
    for (const nn::InputStep& input : plan_.inputs) {
      const auto& names = own_.of(input.input);
      const auto& others = other_.of(input.input);
      input_of_[input.output] = &input;
      differs_[input.output] = names != others;
      const std::set<std::string> known(others.begin(), others.end());
      begun_.n_inputs += names.size();
      begun_.n_found += static_cast<std::size_t>(
          std::count_if(names.begin(), names.end(), [&](const std::string& name) {
            return known.count(name) > 0;
          }));
    }
  }

  Begun run() {
    for (const nn::Step& step : plan_.steps) {
      const bool differs = std::any_of(
          step.inputs.begin(), step.inputs.end(), [&](std::size_t in) { return differs_[in]; });
      const nn::InputStep* input = input_of_[step.inputs[0]];
      for (std::size_t p = 0; p < step.parameters.size(); ++p) {
        const nn::ParameterSpec& spec = step.parameters[p];
        bool whole = false;
        if (!differs || !belongs_to_positions(step.type)) {
          whole = take(spec);
        } else if (step.type == "linear") {
          whole = p > 0 ? take(spec) : input != nullptr && take_by_name(spec, *input);
        }
        ++begun_.n_arrays;
        if (whole) {
          ++begun_.n_whole;
        } else {
          begun_.not_whole.push_back(spec.name);
        }
      }
      differs_[step.output] = differs && !forgets_positions(step.type);
    }
    if (n_touched_ == 0) {
      throw base::MismatchError("no array of " + start_.folder + " fits this network",
                                "begin with a net of the same preset and options");
    }
    return begun_;
  }

 private:
  static std::string prefix(const Start& start, std::size_t member) {
    const base::Json json = base::Json::parse(start.state.json_text);
    const std::size_t n = std::max<std::size_t>(1, json.at("networks").size());
    return "member" + std::to_string(member % n + 1) + "/";
  }

  const base::Tensor* find(const std::string& name) const {
    const auto at = start_.state.tensors.find(prefix_ + name);
    return at == start_.state.tensors.end() ? nullptr : &at->second;
  }

  bool take(const nn::ParameterSpec& spec) {
    const base::Tensor* from = find(spec.name);
    if (from == nullptr || from->shape != spec.shape) return false;
    parameters_[spec.name] = *from;
    ++n_touched_;
    return true;
  }

  // units × (inputs × channels): the columns of inputs that both have.
  bool take_by_name(const nn::ParameterSpec& spec, const nn::InputStep& input) {
    const base::Tensor* from = find(spec.name);
    const auto& names = own_.of(input.input);
    const auto& others = other_.of(input.input);
    const std::size_t channels = names.empty() ? 0 : spec.shape[1] / names.size();
    if (from == nullptr || from->shape.size() != 2 || from->shape[0] != spec.shape[0] ||
        from->shape[1] != others.size() * channels) {
      return false;
    }
    std::map<std::string, std::size_t> places;
    for (std::size_t j = 0; j < others.size(); ++j) places.emplace(others[j], j);
    const auto& source = std::get<std::vector<float>>(from->values);
    auto& target = std::get<std::vector<float>>(parameters_.at(spec.name).values);
    bool all = true;
    for (std::size_t j = 0; j < names.size(); ++j) {
      const auto place = places.find(names[j]);
      if (place == places.end()) {
        all = false;
        continue;
      }
      ++n_touched_;
      for (std::size_t u = 0; u < spec.shape[0]; ++u) {
        for (std::size_t c = 0; c < channels; ++c) {
          target[u * spec.shape[1] + j * channels + c] =
              source[u * from->shape[1] + place->second * channels + c];
        }
      }
    }
    return all;
  }

  const Start& start_;
  const nn::Plan& plan_;
  const InputNames& own_;
  InputNames other_;
  std::string prefix_;
  base::TensorMap& parameters_;
  std::vector<const nn::InputStep*> input_of_;
  std::vector<bool>
      differs_;  // its numbers belong to inputs that the other net has not, or elsewhere
  Begun begun_;
  std::size_t n_touched_ = 0;
};

}  // namespace

const std::vector<std::string>& InputNames::of(const std::string& input) const {
  return input == "genotypes" ? genotypes : input == "clinical" ? clinical : molecular;
}

Begun begin_with(const Start& start,
                 const nn::Plan& plan,
                 const InputNames& names,
                 std::size_t member,
                 base::TensorMap& parameters) {
  return Taking(start, plan, names, member, parameters).run();
}

std::vector<std::string> frozen_arrays(const std::vector<std::string>& branches,
                                       const nn::NetworkSpec& spec,
                                       const nn::Plan& plan,
                                       const Begun& begun) {
  std::map<std::string, std::set<std::string>> layers = {{"head", {}}};
  for (const nn::Branch& branch : spec.branches) {
    for (const nn::Layer& layer : branch.layers) layers[branch.name].insert(layer.name);
  }
  for (const nn::Layer& layer : spec.head) layers["head"].insert(layer.name);
  if (spec.branches.size() > 1) layers["fusion"].insert("fusion");
  std::vector<std::string> out;
  for (const std::string& branch : branches) {
    const auto found = layers.find(branch);
    if (found == layers.end()) {
      std::vector<std::string> known;
      known.reserve(layers.size());
      for (const auto& [name, ignored] : layers) known.push_back(name);
      throw base::UsageError("--freeze " + branch + ": the net has no such branch, expected " +
                             base::join(known, ", "));
    }
    for (const nn::Step& step : plan.steps) {
      if (found->second.count(step.name) == 0) continue;
      for (const nn::ParameterSpec& parameter : step.parameters) out.push_back(parameter.name);
    }
  }
  for (const std::string& name : out) {
    if (std::find(begun.not_whole.begin(), begun.not_whole.end(), name) == begun.not_whole.end()) {
      continue;
    }
    throw base::MismatchError(
        "--freeze: the array " + name +
            " was not found whole in the net of --init and would stay at random",
        "freeze other branches, or give both nets the same inputs and layers");
  }
  return out;
}

}  // namespace gcrisk::models::nets
