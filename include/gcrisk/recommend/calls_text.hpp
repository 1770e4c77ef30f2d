// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "gcrisk/recommend/calls.hpp"

// Calls as rows of P.calls.tsv and as objects of `calls[]` in P.plan.json.
namespace gcrisk::recommend {

inline constexpr std::string_view kResearchUse = "research use only";

// "#IID\tGENE\t…" without a line end.
std::string calls_header();
// One row a gene, each with its line end. Missing cells are "NA".
void append_call_rows(std::string& out, const PersonCalls& person);

// A JSON object. `sites` lists what differs from the reference and what was not read; the rest is
// counted ("positions_read").
void append_call_json(std::string& out, const GeneCall& call);
// `variants[]`: those that were read with at least one copy, or are unusable; the rest is counted.
void append_variants_json(std::string& out, const PersonCalls& person);
// A string with quotes, escaped so that it may stand in an HTML script element too.
void append_json_string(std::string& out, std::string_view text);

}  // namespace gcrisk::recommend
