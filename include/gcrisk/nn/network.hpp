// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "gcrisk/base/json.hpp"
#include "gcrisk/base/parameters.hpp"

namespace gcrisk::nn {

// What flows between layers, for one person: a vector of `channels` numbers (length 0), or a
// sequence of `length` positions with `channels` numbers each, position after position.
struct Shape {
  std::size_t length = 0;
  std::size_t channels = 0;
  bool masked = false;  // a sequence that may be shorter for some people (visits)

  bool is_sequence() const { return length > 0; }
  std::size_t size() const { return (length > 0 ? length : 1) * channels; }
  bool operator==(const Shape&) const = default;
};
std::string to_string(const Shape& shape);  // "500 positions × 32 channels", "64 numbers"

// One layer: its type (a row of src/nn/layers/registry.inc), a name of its own, its options.
struct Layer {
  std::string type;
  std::string name;
  base::Parameters options;
};

// A chain of layers that reads one input.
struct Branch {
  std::string name;
  std::string input;  // "genotypes", "clinical", "molecular" or "visits"
  // Genotypes only. "dosage": the standardised count of A1, missing at its mean; "dosage-missing":
  // the same and a channel that is 1 where the call is missing; "onehot": one channel a genotype.
  std::string encoding = "dosage-missing";
  std::vector<Layer> layers;
};

// A network as data. Branches are joined by `fusion` ("concat": side by side; "gated": each branch
// is projected to `fusion_units` numbers and weighed by a gate that sees all of them, Arevalo et
// al. 2017, arXiv:1702.01992) and the head makes the scores of them. A single branch needs no
// fusion.
struct NetworkSpec {
  std::vector<Branch> branches;
  std::string fusion = "concat";
  std::size_t fusion_units = 64;
  std::vector<Layer> head;
};

// A layer with options as typed. UsageError for an unknown type or a value out of range.
Layer make_layer(const std::string& type,
                 const std::string& name,
                 const std::vector<std::pair<std::string, std::string>>& options = {});

base::Json to_json(const NetworkSpec& spec);
// MalformedError with `place` and the layer where something is unknown or out of range.
NetworkSpec network_from_json(const base::Json& json, const std::string& place);

}  // namespace gcrisk::nn
