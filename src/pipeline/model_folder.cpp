// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/pipeline/model_folder.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "gcrisk/io/safetensors.hpp"
#include "gcrisk/io/tsv.hpp"
#include "pgs_scoring.hpp"

namespace gcrisk::pipeline {

namespace fs = std::filesystem;
using base::Json;

namespace {

constexpr int kVersion = 1;
constexpr std::size_t kMostNamed = 5;

constexpr cohort::OutcomeKind kKinds[] = {cohort::OutcomeKind::kNone,
                                          cohort::OutcomeKind::kBinary,
                                          cohort::OutcomeKind::kMulticlass,
                                          cohort::OutcomeKind::kContinuous,
                                          cohort::OutcomeKind::kSurvival};

bool is_table(const Json& value) {
  return value.is_array() && !value.empty() && value.front().is_object();
}

// Column names as other tables have them: "held_out_loss" -> HELD_OUT_LOSS.
std::string heading(std::string name) {
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return name;
}

// A list of like objects as a table; the columns are the keys of the first row.
void write_list(base::OutputFile& file, const Json& rows) {
  std::vector<std::string> keys;
  std::vector<std::string> header;
  for (const auto& [key, value] : rows.front().items()) {
    keys.push_back(key);
    header.push_back(heading(key));
  }
  header.front() = "#" + header.front();
  io::TsvWriter out(file, header);
  for (const Json& row : rows) {
    for (const std::string& key : keys) {
      const auto at = row.find(key);
      if (at == row.end() || at->is_null()) {
        out.text("NA");
      } else if (at->is_number_float()) {
        out.number(at->get<double>());
      } else if (at->is_number()) {
        out.integer(at->get<std::int64_t>());
      } else {
        out.text(at->is_string() ? at->get<std::string>() : at->dump());
      }
    }
    out.end_row();
  }
}

void write_variants(base::OutputFile& file, const ModelFolder& folder) {
  io::TsvWriter out(file, {"#CHROM", "POS", "ID", "A1", "A2", "A1_FREQ"});
  for (std::size_t j = 0; j < folder.variants.size(); ++j) {
    const auto& v = folder.variants[j];
    out.text(v.chromosome).integer(v.position_bp).text(v.id).text(v.a1).text(v.a2);
    out.number(folder.a1_frequencies[j]).end_row();
  }
}

void read_variants(const std::string& path, ModelFolder& folder) {
  io::Input input(path);
  std::string_view line;
  input.next_line(line);
  while (input.next_line(line)) {
    const auto cells = base::split(line, '\t');
    const auto position = cells.size() == 6 ? base::parse_integer(cells[1]) : std::nullopt;
    if (!position) {
      throw base::MalformedError(input.place() + ": expected #CHROM POS ID A1 A2 A1_FREQ");
    }
    folder.variants.push_back({std::string(cells[0]),
                               *position,
                               std::string(cells[2]),
                               std::string(cells[3]),
                               std::string(cells[4]),
                               0});
    folder.a1_frequencies.push_back(base::parse_number(cells[5]).value_or(NAN));
  }
}

Json parse_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw base::ReadError(path.string() + ": cannot be opened",
                          "give the folder that gcrisk train wrote");
  }
  try {
    return Json::parse(stream);
  } catch (const nlohmann::json::exception& reason) {
    throw base::MalformedError(path.string() + ": is not JSON: " + reason.what());
  }
}

cohort::Outcome outcome_from(const Json& json) {
  cohort::Outcome outcome;
  outcome.name = json.at("name").get<std::string>();
  outcome.levels = json.at("levels").get<std::vector<std::string>>();
  outcome.coding = json.at("coding").get<std::string>();
  for (const auto kind : kKinds) {
    if (cohort::to_string(kind) == json.at("kind").get<std::string>()) outcome.kind = kind;
  }
  return outcome;
}

// Positions of `wanted` among `found`, or a MismatchError that names what is absent.
std::vector<std::uint32_t> positions(const std::vector<std::string>& wanted,
                                     const std::vector<std::string>& found,
                                     const std::string& what) {
  std::unordered_map<std::string_view, std::uint32_t> at;
  for (std::uint32_t i = 0; i < found.size(); ++i) at.emplace(found[i], i);
  std::vector<std::uint32_t> out;
  std::vector<std::string> absent;
  std::size_t n_absent = 0;
  for (const std::string& name : wanted) {
    const auto hit = at.find(name);
    if (hit != at.end()) {
      out.push_back(hit->second);
    } else if (++n_absent <= kMostNamed) {
      absent.push_back(name);
    }
  }
  if (n_absent > 0) {
    throw base::MismatchError(base::format_count(n_absent) + " of the model's " +
                                  base::format_count(wanted.size()) + " " + what +
                                  " are not in the data: " + base::join(absent, ", ") +
                                  (n_absent > kMostNamed ? ", …" : ""),
                              "give the inputs that the model was trained with");
  }
  return out;
}

Eigen::MatrixXd pick_columns(const Eigen::MatrixXd& from, const std::vector<std::uint32_t>& at) {
  Eigen::MatrixXd out(from.rows(), static_cast<Eigen::Index>(at.size()));
  for (std::size_t c = 0; c < at.size(); ++c) {
    out.col(static_cast<Eigen::Index>(c)) = from.col(static_cast<Eigen::Index>(at[c]));
  }
  return out;
}

