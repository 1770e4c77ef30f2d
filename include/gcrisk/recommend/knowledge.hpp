// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/recommend/drugs.hpp"
#include "gcrisk/recommend/pgx_tables.hpp"
#include "gcrisk/recommend/record.hpp"
#include "gcrisk/recommend/rules.hpp"

// Everything that a plan rests on beside the person: loaded once, never changed afterwards.
namespace gcrisk::recommend {

// One row of a guideline: what it says for one combination of gene results.
struct GuidelineRow {
  std::string rec_id;
  std::string drug;
  std::vector<std::pair<std::string, std::string>> lookup;  // gene, value; genes in order
  std::string population;
  std::string strength;
  std::string action;
  std::string start_pct;
  std::string maint_pct;
  std::string increase_pct;
  std::string cap_mg_day;
  bool measure_levels = false;
  bool naive_only = false;
  std::vector<std::string> alternatives;
  std::string concern;  // toxicity, efficacy, both, none
  std::string guideline_id;
  std::string pmid;
};

class GuidelineTable {
 public:
  GuidelineTable() = default;
  // MalformedError with file:line.
  GuidelineTable(std::string_view tsv, const std::string& name);

  bool has(std::string_view drug) const;
  // Genes that a drug's rows are asked with, in alphabetical order.
  const std::vector<std::string>& genes(std::string_view drug) const;
  // Rows of a drug for these values (one a gene, in the order of `genes`), every population.
  std::vector<const GuidelineRow*> rows(std::string_view drug,
                                        const std::vector<std::string>& values) const;
  // Does any row of the drug ask for this result of the gene?
  bool asks(std::string_view drug, std::string_view gene, std::string_view value) const;
  // Scores that the rows of a drug know for a gene, ascending.
  std::vector<double> scores(std::string_view drug, std::string_view gene) const;
  const TableVersion& version() const noexcept { return version_; }

 private:
  TableVersion version_;
  std::vector<GuidelineRow> rows_;
  std::map<std::string, std::vector<std::string>, std::less<>> genes_;
  std::multimap<std::string, std::size_t, std::less<>> index_;  // "drug|value|value"
};

// The sentence of a row, in our words.
std::string sentence_of(const GuidelineRow& row);

struct VariantClass {
  std::string gene;
  std::string name;     // "c.5266dup"
  std::string protein;  // "p.Gln1756ProfsTer74"
  std::string rsid;
  std::string kind;  // pathogenic, uncertain, benign
  std::string note;
};

// What a guideline or an allele table has changed after the date of ours.
struct TableChange {
  std::string date;
  std::vector<std::string> genes;
  std::vector<std::string> drugs;
  std::string what;
  bool included = false;  // our tables have it all the same
};

struct Knowledge {
  DrugTable drugs;
  RecordCodes codes;
  GuidelineTable guidelines;
  std::vector<Rule> rules;
  std::vector<VariantClass> variants;
  TableVersion variants_version;
  std::vector<TableChange> changes;
  TableVersion changes_version;
  std::vector<TableVersion> versions;  // of the tables that calls rest on, and of everything above

  // Version and date of a table by its name; its name alone where there is none.
  TableVersion version_of(std::string_view table) const;

  // The class of a variant by rsID or by gene and name; nullptr: not classified.
  const VariantClass* variant(std::string_view gene,
                              std::string_view rsid,
                              std::string_view name) const;
};

// Reads `folder`/{drugs,codes,rules,oncology}/ and then the user's own rule files. `calling`: the
// tables that calls are made from; rules may name their genes and variants alone.
// ReadError; MalformedError with file:line.
Knowledge load_knowledge(const std::filesystem::path& folder,
                         const std::vector<std::string>& rule_files,
                         const PgxTables& calling);

}  // namespace gcrisk::recommend
