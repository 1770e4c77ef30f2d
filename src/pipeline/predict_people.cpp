// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "predict_people.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/cohort/join.hpp"
#include "gcrisk/io/plink.hpp"
#include "gcrisk/io/table.hpp"
#include "gcrisk/io/vcf.hpp"
#include "gcrisk/pipeline/study.hpp"
#include "predict_records.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::size_t kMostNamed = 5;

// The columns of a part that the recipe was fitted to, before encoding.
std::vector<clinical::Field> raw_columns(const preprocess::Recipe& recipe,
                                         const std::string& part) {
  std::vector<clinical::Field> out;
  const base::Json json = recipe.to_json();
  for (const auto& step : json["steps"]) {
    if (step["step"] != "select-columns" || !step.contains("state")) continue;
    const auto fields = step["state"].find(part);
    if (fields == step["state"].end()) continue;
    for (const auto& json_field : *fields) {
      clinical::Field field;
      field.name = json_field["name"].get<std::string>();
      field.levels = json_field.value("levels", std::vector<std::string>());
      field.unit = json_field.value("unit", "");
      const bool words = json_field["type"] == clinical::to_string(clinical::FieldType::kCategory);
      if (words) field.type = clinical::FieldType::kCategory;
      out.push_back(std::move(field));
    }
  }
  return out;
}

