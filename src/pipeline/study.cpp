// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/pipeline/study.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/hash.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/cohort/allele_counts.hpp"
#include "gcrisk/genotype/kernels.hpp"
#include "gcrisk/io/input.hpp"
#include "gcrisk/io/safetensors.hpp"
#include "gcrisk/io/tsv.hpp"
#include "study_folder.hpp"

namespace gcrisk::pipeline {

namespace fs = std::filesystem;
using base::Json;

namespace {

constexpr int kVersion = 1;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// As seen from the study folder, so that both can be moved together.
std::string stored_path(const std::string& path, const fs::path& folder) {
  const fs::path absolute = fs::absolute(path).lexically_normal();
  const fs::path relative = absolute.lexically_relative(fs::absolute(folder).lexically_normal());
  return relative.empty() ? absolute.string() : relative.string();
}

std::string found_path(const std::string& stored, const fs::path& folder) {
  const fs::path path(stored);
  return (path.is_absolute() ? path : folder / path).lexically_normal().string();
}

Json inputs_to_json(const StudyRecord& record, const fs::path& folder) {
  Json out = Json::object();
  for (const auto& [role, path] : record.inputs.files()) {
    out[role] = {{"path", stored_path(path, folder)},
                 {"bytes", record.marks.at(path).bytes},
                 {"xxh3_128", record.marks.at(path).xxh3_128}};
  }
  return out;
}

Json outcome_to_json(const cohort::Outcome& outcome) {
  return {{"name", outcome.name},
          {"kind", cohort::to_string(outcome.kind)},
          {"levels", outcome.levels},
          {"coding", outcome.coding}};
}

std::string exact(double value) { return std::isnan(value) ? "NA" : base::format_exact(value); }

void write_samples(base::OutputFile& file, const StudyRecord& record) {
  const cohort::Cohort& cohort = record.study->cohort;
  const cohort::Outcome& outcome = cohort.outcome;
  std::vector<std::string> header = {
      "#IID", "GENOTYPE_ROW", "CLINICAL_ROW", "MOLECULAR_ROW", "GROUP", "OUTCOME"};
  const bool has_times = !outcome.times.empty();
  if (has_times) header.emplace_back("TIME");
  io::TsvWriter out(file, header);
  const auto row = [&](std::int64_t at) {
    if (at < 0) {
      out.text("NA");
    } else {
      out.integer(at + 1);
    }
  };
  for (std::size_t i = 0; i < record.people.size(); ++i) {
    const PersonRows& person = record.people[i];
    out.text(person.id);
    row(person.genotypes);
    row(person.clinical);
    row(person.molecular);
    if (cohort.groups.empty()) {
      out.text("NA");
    } else {
      out.integer(cohort.groups[i]);
    }
    out.text(outcome.values.empty() ? "NA" : exact(outcome.values[i]));
    if (has_times) out.text(exact(outcome.times[i]));
    out.end_row();
  }
}

void write_split(base::OutputFile& file, const Study& study) {
  io::TsvWriter out(file, {"#IID", "SET"});
  for (std::size_t i = 0; i < study.sets.size(); ++i) {
    out.text(study.cohort.ids[i]).text(cohort::to_string(study.sets[i])).end_row();
  }
}

void write_variants(base::OutputFile& file, const Study& study, const base::Context& context) {
  io::TsvWriter out(file, {"#CHROM", "POS", "ID", "A1", "A2", "A1_FREQ", "F_MISS"});
  cohort::Cohort training = study.cohort.select_rows(study.rows(cohort::Set::kTrain));
  study.recipe.apply(training, context);
  const auto counts = genotype::count_genotypes(training.genotypes, context);
  const auto alleles = cohort::count_alleles(training, context);
  const auto n = static_cast<double>(training.n_samples());
  for (std::size_t j = 0; j < counts.size(); ++j) {
    const genotype::Variant& variant = training.variants[j];
    out.text(variant.chromosome).integer(variant.position_bp).text(variant.id);
    out.text(variant.a1).text(variant.a2);
    out.number(alleles[j].a1_frequency()).number(counts[j].missing / n).end_row();
  }
}

Json read_json(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw base::ReadError(path.string() + ": cannot be opened",
                          "give the folder that gcrisk preprocess wrote");
  }
  try {
    return Json::parse(stream);
  } catch (const nlohmann::json::exception& reason) {
    throw base::MalformedError(path.string() + ": is not JSON: " + reason.what());
  }
}

void verify_input(const std::string& role, const std::string& path, const Json& entry) {
  std::error_code reason;
  const auto bytes = fs::file_size(path, reason);
  if (reason) {
    throw base::ReadError(
        path + ": the study's " + role + " file cannot be opened: " + reason.message(),
        "move the study together with its inputs, or make it again");
  }
  const auto expected = entry.at("bytes").get<std::uint64_t>();
  if (bytes != expected) {
    throw base::MismatchError(path + ": the study's " + role + " file has " +
                                  base::format_count(bytes) + " bytes, it had " +
                                  base::format_count(expected) + " when the study was made",
                              "make the study again from the new file");
  }
  if (base::hash_file(path) != entry.at("xxh3_128").get<std::string>()) {
    throw base::MismatchError(path + ": the study's " + role +
                                  " file has changed since the study was made (same size, other "
                                  "content)",
                              "make the study again from the new file");
  }
}

StudyInputs inputs_from_json(const Json& json, const fs::path& folder) {
  StudyInputs inputs;
  for (const auto& [role, entry] : json.at("inputs").items()) {
    const std::string path = found_path(entry.at("path").get<std::string>(), folder);
    verify_input(role, path, entry);
    if (role == "bed") inputs.bfile = path.substr(0, path.size() - 4);
    if (role == "clinical") inputs.clinical = path;
    if (role == "dictionary") inputs.dictionary = path;
    if (role == "molecular") inputs.molecular = path;
    if (role == "extract") inputs.extract = path;
    if (role == "exclude") inputs.exclude = path;
  }
  inputs.chromosomes = json.at("chromosomes").get<std::vector<std::string>>();
  inputs.not_features = json.at("not_features").get<std::vector<std::string>>();
  return inputs;
}

cohort::Outcome outcome_from_json(const Json& json) {
  cohort::Outcome outcome;
  outcome.name = json.at("name").get<std::string>();
  outcome.levels = json.at("levels").get<std::vector<std::string>>();
  outcome.coding = json.at("coding").get<std::string>();
  const auto kind = json.at("kind").get<std::string>();
  using enum cohort::OutcomeKind;
  for (const auto candidate : {kNone, kBinary, kMulticlass, kContinuous, kSurvival}) {
    if (cohort::to_string(candidate) == kind) outcome.kind = candidate;
  }
  return outcome;
}

struct Samples {
  std::vector<PersonRows> people;
  std::vector<std::int32_t> groups;
  std::vector<double> values;
  std::vector<double> times;
};

std::vector<std::string_view> cells_of(const io::Input& input,
                                       std::string_view line,
                                       std::size_t expected) {
  auto cells = base::split(line, '\t');
  if (cells.size() != expected) {
    throw base::MalformedError(input.place() + ": " + std::to_string(cells.size()) +
                               " columns, expected " + std::to_string(expected));
  }
  return cells;
}

double number_cell(const io::Input& input, std::string_view cell) {
  if (base::is_missing(cell)) return kNaN;
  const auto value = base::parse_number(cell);
  if (!value) {
    throw base::MalformedError(input.place() + ": '" + std::string(cell) +
                               "', expected a number or NA");
  }
  return *value;
}

std::int64_t row_cell(const io::Input& input,
                      std::string_view cell,
                      const std::optional<std::size_t>& n_rows) {
  if (base::is_missing(cell) && !n_rows) return -1;
  const auto row = base::parse_integer(cell);
  if (!row || !n_rows || *row < 1 || static_cast<std::size_t>(*row) > *n_rows) {
    throw base::MalformedError(input.place() + ": row '" + std::string(cell) +
                               "' does not exist in that input");
  }
  return *row - 1;
}

Samples read_samples(const std::string& path, const StudyParts& parts, bool has_times) {
  std::optional<std::size_t> n_genotypes;
  std::optional<std::size_t> n_clinical;
  std::optional<std::size_t> n_molecular;
  if (parts.plink) n_genotypes = parts.plink->samples.size();
  if (parts.clinical) n_clinical = parts.clinical->n_rows();
  if (parts.molecular) n_molecular = parts.molecular->n_rows();
  io::Input input(path);
  Samples out;
  std::string_view line;
  input.next_line(line);
  std::int64_t last = -1;
  while (input.next_line(line)) {
    const auto cells = cells_of(input, line, has_times ? 7 : 6);
    PersonRows person{std::string(cells[0]),
                      row_cell(input, cells[1], n_genotypes),
                      row_cell(input, cells[2], n_clinical),
                      row_cell(input, cells[3], n_molecular)};
    if (parts.plink && person.genotypes <= last) {
      throw base::MalformedError(input.place() + ": people are not in the order of the .fam file");
    }
    last = person.genotypes;
    out.people.push_back(std::move(person));
    if (!base::is_missing(cells[4])) {
      out.groups.push_back(static_cast<std::int32_t>(number_cell(input, cells[4])));
    }
    out.values.push_back(number_cell(input, cells[5]));
    if (has_times) out.times.push_back(number_cell(input, cells[6]));
  }
  if (!out.groups.empty() && out.groups.size() != out.people.size()) {
    throw base::MalformedError(path + ": GROUP is missing for some people and not for others");
  }
  return out;
}

std::vector<cohort::Set> read_split(const std::string& path, const std::vector<std::string>& ids) {
  io::Input input(path);
  std::vector<cohort::Set> sets;
  std::string_view line;
  input.next_line(line);
  while (input.next_line(line)) {
    const auto cells = cells_of(input, line, 2);
    if (sets.size() >= ids.size() || cells[0] != ids[sets.size()]) {
      throw base::MalformedError(input.place() + ": '" + std::string(cells[0]) +
                                 "' is not the person that samples.tsv has there");
    }
    sets.push_back(cohort::parse_set(cells[1]));
  }
  if (sets.size() != ids.size()) {
    throw base::MalformedError(path + ": " + base::format_count(sets.size()) +
                               " people, samples.tsv has " + base::format_count(ids.size()));
  }
  return sets;
}

}  // namespace

