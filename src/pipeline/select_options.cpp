// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "select_options.hpp"

#include <cmath>
#include <vector>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/select/selector.hpp"

namespace gcrisk::pipeline {

base::ParameterTable select_parameters() {
  using enum base::ParameterType;
  std::vector<std::string> methods;
  for (const auto* entry : select::all_selectors()) methods.push_back(entry->name);
  methods.emplace_back("lasso");
  methods.emplace_back("rfe");
  methods.emplace_back("all");
  return {
      {.name = "study",
       .type = kPath,
       .meaning = "a folder made by preprocess; its training rows alone are seen",
       .placeholder = "STUDY/",
       .group = "input"},
      {.name = "bfile",
       .type = kPath,
       .meaning = "genotypes: prefix of .bed, .bim and .fam",
       .placeholder = "PREFIX",
       .group = "input"},
      {.name = "pheno",
       .type = kPath,
       .meaning = "table with the outcome, one row a person; without it the last column of the "
                  ".fam counts",
       .placeholder = "FILE",
       .group = "input"},
      {.name = "pheno-name",
       .type = kText,
       .meaning = "the outcome's column in --pheno",
       .placeholder = "COLUMN",
       .group = "input"},
      {.name = "covar",
       .type = kPath,
       .meaning = "table with covariates for --method score, one row a person",
       .placeholder = "FILE",
       .group = "input"},
      {.name = "covar-name",
       .type = kTexts,
       .meaning = "covariates to adjust for; words become indicators. Default: all of --covar, "
                  "none of a study",
       .placeholder = "A,B",
       .group = "input"},
      {.name = "method",
       .type = kChoice,
       .meaning =
           "what orders the selection. The scan table has the statistics of every method "
           "that needs only counts; score comes with covariates or when it is asked for. "
           "all orders by chi2 (by score where there are covariates); lasso by the order in which "
           "variants enter a lasso of all of them together, covariates unpenalised: of "
           "correlated variants one comes early; rfe by recursive elimination: a model is fitted, "
           "the variants that matter least leave, and so on until --top are left",
       .default_value = "chi2",
       .choices = methods,
       .group = "method"},
      {.name = "rfe-model",
       .type = kText,
       .meaning = "of rfe: the method whose importances decide, any of gcrisk train that explains "
                  "itself",
       .default_value = "lr",
       .placeholder = "MODEL",
       .source = "Guyon et al. 2002",
       .group = "method"},
      {.name = "rfe-step",
       .type = kNumber,
       .meaning = "of rfe: share of the variants that leaves in a round",
       .default_value = "0.5",
       .min = 0,
       .max = 1,
       .open_min = true,
       .open_max = true,
       .group = "method"},
      {.name = "rfe-set",
       .type = kTexts,
       .meaning = "of rfe: options of the method other than their defaults: trees=200",
       .placeholder = "OPTION=VALUE",
       .group = "method"},
      {.name = "permutations",
       .type = kInteger,
       .meaning = "permute the classes N times and give the share of permutations with a statistic "
                  "as large, for the variant alone (P_PERM) and for the largest of all variants "
                  "(P_MAXT)",
       .default_value = "0",
       .min = 0,
       .max = 10000000,
       .source = "Phipson and Smyth 2010 for the +1; Westfall and Young 1993 for the maximum",
       .group = "method"},
      {.name = "top",
       .type = kInteger,
       .meaning = "select at most K variants; default 1000 where no other limit is given",
       .min = 1,
       .placeholder = "K",
       .group = "selection"},
      {.name = "p",
       .type = kNumber,
       .meaning = "select variants with at most this p",
       .min = 0,
       .max = 1,
       .open_min = true,
       .group = "selection"},
      {.name = "fdr",
       .type = kNumber,
       .meaning = "select variants with at most this false discovery rate",
       .min = 0,
       .max = 1,
       .open_min = true,
       .placeholder = "Q",
       .source = "Benjamini and Hochberg 1995",
       .group = "selection"},
      {.name = "clump",
       .type = kTexts,
       .meaning = "two numbers, R2,KB: of variants within KB kilobases with a squared correlation "
                  "of at least R2 only the best is selected",
       .placeholder = "R2,KB",
       .group = "selection"},
      {.name = "refit",
       .type = kInteger,
       .meaning = "fit the full regression for the N best of the selected variants, with the "
                  "samples that have a call: logistic (with Firth's penalty under separation) or "
                  "linear; adds BETA_FIT SE_FIT P_FIT FIT to the selected variants",
       .default_value = "0",
       .min = 0,
       .placeholder = "N",
       .source = "Firth 1993; Heinze and Schemper 2002",
       .group = "selection"},
  };
}

std::optional<Clumping> clumping_of(const base::Parameters& p) {
  const auto& texts = p.texts("clump");
  if (texts.empty()) return std::nullopt;
  const auto r2 = base::parse_number(texts.front());
  const auto kb = base::parse_number(texts.back());
  if (texts.size() != 2 || !r2 || !kb || !(*r2 >= 0 && *r2 <= 1) || !(*kb > 0)) {
    throw base::UsageError("--clump " + base::join(texts, ",") +
                               ": expected a squared correlation in [0, 1] and kilobases above 0",
                           "for example --clump 0.1,250");
  }
  return Clumping{*r2, static_cast<std::int64_t>(std::llround(*kb * 1000))};
}

bool is_joint(const std::string& method) { return method == "lasso" || method == "rfe"; }

// What belongs to tests of single variants excludes the methods that see all variants at once.
void check_joint_options(const base::Parameters& p) {
  const std::string& method = p.text("method");
  if (is_joint(method)) {
    for (const char* name : {"p", "fdr", "clump", "permutations"}) {
      if (!p.given(name)) continue;
      throw base::UsageError("--method " + method + ": excludes --" + std::string(name) +
                                 ", it orders variants by " +
                                 (method == "lasso" ? "its path" : "importance") + " and not by p",
                             "give --top K");
    }
  }
  if (method == "rfe") return;
  for (const char* name : {"rfe-model", "rfe-step", "rfe-set"}) {
    if (!p.given(name)) continue;
    throw base::UsageError("--" + std::string(name) + " belongs to --method rfe, --method is " +
                           method);
  }
}

}  // namespace gcrisk::pipeline