clinical::Table read_part(Run& run,
                          const ModelFolder& folder,
                          const std::string& part,
                          bool is_used) {
  const base::Parameters& p = run.parameters();
  if (!p.has(part)) {
    if (is_used) {
      const std::string options =
          part == "clinical" ? "--clinical (or --fhir, --events)" : "--" + part;
      throw base::MismatchError("the model was trained with " + part + " columns, " + options +
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
  for (const auto& field : raw_columns(folder.recipe, part)) {
    if (table.find(field.name) == nullptr) absent.push_back(field.name);
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

// The model's columns of health records; those that --clinical has come from there.
clinical::Table read_records(Run& run, const ModelFolder& folder) {
  std::vector<clinical::Field> wanted = raw_columns(folder.recipe, "clinical");
  clinical::Table given;
  if (run.parameters().has("clinical")) given = read_part(run, folder, "clinical", false);
  std::erase_if(wanted, [&](const auto& field) { return given.find(field.name) != nullptr; });
  clinical::Table table = table_of_records(wanted, run);
  if (given.n_rows() == 0) return table;
  const cohort::Join join = cohort::join_samples(
      table.ids(), given.ids(), "the records", run.parameters().text("clinical"));
  if (join.left_rows.empty()) {
    cohort::check_overlap(join.report, 0, "check that both name people alike");
  }
  run.count_dropped("samples",
                    "of the records, not in " + run.parameters().text("clinical"),
                    table.n_rows() - join.left_rows.size());
  table = table.select_rows(join.left_rows);
  given = given.select_rows(join.right_rows);
  for (auto& column : given.columns()) table.add(std::move(column));
  return table;
}

void add_plink(Run& run, cohort::Cohort& cohort) {
  const std::string& prefix = run.parameters().text("bfile");
  io::PlinkFiles plink = io::open_plink(prefix);
  for (const char* suffix : {".bed", ".bim", ".fam"}) run.add_input(suffix + 1, prefix + suffix);
  for (const auto& row : plink.samples) cohort.ids.push_back(row.id);
  cohort.genotypes = genotype::GenotypeView(plink.matrix);
  cohort.variants = std::move(plink.variants);
}

std::string position_of(const genotype::Variant& variant) {
  return genotype::plain_chromosome(variant.chromosome) + ":" + std::to_string(variant.position_bp);
}

// Records elsewhere than at the model's positions are passed by, so that memory is that of the
// model's variants, not of the file's.
void add_vcf(Run& run, const ModelFolder& folder, cohort::Cohort& cohort) {
  std::unordered_set<std::string> positions;
  for (const auto& variant : folder.variants) positions.insert(position_of(variant));
  for (const auto& variant : folder.recipe.needed_variants()) {
    positions.insert(position_of(variant));
  }
  io::VcfReader reader(run.parameters().texts("vcf"), {}, run.context());
  cohort.ids = reader.samples();
  std::vector<std::uint8_t> rows;
  io::VcfBlock block;
  run.context().progress->start("reading the VCF", 0, "variants");
  while (reader.next(block)) {
    for (std::size_t i = 0; i < block.variants.size(); ++i) {
      if (!positions.contains(position_of(block.variants[i]))) continue;
      rows.insert(rows.end(), block.row(i), block.row(i) + block.row_bytes);
      cohort.variants.push_back(block.variants[i]);
    }
    run.context().progress->advance(block.variants.size());
  }
  run.context().progress->finish();
  for (const io::VcfFile& file : reader.files()) run.add_input("vcf", file.path, file.checksum);
  run.note("variants_in_vcf", static_cast<double>(reader.counts().variants));
  std::shared_ptr<std::uint8_t[]> bytes(new std::uint8_t[rows.size()]);
  std::copy(rows.begin(), rows.end(), bytes.get());
  cohort.genotypes = genotype::GenotypeView(std::make_shared<const genotype::PackedMatrix>(
      std::move(bytes), cohort.ids.size(), cohort.variants.size()));
}

}  // namespace

void check_people_options(const base::Parameters& p) {
  const bool genotypes = p.has("bfile") || p.has("vcf");
  const bool records = p.has("fhir") || p.has("events");
  const bool raw = genotypes || records || p.has("clinical") || p.has("molecular");
  if (p.has("fhir") && p.has("events")) {
    throw base::UsageError("--fhir and --events exclude each other");
  }
  for (const char* name : {"index-date", "roll-up", "prefer-systems", "on-bad-record"}) {
    if (p.given(name) && !records) {
      throw base::UsageError("--" + std::string(name) +
                             " belongs to health records, expected --fhir or --events");
    }
  }
  if (p.has("bfile") && p.has("vcf")) {
    throw base::UsageError("--bfile and --vcf exclude each other");
  }
  if (p.has("study") && raw) {
    throw base::UsageError(
        "--study excludes --bfile, --vcf, --clinical, --fhir, --events and --molecular: it has its "
        "own",
        "leave one of them out");
  }
  if (!p.has("study") && !raw) {
    throw base::UsageError(
        "people are missing: expected --study, or --bfile or --vcf with --clinical or --fhir");
  }
  if (p.given("set") && !p.has("study")) {
    throw base::UsageError("--set " + p.text("set") + ": sets belong to a study, expected --study");
  }
}

People people_of_study(Run& run) {
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

// Everybody who is in all parts that were given, in the order of the first.
People people_of_files(Run& run, const ModelFolder& folder) {
  const base::Parameters& p = run.parameters();
  People out;
  cohort::Cohort& cohort = out.cohort;
  const bool records = p.has("fhir") || p.has("events");
  const std::string clinical_from = records ? "the records" : p.text_if("clinical").value_or("");
  std::string samples_from = clinical_from;
  if (p.has("bfile")) {
    add_plink(run, cohort);
    samples_from = p.text("bfile") + ".fam";
  } else if (p.has("vcf")) {
    add_vcf(run, folder, cohort);
    samples_from = p.texts("vcf").front();
  } else if (!folder.variants.empty()) {
    throw base::MismatchError("the model was trained with " +
                              base::format_count(folder.variants.size()) +
                              " variants, --bfile or --vcf is missing");
  }
  const bool uses_clinical = !folder.clinical_names.empty();
  if (records && !uses_clinical) {
    throw base::MismatchError("the model has no clinical column, --fhir or --events has no use");
  }
  cohort.clinical =
      records ? read_records(run, folder) : read_part(run, folder, "clinical", uses_clinical);
  cohort.molecular = read_part(run, folder, "molecular", !folder.molecular_names.empty());
  for (clinical::Table* table : {&cohort.clinical, &cohort.molecular}) {
    if (table->n_rows() == 0) continue;
    const std::string name = table == &cohort.clinical ? clinical_from : p.text("molecular");
    if (cohort.ids.empty()) {
      cohort.ids = table->ids();
      continue;
    }
    const cohort::Join join = cohort::join_samples(cohort.ids, table->ids(), samples_from, name);
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

}  // namespace gcrisk::pipeline
