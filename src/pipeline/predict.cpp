// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/tsv.hpp"
#include "gcrisk/pipeline/model_folder.hpp"
#include "gcrisk/pipeline/predictions.hpp"
#include "gcrisk/pipeline/run.hpp"
#include "match_variants.hpp"
#include "predict_people.hpp"
#include "predict_records.hpp"

namespace gcrisk::pipeline {

namespace {

base::ParameterTable parameters() {
  using enum base::ParameterType;
  base::ParameterTable table = {
      {.name = "model",
       .type = kPath,
       .meaning = "the model's folder, as gcrisk train made it",
       .placeholder = "MODEL/",
       .required = true},
      {.name = "study", .type = kPath, .meaning = "people of a study", .placeholder = "STUDY/"},
      {.name = "set",
       .type = kChoice,
       .meaning = "which set of the study",
       .default_value = "all",
       .choices = {"all", "train", "validation", "test"}},
      {.name = "bfile",
       .type = kPath,
       .meaning = "genotypes of new people: P.bed, P.bim and P.fam",
       .placeholder = "P"},
      {.name = "vcf",
       .type = kPaths,
       .meaning = "genotypes of new people: VCF or BCF, of which the model's positions are read; "
                  "several files are read one after the other",
       .placeholder = "FILE"},
      {.name = "clinical",
       .type = kPath,
       .meaning = "clinical table of new people, one row a person, columns named as in training",
       .placeholder = "T.tsv"},
      {.name = "molecular",
       .type = kPath,
       .meaning = "molecular table of new people",
       .placeholder = "M.tsv"},
      {.name = "min-variant-overlap",
       .type = kNumber,
       .meaning = "smallest share of the model's variants that must be found in the genotypes; "
                  "those not found count as missing for everybody",
       .default_value = "0.75",
       .min = 0,
       .max = 1,
       .placeholder = "S"},
  };
  for (auto& row : new_record_parameters()) table.push_back(std::move(row));
  return table;
}

// Puts the model's variants in the place of the file's, and reports what was not as expected.
void match_genotypes(Run& run, const ModelFolder& folder, cohort::Cohort& cohort) {
  genotype::Variants wanted = folder.variants;
  std::set<std::string> known;
  for (const auto& variant : wanted) known.insert(genotype::key_of(variant));
  for (auto& variant : folder.recipe.needed_variants()) {
    if (known.insert(genotype::key_of(variant)).second) wanted.push_back(std::move(variant));
  }
  if (wanted.empty() || cohort.variants.empty()) {
    cohort.genotypes = {};
    cohort.variants.clear();
    return;
  }
  MatchedVariants matched = match_variants(wanted, cohort.variants, cohort.genotypes);
  const double share = static_cast<double>(matched.n_found) / static_cast<double>(wanted.size());
  std::uint64_t n_swapped = 0;
  for (const Found how : matched.how) {
    n_swapped += how == Found::kSwapped || how == Found::kSwappedComplement;
  }
  run.count_kept("variants of the model found", matched.n_found);
  run.note("variants_swapped", static_cast<double>(n_swapped));
  const std::string finding = base::format_count(matched.n_found) + " of the model's " +
                              base::format_count(wanted.size()) + " variants are in the genotypes";
  const double least = run.parameters().number("min-variant-overlap");
  if (share < least || matched.n_found == 0) {
    throw base::MismatchError(
        finding + ", expected a share of at least " + base::format_number(least) +
            " (--min-variant-overlap)",
        "check that both are on the same genome build; ingest the sites again where the file "
        "leaves out people's reference calls");
  }
  if (matched.n_found < wanted.size()) {
    run.log().warning(finding + "; the others count as missing for everybody");
    run.count_dropped(
        "variants", "of the model, not found in the genotypes", wanted.size() - matched.n_found);
  }
  if (n_swapped > 0) {
    run.log().info(base::format_count(n_swapped) +
                   " variants have their alleles swapped; their counts were flipped");
  }
  if (!run.dry_run()) {
    io::TsvWriter out(run.outputs().open(".matching.tsv"),
                      {"#CHROM", "POS", "ID", "A1", "A2", "FOUND"});
    for (std::size_t w = 0; w < wanted.size(); ++w) {
      if (matched.how[w] == Found::kSame) continue;
      const auto& v = wanted[w];
      out.text(v.chromosome).integer(v.position_bp).text(v.id).text(v.a1).text(v.a2);
      out.text(to_string(matched.how[w])).end_row();
    }
  }
  cohort.genotypes = std::move(matched.view);
  cohort.variants = std::move(wanted);
}

// The outcome as the model has it, where the people have one under the same name.
cohort::Outcome outcome_for(const ModelFolder& folder, const cohort::Outcome& found) {
  if (found.name == folder.outcome.name && found.kind == folder.outcome.kind &&
      found.levels == folder.outcome.levels) {
    return found;
  }
  return folder.outcome;
}

void work(Run& run) {
  const base::Parameters& p = run.parameters();
  check_people_options(p);
  const base::Context& context = run.context();
  run.phase("reading");
  ModelFolder folder = read_model(p.text("model"));
  const std::string model_path =
      p.text("model").ends_with('/') ? p.text("model") : p.text("model") + "/";
  run.add_input("model", model_path + "model.json");
  run.add_input("weights", model_path + "weights.safetensors");
  People people = p.has("study") ? people_of_study(run) : people_of_files(run, folder);
  if (people.cohort.ids.empty()) {
    throw base::DegenerateError("nobody is in all of the inputs",
                                "check that they name people alike");
  }
  match_genotypes(run, folder, people.cohort);
  folder.recipe.apply(people.cohort, context);
  run.count_kept("samples", people.cohort.n_samples());

  run.phase("predicting");
  const cohort::Dataset data = align_to_model(cohort::to_dataset(people.cohort), folder);
  const models::Prediction prediction = folder.model->predict(data, context);
  if (run.dry_run()) return;

  run.phase("writing");
  Predictions out;
  out.ids = people.cohort.ids;
  out.sets = people.sets;
  out.outcome = outcome_for(folder, people.cohort.outcome);
  if (out.outcome.values.size() != out.ids.size()) {
    out.outcome.values.assign(out.ids.size(), std::numeric_limits<double>::quiet_NaN());
    if (out.outcome.kind == cohort::OutcomeKind::kSurvival) out.outcome.times = out.outcome.values;
  }
  if (prediction.score.cols() == 1) out.score = prediction.score.col(0);
  out.risk = prediction.risk;
  if (out.risk.cols() == 0) out.risk.resize(prediction.score.rows(), 0);
  write_predictions(run.outputs().open(".predictions.tsv"), out);
  run.log().info(base::format_count(out.ids.size()) + " people predicted");
}

}  // namespace

const CommandEntry& predict_command() {
  static const CommandEntry kEntry = {
      .name = "predict",
      .category = "models",
      .summary = "apply a model to new people",
      .description =
          "Applies the model's own recipe and the model to the people of a study or of files. "
          "Variants are matched by position and alleles: counts are flipped where the alleles are "
          "swapped, the strand is complemented only where the pair is not palindromic; what is "
          "not found counts as missing, never as the reference. Missing values are filled in as "
          "the recipe learned it from the training set.\n\n"
          "Writes PREFIX.predictions.tsv (#IID SET OUTCOME SCORE RISK; for several classes "
          "RISK_<class>) and PREFIX.matching.tsv (every variant of the model that was flipped or "
          "not found).",
      .examples =
          {{"gcrisk predict --model model/ --study study/ --set test --out held_out",
            "people whom the model has not seen"},
           {"gcrisk predict --model model/ --bfile new --clinical new.clinical.tsv --out new",
            "new people, from files"},
           {"gcrisk predict --model model/ --vcf new.vcf.gz --clinical new.clinical.tsv --out new",
            "the same from a VCF: only the model's positions are kept"},
           {"gcrisk predict --model model/ --fhir export/ --index-date 2024-01-01 --out new",
            "columns that came of health records are made of new people's records"}},
      .parameters = parameters(),
      .work = work,
  };
  return kEntry;
}

}  // namespace gcrisk::pipeline
