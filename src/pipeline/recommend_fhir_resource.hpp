// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "gcrisk/recommend/record_input.hpp"

namespace gcrisk::pipeline {

using FhirJson = nlohmann::json;

// One resource as an entry; nothing for types that a plan does not ask for. `follow` finds what a
// reference names (null: not there), for medications that are resources of their own.
std::optional<recommend::RecordEntry> fhir_entry(
    const FhirJson& resource, const std::function<const FhirJson*(const std::string&)>& follow);

// The person of a Patient resource, without entries.
recommend::PersonRecord fhir_person(const FhirJson& patient);

// The reference of subject or patient ("Patient/p1", "urn:uuid:…"); empty: none.
std::string fhir_subject(const FhirJson& resource);

// A member's text; empty where it is absent or no text.
std::string fhir_text(const FhirJson& json, const char* key);

}  // namespace gcrisk::pipeline