std::map<std::string, FileMark> write_genotypes(base::OutputSet& outputs,
                                                const io::PlinkFiles& genotypes) {
  std::map<std::string, FileMark> marks;
  const auto write = [&](const std::string& name, std::string_view header, std::string_view bytes) {
    base::OutputFile& file = outputs.open(name);
    file.write(header);
    file.write(bytes);
    base::Hasher hasher;
    hasher.update(header.data(), header.size());
    hasher.update(bytes.data(), bytes.size());
    marks[file.path().string()] = {header.size() + bytes.size(), hasher.hex()};
  };
  const genotype::PackedMatrix& matrix = *genotypes.matrix;
  write("genotypes.bed",
        {reinterpret_cast<const char*>(io::kBedMagic), sizeof io::kBedMagic},
        {reinterpret_cast<const char*>(matrix.row(0)), matrix.n_variants() * matrix.row_bytes()});
  std::string lines;
  for (const genotype::Variant& variant : genotypes.variants) io::append_bim(lines, variant);
  write("genotypes.bim", "", lines);
  lines.clear();
  for (const io::FamRow& row : genotypes.samples) {
    lines += row.family + "\t" + row.id + "\t" + row.father + "\t" + row.mother + "\t" +
             std::to_string(row.sex) + "\t" + row.phenotype + "\n";
  }
  write("genotypes.fam", "", lines);
  return marks;
}

