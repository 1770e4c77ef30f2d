// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "preprocess_options.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "event_features.hpp"
#include "gcrisk/base/error.hpp"

namespace gcrisk::pipeline {

using base::Json;
using base::Parameter;
using base::ParameterTable;
using base::ParameterType;

namespace {

void append(ParameterTable& table, const std::string& group, std::vector<Parameter> rows) {
  for (Parameter& row : rows) {
    row.group = group;
    table.push_back(std::move(row));
  }
}

ParameterTable own_parameters() {
  using enum ParameterType;
  ParameterTable table;
  append(table,
         "inputs",
         {{.name = "bfile",
           .type = kPath,
           .meaning = "genotypes: prefix of a .bed, .bim and .fam",
           .placeholder = "PREFIX"},
          {.name = "vcf",
           .type = kPaths,
           .meaning = "genotypes: VCF or BCF files, read as ingest vcf does by default and kept in "
                      "the study",
           .placeholder = "FILE"},
          {.name = "clinical",
           .type = kPath,
           .meaning = "clinical table, one row a person; the dictionary beside it is used",
           .placeholder = "FILE"},
          {.name = "events",
           .type = kPath,
           .meaning = "dated events as ingest ehr writes them: features from before --index-date, "
                      "and with --outcome-code who is studied and the outcome",
           .placeholder = "FILE"},
          {.name = "dictionary",
           .type = kPath,
           .meaning = "dictionary of the clinical table; default: PREFIX.dictionary.json beside "
                      "PREFIX.clinical.tsv",
           .placeholder = "FILE"},
          {.name = "molecular",
           .type = kPath,
           .meaning = "table of measured features (expression, methylation, protein), one row a "
                      "person",
           .placeholder = "FILE"},
          {.name = "molecular-normalise",
           .type = kChoice,
           .meaning = "how molecular values are made comparable between people",
           .default_value = "none",
           .choices = {}},
          {.name = "gene-lengths",
           .type = kPath,
           .meaning = "two columns, gene and length in base pairs, for tpm and rpkm",
           .placeholder = "FILE"},
          {.name = "id-map",
           .type = kPath,
           .meaning = "two columns: a person's other name and the ID that the study uses",
           .placeholder = "FILE"},
          {.name = "min-overlap",
           .type = kNumber,
           .meaning = "refuse inputs that share less than this part of the people of the smaller",
           .default_value = "0.5",
           .min = 0,
           .max = 1}});
  append(table,
         "outcome",
         {{.name = "pheno",
           .type = kPath,
           .meaning = "table with the outcome; default: the clinical table",
           .placeholder = "FILE"},
          {.name = "pheno-name",
           .type = kText,
           .meaning = "column of the outcome; default: the phenotype of the .fam file",
           .placeholder = "NAME"},
          {.name = "time-name",
           .type = kText,
           .meaning = "column of the follow-up time: the outcome is then an event, for survival",
           .placeholder = "NAME"},
          {.name = "outcome-kind",
           .type = kChoice,
           .meaning = "how the outcome is to be read",
           .default_value = "auto",
           .choices = {"auto", "binary", "multiclass", "continuous", "survival"}}});
  append(table,
         "people",
         {{.name = "keep",
           .type = kPath,
           .meaning = "keep only the people of this list",
           .placeholder = "FILE"},
          {.name = "remove",
           .type = kPath,
           .meaning = "leave out the people of this list",
           .placeholder = "FILE"},
          {.name = "mind",
           .type = kNumber,
           .meaning = "largest share of missing calls of a person who is kept",
           .min = 0,
           .max = 1,
           .placeholder = "RATE"},
          {.name = "king-cutoff",
           .type = kNumber,
           .meaning = "leave out one of each pair of people whose KING-robust kinship is above "
                      "this; with --group-by kinship nobody is left out and relatives above it "
                      "(default 0.0884: second degree) form groups",
           .min = 0,
           .max = 0.5,
           .placeholder = "PHI",
           .source = "Manichaikul et al. 2010"}});
  append(table,
         "split",
         {{.name = "split",
           .type = kText,
           .meaning = "percentages of training, validation and test set",
           .default_value = "70/15/15"},
          {.name = "split-file",
           .type = kPath,
           .meaning = "set of each person: columns #IID and SET (train, validation, test)",
           .placeholder = "FILE"},
          {.name = "stratify",
           .type = kText,
           .meaning = "column whose values are spread evenly over the sets; default: the outcome",
           .placeholder = "NAME"},
          {.name = "group-by",
           .type = kText,
           .meaning = "kinship, or a column (litter, hospital, family) whose groups stay on one "
                      "side of every split; a column is no feature then",
           .placeholder = "kinship|COLUMN"}});
  append(table,
         "variant filters",
         {{.name = "extract",
           .type = kPath,
           .meaning = "keep only the variants with these IDs",
           .placeholder = "FILE"},
          {.name = "exclude",
           .type = kPath,
           .meaning = "leave out the variants with these IDs",
           .placeholder = "FILE"},
          {.name = "chr",
           .type = kTexts,
           .meaning = "keep only these chromosomes",
           .placeholder = "1-22,X"}});
  append(table,
         "tables",
         {{.name = "impute",
           .type = kChoice,
           .meaning = "how gaps in the tables are filled",
           .default_value = "mean",
           .choices = {}},
          {.name = "missing-indicators",
           .type = kFlag,
           .meaning = "add a column NAME:missing for each column with gaps in the training set"},
          {.name = "encode",
           .type = kChoice,
           .meaning = "how categories become numbers",
           .default_value = "onehot",
           .choices = {}},
          {.name = "scale",
           .type = kChoice,
           .meaning = "how measured columns are scaled",
           .default_value = "zscore",
           .choices = {}}});
  return table;
}

// "impute-" -> mean, median, …: the steps of a family in the order of the registry.
std::vector<std::string> family(const std::string& prefix) {
  std::vector<std::string> out;
  for (const auto* entry : preprocess::all_steps()) {
    if (entry->name.starts_with(prefix)) out.push_back(entry->name.substr(prefix.size()));
  }
  return out;
}

// Values of a step's parameters that the command was given or has defaults for.
Json values_for(const preprocess::StepEntry& entry, const base::Parameters& parameters) {
  const Json all = parameters.to_json();
  Json out = Json::object();
  for (const Parameter& row : entry.parameters) {
    if (all.contains(row.name) && !all[row.name].is_null()) out[row.name] = all[row.name];
  }
  return out;
}

// Was any option of this step given?
bool asked_for(const preprocess::StepEntry& entry, const base::Parameters& parameters) {
  return std::any_of(entry.parameters.begin(), entry.parameters.end(), [&](const Parameter& row) {
    return parameters.find(row.name) != nullptr && parameters.given(row.name);
  });
}

}  // namespace

ParameterTable preprocess_parameters() {
  ParameterTable table = own_parameters();
  for (Parameter& row : feature_parameters()) table.push_back(std::move(row));
  for (Parameter& row : outcome_parameters()) table.push_back(std::move(row));
  for (Parameter& row : table) {
    if (row.name == "molecular-normalise") {
      row.choices = family("normalise-");
      row.choices.insert(row.choices.begin(), "none");
    }
    if (row.name == "encode" || row.name == "scale" || row.name == "impute") {
      row.choices = family(row.name + "-");
      if (row.name != "encode") row.choices.emplace_back("none");
    }
  }
  for (const auto* entry : preprocess::all_steps()) {
    for (const Parameter& row : entry->parameters) {
      // Rows without a heading are set by the command itself.
      const bool known = std::any_of(
          table.begin(), table.end(), [&](const Parameter& p) { return p.name == row.name; });
      if (known || row.group.empty()) continue;
      table.push_back(row);
      table.back().required = false;  // only where the step is asked for
    }
  }
  return table;
}

preprocess::Recipe make_recipe(const base::Parameters& parameters, const RecipeParts& parts) {
  preprocess::Recipe recipe;
  const auto add = [&](const std::string& name, const Json& more = Json::object()) {
    Json values = values_for(preprocess::find_step(name), parameters);
    values.update(more);
    recipe.add(name, values);
  };
  if (parts.genotypes) {
    for (const auto* entry : preprocess::all_steps()) {
      const bool is_filter = entry->name.starts_with("filter-") || entry->name == "prune-ld";
      if (is_filter && asked_for(*entry, parameters)) add(entry->name);
    }
  }
  const std::string& normalise = parameters.text("molecular-normalise");
  if (normalise != "none" && !parts.molecular) {
    throw base::UsageError("--molecular-normalise needs molecular values", "give --molecular");
  }
  if (normalise != "none") {
    Json lengths = Json::object();
    if (!parts.gene_lengths.empty()) {
      for (const auto& [gene, length] : parts.gene_lengths) {
        lengths["genes"].push_back(gene);
        lengths["lengths"].push_back(length);
      }
    } else if (normalise == "tpm" || normalise == "rpkm") {
      throw base::UsageError("--molecular-normalise " + normalise +
                             " divides by the lengths of genes, expected --gene-lengths FILE");
    }
    add("normalise-" + normalise, lengths);
  }
  if (parts.clinical || parts.molecular) {
    if (parameters.flag("missing-indicators")) add("missing-indicators");
    const std::string& encode = parameters.text("encode");
    add("select-columns", {{"unseen-levels", encode == "ordinal" ? "missing" : "none"}});
    if (parameters.text("impute") != "none") add("impute-" + parameters.text("impute"));
    add("encode-" + encode);
  }
  if (parameters.given("pca")) {
    if (!parts.genotypes) {
      throw base::UsageError("--pca needs genotypes", "give --bfile or --vcf, or leave out --pca");
    }
    add("pca");
  }
  if (parts.clinical || parts.molecular || parameters.given("pca")) {
    if (parameters.text("scale") != "none") add("scale-" + parameters.text("scale"));
  }
  return recipe;
}

}  // namespace gcrisk::pipeline
