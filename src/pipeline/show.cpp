// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/output.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "gcrisk/pipeline/commands.hpp"
#include "pipeline/show_files.hpp"

namespace gcrisk::pipeline {

namespace fs = std::filesystem;
using base::Json;

Head read_head(const std::string& path) {
  Head head;
  head.path = path;
  head.bytes.resize(std::size_t{1} << 16);
  io::Input input(path);
  std::size_t n = 0;
  while (n < head.bytes.size()) {
    const std::size_t got = input.read(head.bytes.data() + n, head.bytes.size() - n);
    if (got == 0) break;
    n += got;
  }
  const bool whole = n < head.bytes.size();
  head.bytes.resize(n);
  std::string_view rest = head.bytes;
  while (!rest.empty() && head.lines.size() < 200) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos && !whole) break;
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    head.lines.push_back(line);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return head;
}

Json flattened(const Json& object) {
  Json out = Json::object();
  const auto add = [&](const std::string& name, const Json& value) {
    if (value.is_array() && !value.empty() && (value[0].is_structured() || value.size() > 12)) {
      out[name] = base::format_count(value.size()) + " entries";
    } else if (!value.is_null() && !(value.is_array() && value.empty())) {
      out[name] = value;
    }
  };
  for (const auto& [name, value] : object.items()) {
    if (!value.is_object()) {
      add(name, value);
      continue;
    }
    for (const auto& [inner, part] : value.items()) {
      if (part.is_object()) {
        out[name + "." + inner] = base::format_count(part.size()) + " entries";
      } else {
        add(name + "." + inner, part);
      }
    }
  }
  return out;
}

namespace {

std::string cell(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return base::format_number(value.get<double>());
  if (value.is_number_integer()) return value.dump();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_null()) return "NA";
  if (value.is_array()) {
    std::vector<std::string> parts;
    for (const Json& part : value) parts.push_back(cell(part));
    constexpr std::size_t kMost = 8;
    const std::size_t n = parts.size();
    if (n > kMost) parts.resize(kMost);
    return base::join(parts, ", ") + (n > kMost ? ", … (" + base::format_count(n) + ")" : "");
  }
  return value.dump();
}

// Bytes that continue a UTF-8 character take no place on the screen.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string cut(std::string text, std::size_t width) {
  if (width_of(text) <= width) return text;
  std::size_t at = 0;
  std::size_t seen = 0;
  while (at < text.size() && (seen < width - 1 || (text[at] & 0xc0) == 0x80)) {
    if ((text[++at] & 0xc0) != 0x80) ++seen;
  }
  return text.substr(0, at) + "…";
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t w = width_of(text);
  return text + std::string(w < width ? width - w : 0, ' ');
}

std::string small_table(const Json& rows) {
  constexpr std::size_t kMostRows = 24;
  std::vector<std::string> names;
  for (const auto& [name, ignored] : rows[0].items()) names.push_back(name);
  std::vector<std::vector<std::string>> cells = {names};
  for (std::size_t r = 0; r < std::min(rows.size(), kMostRows); ++r) {
    auto& line = cells.emplace_back();
    for (const auto& name : names) {
      line.push_back(cut(rows[r].contains(name) ? cell(rows[r][name]) : "", 36));
    }
  }
  std::vector<std::size_t> widths(names.size());
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], width_of(line[i]));
  }
  std::string out;
  for (const auto& line : cells) {
    std::string text = " ";
    for (std::size_t i = 0; i < line.size(); ++i) text += " " + padded(line[i], widths[i] + 1);
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  if (rows.size() > kMostRows) {
    out += "  … " + base::format_count(rows.size() - kMostRows) + " more\n";
  }
  return out;
}

Json facts_of(const std::string& path) {
  std::error_code ignored;
  if (path != "-" && fs::is_directory(path, ignored)) {
    if (const Facts facts = show_folder(path)) return *facts;
  } else if (path != "-" && !fs::exists(path, ignored)) {
    if (const Facts facts = show_plink_prefix(path)) return *facts;
    throw base::ReadError(path +
                          ": there is no such file, folder or prefix of .bed, .bim and .fam");
  }
  const Head head = read_head(path);
  for (auto* look : {&show_genotypes, &show_safetensors, &show_json_file, &show_table}) {
    if (const Facts facts = (*look)(head)) return *facts;
  }
  throw base::MalformedError(
      path + ": is nothing that gcrisk knows (" +
          (head.bytes.empty()
               ? std::string("it is empty")
               : "its first line is '" +
                     cut(head.lines.empty() ? "" : std::string(head.lines[0]), 40) + "'") +
          ")",
      "known are genotypes, tables, dictionaries, studies, models, results and run.json");
}

void show(Run& run) {
  const bool json = run.parameters().flag("json");
  Json all = Json::array();
  std::string text;
  for (const std::string& path : run.parameters().texts("path")) {
    Json facts = facts_of(path);
    if (!text.empty()) text += "\n";
    if (!json) text += readable(facts);
    all.push_back(std::move(facts));
  }
  base::write_stdout(json ? (all.size() == 1 ? all[0] : all).dump(2) + "\n" : text);
}

}  // namespace

std::string readable(const Json& facts) {
  std::string out;
  std::string tables;
  for (const auto& [name, value] : facts.items()) {
    if (value.is_array() && !value.empty() && value[0].is_object()) {
      tables += name + "\n" + small_table(value);
    } else if (value.is_object()) {
      for (const auto& [inner, part] : value.items()) {
        out += padded(name + "." + inner, 36) + " " + cut(cell(part), 120) + "\n";
      }
    } else {
      out += padded(name, 36) + " " + cut(cell(value), 160) + "\n";
    }
  }
  return out + tables;
}

const CommandEntry& show_command() {
  static const CommandEntry kEntry = {
      .name = "show",
      .category = "tools",
      .summary = "what is this file or folder",
      .description =
          "Says on one screen what an artefact is, told by its content: genotypes (.bed/.bim/.fam "
          "prefix, VCF, BCF), clinical table, dictionary, study, model, predictions, scan, "
          "metrics, "
          "truth of a simulation, weights (safetensors), run.json. Standard output gets the "
          "answer; "
          "nothing is written.",
      .examples = {{"gcrisk show demo.vcf.gz", "samples, contigs, first variants"},
                   {"gcrisk show lr/ lr.predictions.tsv --json", "two at once, for a program"}},
      .parameters = {{.name = "path",
                      .type = base::ParameterType::kPaths,
                      .meaning =
                          "files, folders, or prefixes of .bed, .bim and .fam; - is standard "
                          "input",
                      .placeholder = "FILE|DIR…",
                      .required = true,
                      .group = "arguments"},
                     {.name = "json",
                      .type = base::ParameterType::kFlag,
                      .meaning = "print JSON instead of lines"}},
      .work = show};
  return kEntry;
}

}  // namespace gcrisk::pipeline
