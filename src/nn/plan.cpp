// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/plan.hpp"

#include <algorithm>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/nn/layer.hpp"

namespace gcrisk::nn {

namespace {

Shape shape_of_input(const Branch& branch, const InputSizes& sizes) {
  Shape shape;
  if (branch.input == "genotypes") {
    shape = {sizes.n_variants, channels_of_encoding(branch.encoding)};
    if (sizes.n_variants == 0) shape.channels = 0;
  } else if (branch.input == "clinical") {
    shape = {0, sizes.n_clinical};
  } else if (branch.input == "molecular") {
    shape = {0, sizes.n_molecular};
  } else if (branch.input == "visits") {
    shape = {sizes.n_visits, sizes.visit_channels, true};
  } else {
    throw base::MismatchError("branch " + branch.name + ": input '" + branch.input +
                              "' is not known, expected genotypes, clinical, molecular or visits");
  }
  if (shape.channels == 0) {
    throw base::MismatchError("branch " + branch.name + " reads " + branch.input +
                              ", which the data do not have");
  }
  return shape;
}

class Planner {
 public:
  explicit Planner(Plan& plan) : plan_(plan) {}

  std::size_t add_value(const Shape& shape) {
    plan_.shapes.push_back(shape);
    return plan_.shapes.size() - 1;
  }

  std::size_t add(const Layer& layer, const std::vector<std::size_t>& inputs) {
    Step step{layer.type, layer.name, layer.options, inputs, 0, {}};
    std::vector<Shape> shapes;
    for (const std::size_t input : inputs) shapes.push_back(plan_.shapes[input]);
    Shape out;
    try {
      out = find_layer(layer.type).infer(shapes, step);
    } catch (const base::MismatchError& error) {
      throw base::MismatchError("layer " + layer.name + " (" + layer.type + "): " + error.what(),
                                error.hint());
    }
    step.output = add_value(out);
    plan_.steps.push_back(std::move(step));
    return plan_.steps.back().output;
  }

 private:
  Plan& plan_;
};

}  // namespace

std::size_t ParameterSpec::size() const {
  std::size_t n = 1;
  for (const std::size_t d : shape) n *= d;
  return n;
}

std::vector<ParameterSpec> Plan::parameters() const {
  std::vector<ParameterSpec> out;
  for (const Step& step : steps) {
    out.insert(out.end(), step.parameters.begin(), step.parameters.end());
  }
  return out;
}

std::size_t Plan::n_parameters() const {
  std::size_t n = 0;
  for (const ParameterSpec& parameter : parameters()) {
    if (!parameter.is_buffer) n += parameter.size();
  }
  return n;
}

std::size_t channels_of_encoding(const std::string& encoding) {
  if (encoding == "dosage") return 1;
  if (encoding == "dosage-missing") return 2;
  if (encoding == "onehot") return 3;
  throw base::MismatchError("encoding '" + encoding +
                            "' is not known, expected dosage, dosage-missing or onehot");
}

Plan make_plan(const NetworkSpec& spec, const InputSizes& sizes, std::size_t n_outputs) {
  Plan plan;
  Planner planner(plan);
  std::vector<std::size_t> ends;
  for (const Branch& branch : spec.branches) {
    std::size_t value = planner.add_value(shape_of_input(branch, sizes));
    plan.inputs.push_back({branch.input, branch.encoding, value});
    for (const Layer& layer : branch.layers) value = planner.add(layer, {value});
    ends.push_back(value);
  }
  std::size_t value = ends.front();
  if (ends.size() > 1) {
    Layer fusion =
        spec.fusion == "gated"
            ? make_layer("gated", "fusion", {{"units", std::to_string(spec.fusion_units)}})
            : make_layer("concat", "fusion");
    value = planner.add(fusion, ends);
  }
  for (const Layer& layer : spec.head) value = planner.add(layer, {value});
  plan.output = value;
  if (n_outputs != 0 && (plan.shapes[value].is_sequence() || plan.n_outputs() != n_outputs)) {
    throw base::MismatchError(
        "the head ends with " + to_string(plan.shapes[value]) + ", the outcome needs " +
            std::to_string(n_outputs),
        "let the last layer of the head be linear with " + std::to_string(n_outputs) + " units");
  }
  return plan;
}

std::vector<std::string> describe(const Plan& plan) {
  std::vector<std::string> lines;
  for (const InputStep& input : plan.inputs) {
    lines.push_back(input.input + ": " + to_string(plan.shapes[input.output]));
  }
  for (const Step& step : plan.steps) {
    std::size_t n = 0;
    for (const ParameterSpec& parameter : step.parameters) {
      if (!parameter.is_buffer) n += parameter.size();
    }
    lines.push_back(step.name + ": " + to_string(plan.shapes[step.output]) +
                    (n > 0 ? ", " + base::format_count(n) + " weights" : ""));
  }
  return lines;
}

}  // namespace gcrisk::nn
