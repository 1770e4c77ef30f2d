// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "shared_prefix.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/json.hpp"

namespace gcrisk::pipeline {

namespace fs = std::filesystem;

namespace {

constexpr const char* kManifest = ".run.json";

// Of the run whose manifest this is; empty where it is none.
std::string command_of(const std::string& path) {
  std::ifstream file(path);
  const base::Json json = base::Json::parse(file, nullptr, false);
  return json.is_object() ? json.value("command", "") : "";
}

std::string named(const std::string& prefix, std::string_view command, const char* end) {
  std::string word(command);
  std::replace(word.begin(), word.end(), ' ', '-');
  return prefix + "." + word + end;
}

}  // namespace

void make_way(const std::string& out, std::string_view command, bool force) {
  if (out.empty() || out.back() == '/') return;
  const std::string own = named(out, command, kManifest);
  std::error_code ignored;
  if (fs::exists(own, ignored)) {
    if (!force) {
      throw base::UsageError("--out " + out + ": a complete result stands there (" + own + ")",
                             "give another --out, or replace it with --force");
    }
    fs::remove(own, ignored);
    fs::remove(named(out, command, ".log"), ignored);
  }
  const std::string other = command_of(out + kManifest);
  if (other.empty() || other == command) return;
  fs::rename(out + kManifest, named(out, other, kManifest), ignored);
  fs::rename(out + ".log", named(out, other, ".log"), ignored);
}

std::string manifest_path(const std::string& prefix, std::string_view command) {
  const std::string own = named(prefix, command, kManifest);
  return command_of(prefix + kManifest) != command && fs::exists(own) ? own : prefix + kManifest;
}

}  // namespace gcrisk::pipeline