std::vector<std::string> keys_of(const genotype::Variants& variants) {
  std::vector<std::string> keys;
  keys.reserve(variants.size());
  for (const auto& variant : variants) keys.push_back(genotype::key_of(variant));
  return keys;
}

}  // namespace

void write_model(base::OutputSet& outputs, const ModelFolder& folder) {
  models::State state = folder.model->save();
  // Arrays of bytes called "file:<name>" are files of the folder, not weights.
  for (auto at = state.tensors.begin(); at != state.tensors.end();) {
    if (!at->first.starts_with("file:")) {
      ++at;
      continue;
    }
    const auto& bytes = std::get<std::vector<std::uint8_t>>(at->second.values);
    outputs.open(at->first.substr(5))
        .write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    at = state.tensors.erase(at);
  }
  Json summary = folder.model->summary();
  for (auto at = summary.begin(); at != summary.end();) {
    if (is_table(at.value())) {
      write_list(outputs.open(at.key() + ".tsv"), at.value());
      at = summary.erase(at);
    } else {
      ++at;
    }
  }
  write_variants(outputs.open("variants.tsv"), folder);
  const std::string scoring = pgs_scoring(folder, state);
  if (!scoring.empty()) outputs.open("pgs.txt").write(scoring);
  io::write_safetensors(outputs.open("weights.safetensors"), state.tensors);
  outputs.open("recipe.json").write(folder.recipe.to_json().dump(1) + "\n");
  io::write_safetensors(outputs.open("recipe.safetensors"), folder.recipe.tensors());
  const Json json = {
      {"format", "gcrisk model"},
      {"version", kVersion},
      {"model", folder.entry->name},
      {"title", folder.entry->title},
      {"outcome",
       {{"name", folder.outcome.name},
        {"kind", cohort::to_string(folder.outcome.kind)},
        {"levels", folder.outcome.levels},
        {"coding", folder.outcome.coding}}},
      {"study", folder.study},
      {"training_samples", folder.n_train},
      {"inputs", folder.inputs},
      {"n_variants", folder.variants.size()},
      {"clinical", folder.clinical_names},
      {"molecular", folder.molecular_names},
      {"parameters", folder.parameters.to_json()},
      {"summary", summary},
      {"state", Json::parse(state.json_text)},
  };
  outputs.open("model.json").write(json.dump(2) + "\n");
}

ModelFolder read_model(const std::string& path) {
  const std::string prefix = path.ends_with('/') ? path : path + "/";
  const Json json = parse_file(prefix + "model.json");
  const std::string place = prefix + "model.json";
  if (!json.is_object() || json.value("format", "") != "gcrisk model") {
    throw base::MalformedError(place + ": not a model (no \"format\": \"gcrisk model\")");
  }
  if (json.value("version", 0) > kVersion) {
    throw base::MalformedError(place + ": version " + json["version"].dump() +
                                   " is newer than this program reads (" +
                                   std::to_string(kVersion) + ")",
                               "use a newer gcrisk");
  }
  ModelFolder folder;
  try {
    folder.entry = &models::find_model(json.at("model").get<std::string>());
    folder.parameters = base::Parameters(folder.entry->parameters);
    folder.parameters.from_json(json.at("parameters"));
    folder.outcome = outcome_from(json.at("outcome"));
    folder.study = json.at("study").get<std::string>();
    folder.n_train = json.at("training_samples").get<std::uint64_t>();
    folder.inputs = json.at("inputs").get<std::string>();
    folder.clinical_names = json.at("clinical").get<std::vector<std::string>>();
    folder.molecular_names = json.at("molecular").get<std::vector<std::string>>();
    folder.model = folder.entry->make(folder.parameters);
    folder.model->load(
        {json.at("state").dump(), io::read_safetensors(prefix + "weights.safetensors")});
  } catch (const nlohmann::json::exception& reason) {
    throw base::MalformedError(place + ": " + reason.what(), "train the model again");
  }
  read_variants(prefix + "variants.tsv", folder);
  if (folder.variants.size() != json.value("n_variants", std::size_t{0})) {
    throw base::MalformedError(
        prefix + "variants.tsv: " + base::format_count(folder.variants.size()) +
        " variants, model.json announces " + json.value("n_variants", Json()).dump());
  }
  folder.recipe = preprocess::Recipe::from_json(
      parse_file(prefix + "recipe.json"), io::read_safetensors(prefix + "recipe.safetensors"));
  return folder;
}

cohort::Dataset align_to_model(const cohort::Dataset& data, const ModelFolder& folder) {
  const auto at = positions(keys_of(folder.variants), keys_of(data.variants), "variants");
  cohort::Dataset out = data.select_variants(at);
  out.clinical = pick_columns(
      data.clinical, positions(folder.clinical_names, data.clinical_names, "clinical columns"));
  out.clinical_names = folder.clinical_names;
  out.molecular = pick_columns(
      data.molecular, positions(folder.molecular_names, data.molecular_names, "molecular columns"));
  out.molecular_names = folder.molecular_names;
  return out;
}

}  // namespace gcrisk::pipeline