void write_study(base::OutputSet& outputs,
                 const StudyRecord& record,
                 const Json& options,
                 const Json& qc,
                 const base::Context& context) {
  const Study& study = *record.study;
  const fs::path folder = outputs.prefix();
  write_samples(outputs.open("samples.tsv"), record);
  write_split(outputs.open("split.tsv"), study);
  if (study.cohort.genotypes.n_variants() > 0) {
    write_variants(outputs.open("variants.tsv"), study, context);
  }
  outputs.open("recipe.json").write(study.recipe.to_json().dump(1) + "\n");
  io::write_safetensors(outputs.open("recipe.safetensors"), study.recipe.tensors());
  outputs.open("qc.json").write(qc.dump(2) + "\n");
  Json json = {{"format", "gcrisk study"}, {"version", kVersion}};
  json["inputs"] = inputs_to_json(record, folder);
  json["chromosomes"] = record.inputs.chromosomes;
  json["not_features"] = record.inputs.not_features;
  json["outcome"] = outcome_to_json(study.cohort.outcome);
  json["n_samples"] = study.cohort.n_samples();
  json["options"] = options;
  outputs.open("study.json").write(json.dump(2) + "\n");
}

cohort::Dataset Study::dataset(const base::Context& context) const {
  cohort::Cohort transformed = cohort;
  recipe.apply(transformed, context);
  return cohort::to_dataset(transformed);
}

Study open_study(const std::string& path, const base::Context& context) {
  const fs::path folder(path);
  const std::string prefix = path.ends_with('/') ? path : path + "/";
  const Json json = read_json(folder / "study.json");
  Study study;
  study.path = prefix;
  try {
    if (json.value("format", "") != "gcrisk study") {
      throw base::MalformedError(prefix +
                                 "study.json: not a study (no \"format\": \"gcrisk study\")");
    }
    if (json.value("version", 0) > kVersion) {
      throw base::MalformedError(prefix + "study.json: version " + json["version"].dump() +
                                     " is newer than this program reads (" +
                                     std::to_string(kVersion) + ")",
                                 "use a newer gcrisk");
    }
    const StudyInputs inputs = inputs_from_json(json, folder);
    cohort::Outcome outcome = outcome_from_json(json.at("outcome"));
    const StudyParts parts = read_parts(inputs, context);
    Samples samples =
        read_samples(prefix + "samples.tsv", parts, outcome.kind == cohort::OutcomeKind::kSurvival);
    study.cohort = assemble(parts, inputs, samples.people);
    if (outcome.kind != cohort::OutcomeKind::kNone) {
      outcome.values = std::move(samples.values);
      outcome.times = std::move(samples.times);
    }
    study.cohort.outcome = std::move(outcome);
    study.cohort.groups = std::move(samples.groups);
  } catch (const nlohmann::json::exception& reason) {
    throw base::MalformedError(prefix + "study.json: " + reason.what(), "make the study again");
  }
  study.sets = read_split(prefix + "split.tsv", study.cohort.ids);
  base::TensorMap tensors;
  if (fs::exists(prefix + "recipe.safetensors")) {
    tensors = io::read_safetensors(prefix + "recipe.safetensors");
  }
  study.recipe = preprocess::Recipe::from_json(read_json(folder / "recipe.json"), tensors);
  return study;
}

}  // namespace gcrisk::pipeline
