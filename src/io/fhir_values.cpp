// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// What a resource says: the medicine of an order, the value of an observation.
#include "fhir_scope.hpp"

namespace gcrisk::io::fhir {

Code Scope::medication(bool& is_reference) {
  is_reference = false;
  if (has(resource_, "medicationCodeableConcept")) {
    return code_at(resource_, "medicationCodeableConcept");
  }
  const auto object = object_at(resource_, "medicationReference");
  if (!object) return {};
  const std::string_view reference = text_at(*object, "reference");
  if (reference.empty()) {
    // Its name alone, like a concept that has a text and no code.
    const std::string_view name = text_at(*object, "display");
    if (name.empty()) return {};
    code_text_ = "TEXT/";
    code_text_ += name;
    return {code_text_, name};
  }
  if (reference.starts_with('#')) {
    std::optional<Object> inner;
    each_at(resource_, "contained", [&](const Object& candidate) {
      if (text_at(candidate, "id") == reference.substr(1)) inner = candidate;
    });
    if (!inner) {
      throw BadRecord{"the medication '" + std::string(reference) +
                      "' is not among its contained resources"};
    }
    return code_at(*inner, "code");
  }
  if (bundle_ != nullptr) {
    if (const auto* entry = bundle_->find(reference)) return code_at(entry->resource, "code");
  }
  const std::string_view relative = relative_part(reference);
  if (relative.empty()) return {};
  is_reference = true;
  return {relative, {}};
}

bool Scope::value_of(const Object& object, Value& value) {
  for (const auto field : object) {
    const std::string_view key = field.key;
    if (!key.starts_with("value") || key.size() < 8) continue;
    const std::string_view kind = key.substr(5);
    if (kind == "Quantity") {
      const auto quantity = object_at(object, key);
      if (!quantity) continue;
      const auto number = number_at(*quantity, "value");
      if (!number) continue;
      value.number = *number;
      value.text = text_at(*quantity, "comparator");
      value.unit = text_at(*quantity, "code");
      if (value.unit.empty() || text_at(*quantity, "system") != "http://unitsofmeasure.org") {
        const std::string_view unit = text_at(*quantity, "unit");
        if (!unit.empty()) value.unit = unit;
      }
    } else if (kind == "CodeableConcept") {
      const auto found = object_at(object, key);
      if (!found) continue;
      const Code code = code_of(*found);
      value_text_ = code.code;
      value.text = value_text_;
      yield_.report.title(code.code, code.title);
    } else if (kind == "Boolean") {
      const auto flag = flag_at(object, key);
      if (!flag) continue;
      value.number = *flag ? 1 : 0;
    } else if (kind == "Integer") {
      const auto number = number_at(object, key);
      if (!number) continue;
      value.number = *number;
    } else if (kind == "String" || kind == "DateTime" || kind == "Time") {
      value.text = text_at(object, key);
    } else if (kind == "Range" || kind == "Ratio") {
      const auto pair = object_at(object, key);
      if (!pair) continue;
      const bool range = kind == "Range";
      const auto part = [&](std::string_view name) {
        const auto quantity = object_at(*pair, name);
        const auto number = quantity ? number_at(*quantity, "value") : std::nullopt;
        return number ? std::to_string(*number) : std::string();
      };
      value_text_ = part(range ? "low" : "numerator") + (range ? "-" : "/") +
                    part(range ? "high" : "denominator");
      value.text = value_text_;
    } else {
      remark("a value of the type " + std::string(kind) + " is not read");
      continue;
    }
    return true;
  }
  return false;
}

}  // namespace gcrisk::io::fhir
