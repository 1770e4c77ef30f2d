// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "pipeline/show_files.hpp"

namespace gcrisk::pipeline {

namespace {

namespace fs = std::filesystem;
using base::Json;

std::string read_all(const std::string& path) {
  io::Input input(path);
  std::string out;
  std::vector<char> buffer(std::size_t{1} << 16);
  while (const std::size_t n = input.read(buffer.data(), buffer.size())) {
    out.append(buffer.data(), n);
  }
  return out;
}

Json begun(const std::string& path, const char* kind) {
  return Json{{"path", path}, {"kind", kind}};
}

Json run_facts(const std::string& path, const Json& json) {
  Json facts = begun(path, "manifest of a run");
  for (const char* key :
       {"command_line", "command", "version", "seed", "threads", "wall_s", "exit_code"}) {
    if (json.contains(key)) facts[key] = json[key];
  }
  if (json.contains("peak_memory_bytes")) {
    facts["peak_memory"] = base::format_bytes(json["peak_memory_bytes"].get<std::uint64_t>());
  }
  for (const char* key : {"kept", "notes"}) {
    if (json.contains(key) && !json[key].empty()) facts[key] = json[key];
  }
  for (const char* key : {"warnings", "dropped"}) {
    if (json.contains(key) && !json[key].empty()) facts[key] = json[key];
  }
  const auto files = [](const Json& list) {
    Json out = Json::array();
    for (const Json& file : list) {
      const std::string name = file.value("path", "");
      std::error_code ignored;
      Json row = {{"path", name}};
      if (file.contains("role")) row["role"] = file["role"];
      if (file.contains("bytes")) {
        row["bytes"] = file["bytes"];
        const bool there = fs::exists(name, ignored);
        row["now"] = !there ? "gone"
                     : fs::file_size(name, ignored) == file["bytes"].get<std::uint64_t>()
                         ? "same size"
                         : "other size";
      }
      out.push_back(std::move(row));
    }
    return out;
  };
  if (json.contains("inputs") && !json["inputs"].empty()) facts["inputs"] = files(json["inputs"]);
  if (json.contains("outputs")) facts["outputs"] = files(json["outputs"]);
  return facts;
}

Json truth_facts(const std::string& path, const Json& json) {
  Json facts = begun(path, "truth of a simulated cohort");
  for (const char* key : {"seed", "samples", "candidates", "variants"}) {
    if (json.contains(key)) facts[key] = json[key];
  }
  for (const char* key : {"outcome"}) {
    if (json.contains(key)) facts[key] = flattened(json[key]);
  }
  if (json.contains("liability"))
    facts["share"] = json["liability"].value("shares", Json::object());
  facts["causal_variants"] = json["causal_variants"].size();
  facts["interactions"] = json.value("interactions", Json::array()).size();
  facts["gene_clinical"] = json.value("gene_clinical", Json::array()).size();
  std::vector<Json> causal(json["causal_variants"].begin(), json["causal_variants"].end());
  std::stable_sort(causal.begin(), causal.end(), [](const Json& a, const Json& b) {
    return std::abs(a.value("effect_per_sd", 0.0)) > std::abs(b.value("effect_per_sd", 0.0));
  });
  Json strongest = Json::array();
  for (std::size_t i = 0; i < std::min<std::size_t>(causal.size(), 5); ++i) {
    strongest.push_back({{"id", causal[i].value("id", "")},
                         {"a1_frequency", causal[i].value("a1_frequency", 0.0)},
                         {"effect_per_sd", causal[i].value("effect_per_sd", 0.0)},
                         {"effect_per_allele", causal[i].value("effect_per_allele", 0.0)}});
  }
  if (!strongest.empty()) facts["strongest"] = strongest;
  if (json.contains("clinical") && !json["clinical"].empty()) {
    Json rows = Json::array();
    for (const Json& entry : json["clinical"]) {
      rows.push_back({{"name", entry.value("name", "")},
                      {"effect_per_sd", entry.value("effect_per_sd", 0.0)},
                      {"mean", entry.value("mean", 0.0)},
                      {"sd", entry.value("sd", 0.0)}});
    }
    facts["clinical"] = rows;
  }
  return facts;
}

Json dictionary_facts(const std::string& path, const Json& json) {
  Json facts = begun(path, "dictionary of a table");
  facts["fields"] = json["fields"].size();
  Json rows = Json::array();
  for (const Json& field : json["fields"]) {
    Json row = {{"name", field.value("name", "")}, {"type", field.value("type", "")}};
    for (const char* key : {"unit", "code", "title"}) {
      row[key] = field.contains(key) && field[key].is_string() ? field[key] : Json("");
    }
    rows.push_back(std::move(row));
  }
  facts["field"] = rows;
  return facts;
}

Json fhir_facts(const std::string& path, const Json& json) {
  Json facts = begun(path, "FHIR resource");
  facts["resourceType"] = json["resourceType"];
  if (!json.contains("entry")) return facts;
  std::map<std::string, std::uint64_t> counts;
  for (const Json& entry : json["entry"]) {
    if (entry.contains("resource")) ++counts[entry["resource"].value("resourceType", "?")];
  }
  for (const auto& [name, n] : counts) facts["entries"][name] = n;
  return facts;
}

Facts show_ndjson(const Head& head) {
  if (head.lines.empty()) return std::nullopt;
  const Json first = Json::parse(head.lines[0], nullptr, false);
  if (!first.is_object() || !first.contains("resourceType")) return std::nullopt;
  Json facts = begun(head.path, "FHIR resources, one a line (NDJSON)");
  facts["first_resourceType"] = first["resourceType"];
  std::uint64_t n = 0;
  io::Input input(head.path);
  std::string_view line;
  while (input.next_line(line)) n += line.empty() ? 0 : 1;
  facts["resources"] = n;
  return facts;
}

// A file of a folder as JSON; an empty object where it is absent or broken.
Json json_in(const fs::path& path) {
  std::ifstream file(path);
  Json json = file ? Json::parse(file, nullptr, false) : Json::object();
  return json.is_object() ? json : Json::object();
}

std::uint64_t rows_in(const fs::path& path) {
  if (!fs::exists(path)) return 0;
  io::Input input(path.string());
  std::string_view line;
  std::uint64_t n = 0;
  while (input.next_line(line)) n += line.empty() ? 0 : 1;
  return n > 0 ? n - 1 : 0;
}

Json study_facts(const std::string& path) {
  Json facts = begun(path, "study");
  const Json contents = flattened(json_in(fs::path(path) / "study.json"));
  for (const auto& [name, value] : contents.items()) {
    if (facts.size() < 40) facts[name] = value;
  }
  const fs::path split = fs::path(path) / "split.tsv";
  if (fs::exists(split)) {
    std::map<std::string, std::uint64_t> sets;
    io::Input input(split.string());
    std::string_view line;
    input.next_line(line);
    while (input.next_line(line)) {
      const auto tab = line.find('\t');
      if (tab != std::string_view::npos) {
        ++sets[std::string(line.substr(tab + 1, line.find('\t', tab + 1) - tab - 1))];
      }
    }
    for (const auto& [set, n] : sets) facts["samples_in"][set] = n;
  }
  facts["variants_listed"] = rows_in(fs::path(path) / "variants.tsv");
  return facts;
}

Json model_facts(const std::string& path) {
  Json facts = begun(path, "model");
  const Json contents = flattened(json_in(fs::path(path) / "model.json"));
  for (const auto& [name, value] : contents.items()) {
    if (facts.size() < 40) facts[name] = value;
  }
  facts["variants_listed"] = rows_in(fs::path(path) / "variants.tsv");
  return facts;
}

}  // namespace

Facts show_safetensors(const Head& head) {
  if (head.bytes.size() < 10) return std::nullopt;
  std::uint64_t size = 0;
  std::memcpy(&size, head.bytes.data(), 8);
  if (size > 100'000'000 || head.bytes[8] != '{') return std::nullopt;
  io::Input input(head.path);
  std::string text(8 + size, '\0');
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t got = input.read(text.data() + at, text.size() - at);
    if (got == 0) return std::nullopt;
    at += got;
  }
  const Json json = Json::parse(text.begin() + 8, text.end(), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  Json facts = begun(head.path, "weights (safetensors)");
  Json tensors = Json::array();
  for (const auto& [name, tensor] : json.items()) {
    if (name == "__metadata__") {
      facts["metadata"] = tensor;
    } else {
      std::string shape;
      for (const Json& d : tensor.value("shape", Json::array())) {
        shape += (shape.empty() ? "" : " × ") + d.dump();
      }
      tensors.push_back({{"name", name},
                         {"dtype", tensor.value("dtype", "")},
                         {"shape", shape.empty() ? "scalar" : shape}});
    }
  }
  facts["tensors"] = tensors.size();
  if (!tensors.empty()) facts["tensor"] = tensors;
  return facts;
}

Facts show_json_file(const Head& head) {
  const auto first = head.bytes.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first == std::string::npos || head.bytes[first] != '{') return std::nullopt;
  if (Facts facts = show_ndjson(head)) return facts;
  const Json json =
      Json::parse(head.path == "-" ? head.bytes : read_all(head.path), nullptr, false);
  if (!json.is_object()) {
    throw base::MalformedError(head.path + ": begins like JSON and is broken, or cut short");
  }
  if (json.value("program", Json()) == "gcrisk" && json.contains("command")) {
    return run_facts(head.path, json);
  }
  if (json.contains("causal_variants") && json["causal_variants"].is_array()) {
    return truth_facts(head.path, json);
  }
  if (json.contains("fields") && json["fields"].is_array())
    return dictionary_facts(head.path, json);
  if (json.contains("resourceType")) return fhir_facts(head.path, json);
  const std::string name = fs::path(head.path).filename().string();
  Json facts = begun(head.path,
                     name == "recipe.json"  ? "recipe of fitted transforms"
                     : name == "model.json" ? "model (open its folder)"
                     : name == "study.json" ? "study (open its folder)"
                                            : "JSON");
  const Json contents = flattened(json);
  for (const auto& [key, value] : contents.items()) {
    if (facts.size() < 40) facts[key] = value;
  }
  return facts;
}

Facts show_folder(const std::string& path) {
  if (fs::exists(fs::path(path) / "study.json")) return study_facts(path);
  if (fs::exists(fs::path(path) / "model.json")) return model_facts(path);
  std::map<std::string, std::uint64_t> endings;
  std::uint64_t runs = 0;
  bool omop = false;
  bool fhir = false;
  std::uint64_t files = 0;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    ++files;
    const std::string name = base::to_lower(entry.path().filename().string());
    ++endings[entry.path().extension().string()];
    runs += name.ends_with("run.json") ? 1 : 0;
    omop = omop || name == "person.csv" || name == "person.csv.gz";
    fhir = fhir || name.find(".ndjson") != std::string::npos;
  }
  Json facts = begun(path, omop ? "OMOP CDM tables" : fhir ? "FHIR resources (NDJSON)" : "folder");
  facts["files"] = files;
  for (const auto& [ending, n] : endings) facts["ending"][ending.empty() ? "none" : ending] = n;
  if (runs > 0) facts["complete_results"] = runs;
  return facts;
}

}  // namespace gcrisk::pipeline
