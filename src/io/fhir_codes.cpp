// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// Vocabularies and concepts: from a coding to VOCABULARY/CODE.
#include <algorithm>
#include <array>

#include "fhir_scope.hpp"
#include "gcrisk/io/fhir.hpp"

namespace gcrisk::io {

namespace {

// FHIR's addresses (hl7.org/fhir/R4/terminologies-systems.html) and OMOP's vocabulary_id.
constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kSystems = {{
    {"http://loinc.org", "LOINC"},
    {"http://snomed.info/sct", "SNOMED"},
    {"http://www.nlm.nih.gov/research/umls/rxnorm", "RxNorm"},
    {"http://hl7.org/fhir/sid/icd-10-cm", "ICD10CM"},
    {"http://hl7.org/fhir/sid/icd-10", "ICD10"},
    {"http://hl7.org/fhir/sid/icd-10-pcs", "ICD10PCS"},
    {"http://www.cms.gov/Medicare/Coding/ICD10", "ICD10PCS"},
    {"http://fhir.de/CodeSystem/bfarm/icd-10-gm", "ICD10GM"},
    {"http://hl7.org/fhir/sid/icd-9-cm", "ICD9CM"},
    {"http://hl7.org/fhir/sid/cvx", "CVX"},
    {"http://hl7.org/fhir/sid/ndc", "NDC"},
    {"http://www.whocc.no/atc", "ATC"},
    {"http://www.ama-assn.org/go/cpt", "CPT4"},
    {"http://terminology.hl7.org/CodeSystem/v3-ActCode", "ActCode"},
    {"urn:oid:2.16.840.1.113883.6.238", "CDCREC"},
    {"https://dmd.nhs.uk", "dm+d"},
    {"http://unitsofmeasure.org", "UCUM"},
    {"https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "HCPCS"},
}};

}  // namespace

std::string vocabulary_of(std::string_view system) {
  for (const auto& [address, name] : kSystems) {
    if (address == system) return std::string(name);
  }
  while (!system.empty() && system.back() == '/') system.remove_suffix(1);
  if (system.empty()) return "LOCAL";
  const auto at = system.find_last_of("/:");
  return std::string(at == std::string_view::npos ? system : system.substr(at + 1));
}

namespace fhir {

Code Scope::coding_of(const Object& coding, std::string_view prefix) {
  const std::string_view code = text_at(coding, "code");
  if (code.empty()) return {};
  code_text_ = prefix;
  const std::string_view system = text_at(coding, "system");
  // The frequent ones without making a text.
  if (system == kSystems[0].first) {
    code_text_ += kSystems[0].second;
  } else if (system == kSystems[1].first) {
    code_text_ += kSystems[1].second;
  } else {
    code_text_ += vocabulary_of(system);
  }
  code_text_ += '/';
  code_text_ += code;
  return {code_text_, text_at(coding, "display")};
}

Code Scope::code_of(const Object& concept_object, std::string_view prefix) {
  std::optional<Object> best;
  std::size_t best_rank = 0;
  std::size_t n = 0;
  each_at(concept_object, "coding", [&](const Object& coding) {
    if (text_at(coding, "code").empty()) return;
    ++n;
    std::size_t rank = options_.prefer_systems.size() + 1;
    if (!options_.prefer_systems.empty()) {
      const auto wanted = std::find(options_.prefer_systems.begin(),
                                    options_.prefer_systems.end(),
                                    vocabulary_of(text_at(coding, "system")));
      rank = static_cast<std::size_t>(wanted - options_.prefer_systems.begin());
      if (wanted == options_.prefer_systems.end()) ++rank;
    }
    if (rank > options_.prefer_systems.size() && flag_at(coding, "userSelected").value_or(false)) {
      --rank;
    }
    if (!best || rank < best_rank) {
      best = coding;
      best_rank = rank;
    }
  });
  if (n > 1) remark("a concept has several codings, one counts (--prefer-systems)");
  if (best) {
    Code code = coding_of(*best, prefix);
    if (code.title.empty()) code.title = text_at(concept_object, "text");
    return code;
  }
  const std::string_view text = text_at(concept_object, "text");
  if (text.empty()) return {};
  code_text_ = prefix;
  code_text_ += "TEXT/";
  code_text_ += text;
  return {code_text_, text};
}

Code Scope::code_at(const Object& object, std::string_view key, std::string_view prefix) {
  Json value;
  if (object.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return {};
  if (!value.is_array()) return code_of(*object_at(object, key), prefix);
  Code code;
  each_at(object, key, [&](const Object& item) {
    if (code.code.empty()) code = code_of(item, prefix);
  });
  return code;
}

}  // namespace fhir

}  // namespace gcrisk::io
