// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "pipeline/simulate_cohort.hpp"

namespace gcrisk::pipeline {

using base::UsageError;

base::ParameterTable simulation_parameters() {
  using enum base::ParameterType;
  base::ParameterTable table;
  const auto group = [&](const std::string& name, base::ParameterTable rows) {
    for (base::Parameter& row : rows) {
      row.group = name;
      table.push_back(std::move(row));
    }
  };
  group("people and genotypes",
        {{.name = "samples",
          .type = kInteger,
          .meaning = "people in the cohort",
          .default_value = "1000",
          .min = 2,
          .max = 5e6},
         {.name = "variants",
          .type = kInteger,
          .meaning = "variants, spread over the chromosomes "
                     "in proportion to their length",
          .default_value = "10000",
          .min = 1,
          .max = 2e9},
         {.name = "chromosomes",
          .type = kTexts,
          .meaning = "autosomes to put variants on, such as "
                     "1-22 or 20,21",
          .default_value = "1-22"},
         {.name = "spacing",
          .type = kNumber,
          .meaning = "mean distance of neighbouring variants in "
                     "kb; smaller where a chromosome has no room",
          .default_value = "3",
          .min = 0.002,
          .max = 1000,
          .placeholder = "KB"},
         {.name = "maf-min",
          .type = kNumber,
          .meaning = "smallest minor allele frequency in the "
                     "ancestral population; frequencies of A1 have density 1/p between the limits",
          .default_value = "0.01",
          .min = 1e-4,
          .max = 0.5},
         {.name = "maf-max",
          .type = kNumber,
          .meaning = "largest minor allele frequency",
          .default_value = "0.5",
          .min = 1e-4,
          .max = 0.5},
         {.name = "ld",
          .type = kNumber,
          .meaning = "distance in kb over which the correlation of "
                     "two variants falls to 1/e",
          .default_value = "50",
          .min = 0.01,
          .max = 1e5,
          .placeholder = "KB",
          .source = "haplotypes as mosaics: Li and Stephens, Genetics 2003"},
         {.name = "populations",
          .type = kInteger,
          .meaning = "populations of equal size",
          .default_value = "1",
          .min = 1,
          .max = 50},
         {.name = "fst",
          .type = kNumber,
          .meaning = "differentiation of each population from the "
                     "ancestral one",
          .default_value = "0.05",
          .min = 0,
          .max = 0.5,
          .source = "Balding and Nichols, Genetica 1995"},
         {.name = "families",
          .type = kInteger,
          .meaning = "families of two parents and two "
                     "children among the samples",
          .default_value = "0",
          .min = 0,
          .max = 1e6},
         {.name = "genotype-missing",
          .type = kNumber,
          .meaning = "share of calls that are missing, "
                     "at random",
          .default_value = "0.002",
          .min = 0,
          .max = 0.9},
         {.name = "format",
          .type = kChoice,
          .meaning = "file of the genotypes; bed writes .bed, "
                     ".bim and .fam",
          .default_value = "vcf.gz",
          .choices = {"vcf.gz", "vcf", "bcf", "bed"}},
         {.name = "records",
          .type = kChoice,
          .meaning = "form of the health records: a table, or FHIR R4 as NDJSON beside it "
                     "(the index is 2020-01-01, the outcome simulated/NAME comes after it)",
          .default_value = "table",
          .choices = {"table", "fhir"}}});
  group("outcome",
        {{.name = "outcome",
          .type = kChoice,
          .meaning = "kind of outcome",
          .default_value = "binary",
          .choices = {"binary", "continuous", "survival", "multiclass"}},
         {.name = "outcome-name",
          .type = kText,
          .meaning = "its column; default: disease, trait, "
                     "event or severity",
          .placeholder = "NAME"},
         {.name = "prevalence",
          .type = kNumber,
          .meaning = "share of cases in the population, of "
                     "people above class 1, or of events by the end of follow-up",
          .default_value = "0.2",
          .min = 0,
          .max = 1,
          .open_min = true,
          .open_max = true},
         {.name = "case-fraction",
          .type = kNumber,
          .meaning = "sample cases until they are this "
                     "share of the cohort; default: people as they come",
          .min = 0,
          .max = 1,
          .open_min = true,
          .open_max = true},
         {.name = "classes",
          .type = kInteger,
          .meaning = "classes of a multiclass outcome; those "
                     "above the first share the prevalence evenly",
          .default_value = "3",
          .min = 3,
          .max = 20},
         {.name = "follow-up",
          .type = kNumber,
          .meaning = "years of follow-up, survival only",
          .default_value = "10",
          .min = 0,
          .max = 100,
          .open_min = true,
          .placeholder = "YEARS"},
         {.name = "dropout",
          .type = kNumber,
          .meaning = "share of people who leave before its end, "
                     "survival only",
          .default_value = "0.1",
          .min = 0,
          .max = 1}});
  group("liability",
        {{.name = "causal",
          .type = kInteger,
          .meaning = "variants with an effect of their own",
          .default_value = "100",
          .min = 0,
          .max = 1e6},
         {.name = "heritability",
          .type = kNumber,
          .meaning = "share of the liability's variance "
                     "that additive effects have",
          .default_value = "0.3",
          .min = 0,
          .max = 1,
          .open_max = true,
          .source = "liability threshold: Falconer, Ann Hum Genet 1965"},
         {.name = "effects",
          .type = kChoice,
          .meaning = "effects per standard deviation of the "
                     "genotype: drawn from a normal distribution, or equal with either sign",
          .default_value = "normal",
          .choices = {"normal", "equal"}},
         {.name = "interactions",
          .type = kInteger,
          .meaning = "pairs of causal variants whose "
                     "product has an effect",
          .default_value = "0",
          .min = 0,
          .max = 1e5},
         {.name = "interaction-share",
          .type = kNumber,
          .meaning = "share of variance of these "
                     "pairs",
          .default_value = "0.05",
          .min = 0,
          .max = 1,
          .open_max = true},
         {.name = "gene-clinical",
          .type = kInteger,
          .meaning = "pairs of a causal variant and a "
                     "clinical variable whose product has an effect",
          .default_value = "0",
          .min = 0,
          .max = 1e5},
         {.name = "gene-clinical-share",
          .type = kNumber,
          .meaning = "share of variance of these "
                     "pairs",
          .default_value = "0.05",
          .min = 0,
          .max = 1,
          .open_max = true}});
  group("health records",
        {{.name = "clinical",
          .type = kInteger,
          .meaning = "clinical variables: age, sex, bmi, sbp, "
                     "ldl, hba1c, smoking, hdl …; the 21st and later are noise",
          .default_value = "8",
          .min = 0,
          .max = 10000},
         {.name = "clinical-share",
          .type = kNumber,
          .meaning = "share of the liability's variance "
                     "that clinical variables have",
          .default_value = "0.2",
          .min = 0,
          .max = 1,
          .open_max = true},
         {.name = "missing-rate",
          .type = kNumber,
          .meaning = "share of clinical values that are "
                     "missing, age and sex excepted",
          .default_value = "0.05",
          .min = 0,
          .max = 0.9},
         {.name = "missing-mechanism",
          .type = kChoice,
          .meaning = "missing by chance, more often "
                     "in older people, or more often where the value itself is high",
          .default_value = "mcar",
          .choices = {"mcar", "mar", "mnar"},
          .source = "Rubin, Biometrika 1976"}});
  return table;
}

namespace {

std::vector<std::string> read_chromosomes(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (const std::string& text : texts) {
    const auto dash = text.find('-');
    const auto first = base::parse_integer(text.substr(0, dash));
    const auto last =
        dash == std::string::npos ? first : base::parse_integer(text.substr(dash + 1));
    if (!first || !last || *first < 1 || *last > 22 || *first > *last) {
      throw UsageError("--chromosomes " + text + ": expected autosomes, such as 1-22 or 20,21");
    }
    for (std::int64_t c = *first; c <= *last; ++c) {
      for (const std::string& other : out) {
        if (other == std::to_string(c)) {
          throw UsageError("--chromosomes: " + other + " is named twice, expected it once");
        }
      }
      out.push_back(std::to_string(c));
    }
  }
  return out;
}

void check_shares(const LiabilityShares& shares) {
  if (shares.residual() > 0) return;
  throw UsageError("--heritability " + base::format_number(shares.main) + ", --interaction-share " +
                       base::format_number(shares.interaction) + ", --gene-clinical-share " +
                       base::format_number(shares.gene_clinical) + " and --clinical-share " +
                       base::format_number(shares.clinical) + " add up to " +
                       base::format_number(1 - shares.residual()) +
                       ", expected less than 1: what is left is chance",
                   "lower one of them");
}

std::string default_name(cohort::OutcomeKind kind) {
  switch (kind) {
    case cohort::OutcomeKind::kContinuous: return "trait";
    case cohort::OutcomeKind::kSurvival: return "event";
    case cohort::OutcomeKind::kMulticlass: return "severity";
    default: return "disease";
  }
}

}  // namespace

SimulationSettings read_settings(const base::Parameters& p, std::uint64_t seed) {
  const auto count = [&](const char* name) { return static_cast<std::size_t>(p.integer(name)); };
  SimulationSettings s;
  s.n_samples = count("samples");
  s.n_causal = count("causal");
  s.n_families = count("families");
  s.n_clinical = count("clinical");
  s.genome.n_variants = count("variants");
  s.genome.chromosomes = read_chromosomes(p.texts("chromosomes"));
  s.genome.n_populations = count("populations");
  s.genome.fst = p.number("fst");
  s.genome.maf_min = p.number("maf-min");
  s.genome.maf_max = p.number("maf-max");
  s.genome.ld_bp = 1e3 * p.number("ld");
  s.genome.spacing_bp = 1e3 * p.number("spacing");
  s.genome.seed = s.liability.seed = s.outcome.seed = seed;
  s.genotype_missing = p.number("genotype-missing");
  s.format = p.text("format");
  s.fhir = p.text("records") == "fhir";
  s.missing_rate = p.number("missing-rate");
  const std::string& mechanism = p.text("missing-mechanism");
  s.missing_mechanism = mechanism == "mar"    ? MissingMechanism::kMar
                        : mechanism == "mnar" ? MissingMechanism::kMnar
                                              : MissingMechanism::kMcar;

  if (s.genome.maf_min >= s.genome.maf_max) {
    throw UsageError("--maf-min " + p.text("maf-min") + ": expected less than --maf-max " +
                     p.text("maf-max"));
  }
  if (s.n_causal > s.genome.n_variants) {
    throw UsageError("--causal " + p.text("causal") + ": there are only " +
                         base::format_count(s.genome.n_variants) + " variants",
                     "fewer --causal, or more --variants");
  }
  if (4 * s.n_families > s.n_samples) {
    throw UsageError("--families " + p.text("families") + ": families of 4 need " +
                     base::format_count(4 * s.n_families) + " samples, --samples is " +
                     base::format_count(s.n_samples));
  }

  using enum cohort::OutcomeKind;
  const std::string& kind = p.text("outcome");
  s.outcome.kind = kind == "continuous"   ? kContinuous
                   : kind == "survival"   ? kSurvival
                   : kind == "multiclass" ? kMulticlass
                                          : kBinary;
  s.outcome_name = p.text_if("outcome-name").value_or(default_name(s.outcome.kind));
  s.outcome.prevalence = p.number("prevalence");
  s.outcome.n_classes = count("classes");
  s.outcome.follow_up_years = p.number("follow-up");
  s.outcome.dropout = p.number("dropout");
  if (p.has("case-fraction")) {
    s.case_fraction = p.number("case-fraction");
    if (s.outcome.kind != kBinary) {
      throw UsageError("--case-fraction needs --outcome binary, found --outcome " + kind);
    }
    if (s.n_families > 0) {
      throw UsageError("--case-fraction and --families exclude each other",
                       "sampling by outcome would tear families apart");
    }
  }

  // A share belongs to terms that exist: without them its default counts as 0.
  const auto share = [&](const char* name, std::size_t n_terms, const char* terms) {
    if (n_terms > 0) return p.number(name);
    if (p.given(name) && p.number(name) > 0) {
      throw UsageError("--" + std::string(name) + " " + p.text(name) + " needs --" + terms +
                       " of at least 1");
    }
    return 0.0;
  };
  s.liability.n_interactions = count("interactions");
  s.liability.n_gene_clinical = count("gene-clinical");
  s.liability.equal_effects = p.text("effects") == "equal";
  if (s.liability.n_interactions > 0 && s.n_causal < 2) {
    throw UsageError("--interactions " + p.text("interactions") + " needs --causal of at least 2");
  }
  if (s.liability.n_gene_clinical > 0 && (s.n_causal < 1 || s.n_clinical < 1)) {
    throw UsageError("--gene-clinical " + p.text("gene-clinical") +
                     " needs --causal and --clinical of at least 1");
  }
  s.liability.shares.main = share("heritability", s.n_causal, "causal");
  s.liability.shares.interaction =
      share("interaction-share", s.liability.n_interactions, "interactions");
  s.liability.shares.gene_clinical =
      share("gene-clinical-share", s.liability.n_gene_clinical, "gene-clinical");
  s.liability.shares.clinical = share("clinical-share", s.n_clinical, "clinical");
  check_shares(s.liability.shares);
  s.outcome.residual_variance = s.liability.shares.residual();
  return s;
}

}  // namespace gcrisk::pipeline
