// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/recommend/calls.hpp"
#include "gcrisk/recommend/pgx_tables.hpp"

// Calls that another program or laboratory made: the only way to CYP2D6, HLA-A, HLA-B and MT-RNR1.
//
// PharmCAT's file: gene, diplotype, phenotype, activity score, tabs between, any of the last three
// empty or absent; lines that begin with '#' are comments. For several people at once a header line
// `#IID GENE DIPLOTYPE PHENOTYPE ACTIVITY_SCORE` puts the person in front.
namespace gcrisk::recommend {

struct OutsideCall {
  std::string sample_id;  // empty: of the one person of the run
  std::string gene;
  std::string diplotype;
  std::string phenotype;
  std::string activity_score;
  std::string place;  // "file:line"
};

struct OutsideCalls {
  std::vector<OutsideCall> calls;
  bool names_people = false;
};

// `text` is the whole file, `name` stands in messages. MalformedError with file:line: more columns
// than the form has, a line without a gene or with nothing behind it, a score that is no number.
OutsideCalls parse_outside_calls(std::string_view text, const std::string& name);

// What one or more lines about one gene of one person amount to. Names are brought to the tables'
// form: order of the two, spaces and brackets, sub-alleles, copy numbers, two fields of HLA, case
// of phenotypes. The score outranks the phenotype, the phenotype the diplotype; a contradiction is
// a warning, and the call is then open. Lines that disagree are all shown.
GeneCall call_from_outside(const PgxGene& gene, const std::vector<const OutsideCall*>& lines);

// Puts outside calls in place of the person's own; says so where a VCF call is replaced, and warns
// of genes that the tables do not know.
void apply_outside_calls(const PgxTables& tables, const OutsideCalls& calls, PersonCalls& person);

// The calls of one person in PharmCAT's form, for other programs. Genes without a call are left
// out; of several diplotypes none is written, only a phenotype that they share.
std::string outside_calls_text(const PersonCalls& person);

}  // namespace gcrisk::recommend
