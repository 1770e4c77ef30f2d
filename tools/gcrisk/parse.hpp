// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gcrisk/base/parameters.hpp"
#include "gcrisk/pipeline/run.hpp"

namespace gcrisk::tool {

// What was typed, checked against the command's table. Touches no file but --config.
struct Invocation {
  const pipeline::CommandEntry* command = nullptr;
  base::Parameters parameters;
  std::string command_line;  // quoted so that a shell reads it back
};

Invocation parse(const std::vector<std::string>& words);

// The command that the first words name, and how many words that took.
// UsageError naming the nearest commands.
struct Found {
  const pipeline::CommandEntry* command;
  std::size_t n_words;
};
Found find_command(std::span<const std::string> words);

// A row of the group "arguments" may be typed without its name: gcrisk show FILE.
inline bool is_argument(const base::Parameter& row) { return row.group == "arguments"; }

// The command's own options and the common ones.
base::ParameterTable full_table(const pipeline::CommandEntry& command);

}  // namespace gcrisk::tool
