// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gcrisk/recommend/plan.hpp"

// A plan as text. plan.json is the truth, the others are views of it. The bytes depend on the
// plan alone.
namespace gcrisk::recommend {

// The plan's members of a person's object in plan.json, each with a comma before it: ",\"items\":
// [...]" and so on. Signs that could end an HTML script element are escaped.
std::string plan_members(const Plan& plan);

// "#IID\tID\tABOUT\t…" without a line end, and the rows, each with one.
std::string plan_header();
void append_plan_rows(std::string& out, const Plan& plan);

// A FHIR R4 bundle: DiagnosticReport, Observations of HL7 Genomics Reporting 3.0.0 (genotypes,
// therapeutic implications, regions studied), DetectedIssue for interactions, RiskAssessment.
std::string fhir_bundle(const Plan& plan, const Knowledge& knowledge);

// "CPIC, rec PA166297342, guideline PA166127638, PMID 37032427 (guidelines.tsv of 2024-05-31)".
std::string source_text(const Source& source);

}  // namespace gcrisk::recommend
