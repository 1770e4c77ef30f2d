// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// Source: OMOP Common Data Model 5.3 and 5.4, ohdsi.github.io/CommonDataModel.
#include "omop_tables.hpp"

#include <algorithm>
#include <array>

namespace gcrisk::io::omop {

namespace {

constexpr std::array<TableSpec, 7> kEventTables = {{
    {"visit_occurrence",
     "visit_concept_id",
     "visit_source_concept_id",
     "",
     "visit_start_date",
     "visit_start_datetime",
     "visit_end_date",
     "visit_end_datetime",
     false,
     "VISIT/"},
    {"condition_occurrence",
     "condition_concept_id",
     "condition_source_concept_id",
     "condition_source_value",
     "condition_start_date",
     "condition_start_datetime",
     "condition_end_date",
     "condition_end_datetime"},
    {"drug_exposure",
     "drug_concept_id",
     "drug_source_concept_id",
     "drug_source_value",
     "drug_exposure_start_date",
     "drug_exposure_start_datetime",
     "drug_exposure_end_date",
     "drug_exposure_end_datetime"},
    {"procedure_occurrence",
     "procedure_concept_id",
     "procedure_source_concept_id",
     "procedure_source_value",
     "procedure_date",
     "procedure_datetime",
     "",
     ""},
    {"device_exposure",
     "device_concept_id",
     "device_source_concept_id",
     "device_source_value",
     "device_exposure_start_date",
     "device_exposure_start_datetime",
     "device_exposure_end_date",
     "device_exposure_end_datetime"},
    {"measurement",
     "measurement_concept_id",
     "measurement_source_concept_id",
     "measurement_source_value",
     "measurement_date",
     "measurement_datetime",
     "",
     "",
     true},
    {"observation",
     "observation_concept_id",
     "observation_source_concept_id",
     "observation_source_value",
     "observation_date",
     "observation_datetime",
     "",
     "",
     true},
}};

constexpr std::array<std::string_view, 42> kKnown = {"person",
                                                     "death",
                                                     "observation_period",
                                                     "visit_occurrence",
                                                     "condition_occurrence",
                                                     "drug_exposure",
                                                     "procedure_occurrence",
                                                     "device_exposure",
                                                     "measurement",
                                                     "observation",
                                                     "visit_detail",
                                                     "note",
                                                     "note_nlp",
                                                     "specimen",
                                                     "fact_relationship",
                                                     "location",
                                                     "care_site",
                                                     "provider",
                                                     "payer_plan_period",
                                                     "cost",
                                                     "drug_era",
                                                     "dose_era",
                                                     "condition_era",
                                                     "episode",
                                                     "episode_event",
                                                     "metadata",
                                                     "cdm_source",
                                                     "concept",
                                                     "vocabulary",
                                                     "domain",
                                                     "concept_class",
                                                     "concept_relationship",
                                                     "relationship",
                                                     "concept_synonym",
                                                     "concept_ancestor",
                                                     "source_to_concept_map",
                                                     "drug_strength",
                                                     "cohort",
                                                     "cohort_definition",
                                                     "attribute_definition",
                                                     "cohort_attribute",
                                                     "survey_conduct"};

}  // namespace

std::span<const TableSpec> event_tables() { return kEventTables; }

bool is_known_table(std::string_view name) {
  return std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end();
}

}  // namespace gcrisk::io::omop
