// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "manifest.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/pipeline/commands.hpp"

namespace gcrisk::pipeline {

using base::Json;

Json read_manifest(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw base::ReadError(path + ": cannot be opened, expected the run.json of a run");
  Json json = Json::parse(file, nullptr, false);
  if (!json.is_object() || json.value("program", "") != "gcrisk" || !json.contains("command") ||
      !json.contains("options") || !json.contains("outputs") || !json.contains("inputs")) {
    throw base::MalformedError(path + ": is not the run.json of a gcrisk run",
                               "each command leaves one beside its results, named PREFIX.run.json");
  }
  return json;
}

base::Parameters recorded_parameters(const CommandEntry& entry,
                                     const Json& manifest,
                                     const std::string& out) {
  base::ParameterTable table = entry.parameters;
  for (const base::Parameter& row : common_parameters()) {
    const bool own = std::any_of(
        table.begin(), table.end(), [&](const base::Parameter& p) { return p.name == row.name; });
    if (!own) table.push_back(row);
  }
  base::Parameters parameters(table);
  const Json defaults = parameters.to_json();
  Json changed = Json::object();
  for (const auto& [name, value] : manifest["options"].items()) {
    if (parameters.find(name) == nullptr) {
      throw base::MalformedError("the manifest has --" + name + ", which this version of gcrisk " +
                                 entry.name + " does not know");
    }
    if (value != defaults[name]) changed[name] = value;
  }
  for (const char* name : {"out", "force", "dry-run", "config", "threads", "memory", "quiet"}) {
    changed.erase(name);
  }
  parameters.from_json(changed);
  parameters.set("out", out);
  parameters.set("force", "true");
  return parameters;
}

const CommandEntry& recorded_command(const Json& manifest) {
  const std::string name = manifest["command"];
  for (const CommandEntry& entry : all_commands()) {
    if (entry.name == name) return entry;
  }
  throw base::MalformedError("the manifest is of '" + name +
                             "', which is no command of this version");
}

}  // namespace gcrisk::pipeline
