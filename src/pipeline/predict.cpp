// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/cohort/join.hpp"
#include "gcrisk/io/plink.hpp"
#include "gcrisk/io/table.hpp"
#include "gcrisk/io/tsv.hpp"
#include "gcrisk/pipeline/model_folder.hpp"
#include "gcrisk/pipeline/predictions.hpp"
#include "gcrisk/pipeline/run.hpp"
#include "gcrisk/pipeline/study.hpp"
#include "match_variants.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::size_t kMostNamed = 5;

base::ParameterTable parameters() {
  using enum base::ParameterType;
  return {
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
}

struct People {
  cohort::Cohort cohort;          // before the recipe
  std::vector<std::string> sets;  // NA for new people
};

void check_sources(const base::Parameters& p) {
  const bool raw = p.has("bfile") || p.has("clinical") || p.has("molecular");
  if (p.has("study") && raw) {
    throw base::UsageError("--study excludes --bfile, --clinical and --molecular: it has its own",
                           "leave one of them out");
  }
  if (!p.has("study") && !raw) {
    throw base::UsageError("people are missing: expected --study, or --bfile with --clinical");
  }
  if (p.given("set") && !p.has("study")) {
    throw base::UsageError("--set " + p.text("set") + ": sets belong to a study, expected --study");
  }
}

People from_study(Run& run) {
  const base::Parameters& p = run.parameters();
  Study study = open_study(p.text("study"), run.context());
  run.add_input("study", study.path + "study.json");
  std::vector<std::uint32_t> rows;
  std::optional<cohort::Set> wanted;
  if (p.text("set") != "all") wanted = cohort::parse_set(p.text("set"));
  for (std::uint32_t i = 0; i < study.sets.size(); ++i) {
    if (!wanted || study.sets[i] == *wanted) rows.push_back(i);
  }
  if (rows.empty()) {
    throw base::DegenerateError("--set " + p.text("set") + ": nobody of the study is in it");
  }
  People out{study.cohort.select_rows(rows), {}};
  for (const auto row : rows) out.sets.emplace_back(cohort::to_string(study.sets[row]));
  return out;
}

// The columns of a part that the recipe was fitted to, before encoding.
std::vector<std::string> raw_columns(const preprocess::Recipe& recipe, const std::string& part) {
  std::vector<std::string> names;
  const base::Json json = recipe.to_json();
  for (const auto& step : json["steps"]) {
    if (step["step"] != "select-columns" || !step.contains("state")) continue;
    const auto fields = step["state"].find(part);
    if (fields == step["state"].end()) continue;
    for (const auto& field : *fields) {
      names.push_back(field["name"].get<std::string>());
    }
  }
  return names;
}

clinical::Table read_part(Run& run,
                          const ModelFolder& folder,
                          const std::string& part,
                          bool is_used) {
  const base::Parameters& p = run.parameters();
  if (!p.has(part)) {
    if (is_used) {
      throw base::MismatchError("the model was trained with " + part + " columns, --" + part +
                                " is missing");
    }
    return {};
  }
  io::TableOptions options;
  options.threads = run.context().threads.get();
  const std::string dictionary = io::dictionary_beside(p.text(part));
  if (!dictionary.empty()) {
    options.fields = io::read_dictionary(dictionary);
    run.add_input("dictionary", dictionary);
  }
  io::TableReport report;
  clinical::Table table = io::read_table(p.text(part), options, &report);
  run.add_input(part, p.text(part), report.checksum);
  if (!is_used) return table;
  std::vector<std::string> absent;
  for (const std::string& name : raw_columns(folder.recipe, part)) {
    if (table.find(name) == nullptr) absent.push_back(name);
  }
  if (!absent.empty()) {
    const std::size_t n = absent.size();
    absent.resize(std::min(n, kMostNamed));
    throw base::MismatchError(
        p.text(part) + ": " + std::to_string(n) + (n == 1 ? " column" : " columns") +
            " of the model's training data are absent: " + base::join(absent, ", ") +
            (n > kMostNamed ? ", …" : ""),
        "add the columns, with NA where a value is not known");
  }
  return table;
}

// Everybody who is in all parts that were given, in the order of the first.
People from_files(Run& run, const ModelFolder& folder) {
  const base::Parameters& p = run.parameters();
  People out;
  cohort::Cohort& cohort = out.cohort;
  std::vector<std::string> ids;
  if (p.has("bfile")) {
    io::PlinkFiles plink = io::open_plink(p.text("bfile"));
    for (const char* suffix : {".bed", ".bim", ".fam"}) {
      run.add_input(suffix + 1, p.text("bfile") + suffix);
    }
    for (const auto& row : plink.samples) cohort.ids.push_back(row.id);
    cohort.genotypes = genotype::GenotypeView(plink.matrix);
    cohort.variants = std::move(plink.variants);
  } else if (!folder.variants.empty()) {
    throw base::MismatchError("the model was trained with " +
                              base::format_count(folder.variants.size()) +
                              " variants, --bfile is missing");
  }
  cohort.clinical = read_part(run, folder, "clinical", !folder.clinical_names.empty());
  cohort.molecular = read_part(run, folder, "molecular", !folder.molecular_names.empty());
  for (clinical::Table* table : {&cohort.clinical, &cohort.molecular}) {
    if (table->n_rows() == 0) continue;
    const std::string name = p.text(table == &cohort.clinical ? "clinical" : "molecular");
    if (cohort.ids.empty()) {
      cohort.ids = table->ids();
      continue;
    }
    const cohort::Join join =
        cohort::join_samples(cohort.ids,
                             table->ids(),
                             p.has("bfile") ? p.text("bfile") + ".fam" : p.text("clinical"),
                             name);
    if (join.left_rows.empty())
      cohort::check_overlap(join.report, 0, "check that both name people alike");
    const std::size_t n_lost = cohort.ids.size() - join.left_rows.size();
    if (n_lost > 0) {
      run.log().warning(base::format_count(n_lost) + " people are not in " + name +
                        " and get no prediction");
      run.count_dropped("samples", "not in " + name, n_lost);
    }
    const bool second = table == &cohort.molecular;
    clinical::Table joined = table->select_rows(join.right_rows);
    if (cohort.genotypes.n_variants() > 0) {
      cohort.genotypes = cohort.genotypes.with_samples(join.left_rows);
    }
    if (second && cohort.clinical.n_rows() > 0) {
      cohort.clinical = cohort.clinical.select_rows(join.left_rows);
    }
    std::vector<std::string> kept;
    for (const auto row : join.left_rows) kept.push_back(cohort.ids[row]);
    cohort.ids = std::move(kept);
    *table = std::move(joined);
  }
  if (cohort.clinical.n_rows() == 0) cohort.clinical = clinical::Table(cohort.ids);
  if (cohort.molecular.n_rows() == 0) cohort.molecular = clinical::Table(cohort.ids);
  cohort.outcome.kind = cohort::OutcomeKind::kNone;
  out.sets.assign(cohort.ids.size(), "NA");
  return out;
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
  check_sources(p);
  const base::Context& context = run.context();
  run.phase("reading");
  ModelFolder folder = read_model(p.text("model"));
  const std::string model_path =
      p.text("model").ends_with('/') ? p.text("model") : p.text("model") + "/";
  run.add_input("model", model_path + "model.json");
  run.add_input("weights", model_path + "weights.safetensors");
  People people = p.has("study") ? from_study(run) : from_files(run, folder);
  if (people.cohort.ids.empty()) {
    throw base::DegenerateError("nobody is in all of the inputs",
                                "check that they name people alike");
  }
  match_genotypes(run, folder, people.cohort);
  folder.recipe.apply(people.cohort, context);
  run.count_kept("samples", people.cohort.n_samples());

  run.phase("predicting");
  const cohort::Dataset data = align_to_model(cohort::to_dataset(people.cohort), folder);
  if (run.dry_run()) return;
  const models::Prediction prediction = folder.model->predict(data, context);

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
            "new people, from files"}},
      .parameters = parameters(),
      .work = work,
  };
  return kEntry;
}

}  // namespace gcrisk::pipeline
