// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/cohort/cohort.hpp"
#include "gcrisk/io/plink.hpp"
#include "gcrisk/io/table.hpp"

// The files that a cohort is read from: what `preprocess` is given, and what `open_study` finds
// again in study.json.
namespace gcrisk::pipeline {

struct StudyInputs {
  std::string bfile;  // prefix; empty: no genotypes, or those of --vcf
  std::vector<std::string> vcf;
  std::string clinical;    // path; empty: none
  std::string dictionary;  // of the clinical table
  std::string molecular;
  std::vector<std::string> chromosomes;  // plain names; empty: all
  std::string extract;                   // files with variant IDs
  std::string exclude;
  std::vector<std::string> not_features;  // clinical columns that models must not see

  // Role and path of every file, in a fixed order.
  std::vector<std::pair<std::string, std::string>> files() const;
};

// The parts as they lie in their files, not joined.
struct StudyParts {
  std::optional<io::PlinkFiles> plink;
  std::vector<std::uint32_t> variants;  // in use after --chr, --extract, --exclude; ascending
  std::uint64_t n_variants_in_file = 0;
  std::vector<std::pair<std::string, std::uint64_t>> variants_left_out;  // reason, count
  std::optional<clinical::Table> clinical;
  std::optional<clinical::Table> molecular;
  io::TableReport clinical_report;
  io::TableReport molecular_report;
};

StudyParts read_parts(const StudyInputs& inputs, const base::Context& context);

// Where a person stands in each part, counted from 0; -1 where that part does not exist.
struct PersonRows {
  std::string id;
  std::int64_t genotypes = -1;
  std::int64_t clinical = -1;
  std::int64_t molecular = -1;
};

// The cohort of these people, in the order of the genotype file where there is one. No outcome,
// no groups. Columns named in `not_features` are left out.
cohort::Cohort assemble(const StudyParts& parts,
                        const StudyInputs& inputs,
                        const std::vector<PersonRows>& people);

// "1-22,X" as plain names. UsageError where a range is not one.
std::vector<std::string> parse_chromosomes(const std::vector<std::string>& texts);

// IDs of a list: one a line, `FID IID` (the second counts), or a table with #IID or #FID IID.
std::vector<std::string> read_sample_list(const std::string& path);
// Variant IDs: the first word of each line, or the column ID of a table whose header begins
// with '#' (such as P.selected.tsv).
std::vector<std::string> read_variant_list(const std::string& path);

// From other names to the study's: two columns, `OTHER ID`. MismatchError on an ID given twice.
std::vector<std::pair<std::string, std::string>> read_id_map(const std::string& path);

}  // namespace gcrisk::pipeline
