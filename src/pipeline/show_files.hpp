// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/json.hpp"

// What an artefact is, as an object of facts: "path", "kind" (a word or two), then whatever is
// worth knowing. Each function looks at content and answers nothing if it is not its kind.
namespace gcrisk::pipeline {

using Facts = std::optional<base::Json>;

// The beginning of a file after decompression, and its first lines. Only whole lines are listed.
struct Head {
  std::string path;
  std::string bytes;  // at most 64 KiB
  std::vector<std::string_view> lines;
};
Head read_head(const std::string& path);

Facts show_plink_prefix(const std::string& path);
Facts show_genotypes(const Head& head);  // .bed, BCF, VCF, .bim, .fam
Facts show_safetensors(const Head& head);
Facts show_json_file(const Head& head);  // run.json, truth, dictionary, model, study, FHIR …
Facts show_table(const Head& head);
Facts show_folder(const std::string& path);

// The scalars of an object, those of inner objects as "outer.inner"; lists by their length.
base::Json flattened(const base::Json& object);

// Lines for people: scalars as "name  value", lists of objects as a small table.
std::string readable(const base::Json& facts);

}  // namespace gcrisk::pipeline
