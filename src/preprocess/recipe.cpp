// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/preprocess/step.hpp"

namespace gcrisk::preprocess {

struct Recipe::Part {
  const StepEntry* entry;
  base::Parameters parameters;
  std::unique_ptr<Step> step;
  bool fitted = false;
  std::vector<Drop> drops;  // of the fit, also after loading
};

namespace {

constexpr int kVersion = 1;

std::string tensor_prefix(std::size_t position, const StepEntry& entry) {
  return std::to_string(position) + "." + entry.name + "/";
}

[[noreturn]] void refuse(const std::string& what) {
  throw base::MalformedError("recipe.json: " + what, "make the study or the model again");
}

}  // namespace

Recipe::Recipe() = default;
Recipe::~Recipe() = default;
Recipe::Recipe(Recipe&&) noexcept = default;
Recipe& Recipe::operator=(Recipe&&) noexcept = default;

void Recipe::add(std::string_view name, const base::Json& values) {
  const StepEntry& entry = find_step(name);
  auto part = std::make_unique<Part>();
  part->entry = &entry;
  part->parameters = base::Parameters(entry.parameters);
  part->parameters.from_json(values);
  part->parameters.check_required();
  part->step = entry.make(part->parameters);
  steps_.push_back(std::move(part));
}

void Recipe::fit(const cohort::Cohort& training, const base::Context& context) {
  cohort::Cohort current = training;
  for (auto& part : steps_) {
    context.cancellation->check();
    part->step->fit(current, context);
    part->fitted = true;
    part->drops = part->step->drops();
    part->step->apply(current, context);
  }
}

void Recipe::apply(cohort::Cohort& cohort, const base::Context& context) const {
  for (const auto& part : steps_) {
    context.cancellation->check();
    part->step->apply(cohort, context);
  }
}

base::Json Recipe::to_json() const {
  base::Json out = {{"format", "gcrisk recipe"}, {"version", kVersion}};
  base::Json& steps = out["steps"] = base::Json::array();
  for (const auto& part : steps_) {
    base::Json step = {{"step", part->entry->name}, {"parameters", part->parameters.to_json()}};
    if (part->fitted) {
      step["state"] = base::Json::parse(part->step->save().json_text);
      base::Json& drops = step["drops"] = base::Json::array();
      for (const Drop& drop : part->drops) {
        drops.push_back({{"what", drop.what}, {"reason", drop.reason}, {"count", drop.count}});
      }
    }
    steps.push_back(std::move(step));
  }
  return out;
}

base::TensorMap Recipe::tensors() const {
  base::TensorMap out;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (!steps_[i]->fitted) continue;
    StepState state = steps_[i]->step->save();
    for (auto& [name, tensor] : state.tensors) {
      out[tensor_prefix(i, *steps_[i]->entry) + name] = std::move(tensor);
    }
  }
  return out;
}

Recipe Recipe::from_json(const base::Json& json, const base::TensorMap& tensors) {
  if (!json.is_object() || json.value("format", "") != "gcrisk recipe" || !json.contains("steps") ||
      !json["steps"].is_array()) {
    refuse("not a recipe (no \"format\": \"gcrisk recipe\" with \"steps\")");
  }
  if (json.value("version", 0) > kVersion) {
    refuse("version " + json["version"].dump() + " is newer than this program reads (" +
           std::to_string(kVersion) + ")");
  }
  Recipe out;
  for (const base::Json& step : json["steps"]) {
    const std::size_t position = out.steps_.size();
    if (!step.is_object() || !step.contains("step") || !step["step"].is_string()) {
      refuse("step " + std::to_string(position + 1) + " has no name");
    }
    out.add(step["step"].get<std::string>(), step.value("parameters", base::Json::object()));
    if (!step.contains("state")) continue;
    Part& part = *out.steps_.back();
    StepState state{step["state"].dump(), {}};
    const std::string prefix = tensor_prefix(position, *part.entry);
    for (auto at = tensors.lower_bound(prefix);
         at != tensors.end() && at->first.starts_with(prefix);
         ++at) {
      state.tensors[at->first.substr(prefix.size())] = at->second;
    }
    try {
      part.step->load(state);
    } catch (const nlohmann::json::exception& reason) {
      refuse("state of step '" + part.entry->name + "' cannot be read: " + reason.what());
    }
    part.fitted = true;
    for (const base::Json& drop : step.value("drops", base::Json::array())) {
      part.drops.push_back({drop.value("what", ""),
                            drop.value("reason", ""),
                            drop.value("count", std::uint64_t{0})});
    }
  }
  return out;
}

Recipe Recipe::unfitted() const {
  Recipe out;
  for (const auto& part : steps_) out.add(part->entry->name, part->parameters.to_json());
  return out;
}

std::vector<Drop> Recipe::drops() const {
  std::vector<Drop> all;
  for (const auto& part : steps_) all.insert(all.end(), part->drops.begin(), part->drops.end());
  return all;
}

genotype::Variants Recipe::needed_variants() const {
  genotype::Variants all;
  for (const auto& part : steps_) {
    for (auto& variant : part->step->needed_variants()) all.push_back(std::move(variant));
  }
  return all;
}

}  // namespace gcrisk::preprocess
