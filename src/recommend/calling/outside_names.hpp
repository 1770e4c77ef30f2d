// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gcrisk/recommend/pgx_tables.hpp"

namespace gcrisk::recommend {

// Two names between slashes, or one; empty: more than two, or nothing.
std::vector<std::string> split_diplotype(std::string_view text);

// The allele of the tables that a name from outside means: "CYP2D6*4.012" is *4, "*1x3" is
// "*1x≥3", "[*36 + *10]" is "*36 + *10". Null: none.
const NamedAllele* find_outside_allele(const PgxGene& gene, std::string_view name);

// Without the gene's name in front, brackets and blanks; "+" with one blank on each side.
std::string plain_allele_name(std::string_view gene, std::string_view name);

// "HLA-B*57:01:01" to "*57:01"; nothing where there is one field only ("*57").
std::optional<std::string> two_fields(std::string_view gene, std::string_view name);

// "*57:01 positive; *58:01 negative": alleles and whether they are there. Empty: not of that form.
std::vector<std::pair<std::string, bool>> parse_statuses(std::string_view gene,
                                                         std::string_view text);

// The phenotype of the tables that is the same but for letter case; nothing: unknown.
std::optional<std::string> known_phenotype(const PgxGene& gene, std::string_view text);

// "3" to "3.0", ">=3" to "≥3.0", "n/a"; nothing: no score.
std::optional<std::string> plain_score(std::string_view text);

}  // namespace gcrisk::recommend
