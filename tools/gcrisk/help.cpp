// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "help.hpp"

#include <algorithm>
#include <vector>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/pipeline/commands.hpp"
#include "parse.hpp"

namespace gcrisk::tool {

namespace {

constexpr std::size_t kWidth = 88;

// Words of `text` in lines of kWidth, each behind `indent` blanks; blank lines stay.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  for (const std::string_view paragraph : base::split(text, '\n')) {
    std::string line;
    for (const std::string_view word : base::split(paragraph, ' ')) {
      if (!line.empty() && indent + line.size() + 1 + word.size() > kWidth) {
        out += std::string(indent, ' ') + line + "\n";
        line.clear();
      }
      if (!line.empty()) line += ' ';
      line += word;
    }
    out += (line.empty() ? "" : std::string(indent, ' ')) + line + "\n";
  }
  return out;
}

std::string signature(const base::Parameter& row) {
  using enum base::ParameterType;
  std::string value = row.placeholder;
  if (value.empty()) {
    switch (row.type) {
      case kFlag: break;
      case kInteger: value = "N"; break;
      case kNumber: value = "X"; break;
      case kChoice: value = base::join(row.choices, "|"); break;
      case kPath: value = "FILE"; break;
      case kPaths: value = "FILE…"; break;
      case kText: value = "TEXT"; break;
      case kTexts: value = "A,B,…"; break;
    }
  }
  if (is_argument(row)) return value;
  return "--" + row.name + (value.empty() ? "" : " " + value);
}

std::string option_text(const base::Parameter& row) {
  using enum base::ParameterType;
  std::string facts;
  const auto add = [&](const std::string& fact) { facts += (facts.empty() ? "" : "; ") + fact; };
  if (row.required) add("required");
  if (!row.default_value.empty() && row.type != kFlag) add("default " + row.default_value);
  if ((row.type == kInteger || row.type == kNumber) && (row.min > -1e300 || row.max < 1e300)) {
    add(base::expectation(row));
  }
  if (row.type == kChoice && !row.placeholder.empty()) add(base::expectation(row));
  if (!row.source.empty()) add("source: " + row.source);
  return "  " + signature(row) + "\n" +
         wrapped(row.meaning + (facts.empty() ? "" : " [" + facts + "]"), 6);
}

std::string command_page(const pipeline::CommandEntry& command) {
  std::string out = "gcrisk " + command.name + ": " + command.summary + "\n\n";
  if (!command.description.empty()) out += wrapped(command.description, 0) + "\n";
  if (!command.examples.empty()) {
    out += "examples\n";
    for (const auto& [line, what] : command.examples) {
      out += "  " + line + "\n" + wrapped(what, 6);
    }
    out += "\n";
  }
  const base::ParameterTable table = full_table(command);
  std::vector<std::string> groups;
  for (const auto& row : table) {
    if (std::find(groups.begin(), groups.end(), row.group) == groups.end()) {
      groups.push_back(row.group);
    }
  }
  for (const std::string& group : groups) {
    out += (group.empty() ? "options" : group) + "\n";
    for (const auto& row : table) {
      if (row.group == group) out += option_text(row);
    }
    out += "\n";
  }
  return out;
}

std::string exit_codes_page() {
  using enum base::ExitCode;
  std::string out = "exit statuses of gcrisk\n\n";
  for (const auto code : {kDone,
                          kInternal,
                          kUsage,
                          kCannotRead,
                          kMalformed,
                          kMismatch,
                          kDegenerate,
                          kCannotWrite,
                          kNotConverged,
                          kDevice,
                          kDifference,
                          kMemory,
                          kCheckpointed,
                          kTerminated}) {
    std::string number = std::to_string(static_cast<int>(code));
    out += "  " + std::string(3 - number.size(), ' ') + number + "  " +
           std::string(base::describe(code)) + "\n";
  }
  return out;
}

}  // namespace

std::string version_line() { return "gcrisk " GCRISK_VERSION "\n"; }

std::string overview() {
  std::string out =
      "gcrisk: genomic-clinical risk prediction, from a VCF and health records to a model\n"
      "that can be trusted. Research use only.\n\n"
      "usage: gcrisk <command> [<kind>] --option value … --out PREFIX\n\n";
  std::vector<std::string> categories;
  for (const auto& command : pipeline::all_commands()) {
    if (std::find(categories.begin(), categories.end(), command.category) == categories.end()) {
      categories.push_back(command.category);
    }
  }
  for (const std::string& category : categories) {
    out += category + "\n";
    for (const auto& command : pipeline::all_commands()) {
      if (command.category != category) continue;
      const std::size_t pad = command.name.size() < 14 ? 14 - command.name.size() : 1;
      out += "  " + command.name + std::string(pad, ' ') + command.summary + "\n";
    }
    out += "\n";
  }
  out +=
      "gcrisk help <command>     options with defaults, ranges and sources; examples\n"
      "gcrisk help exit-codes    what each exit status means\n";
  return out;
}

std::string help_page(std::span<const std::string> words) {
  std::vector<std::string> names;
  for (const std::string& word : words) {
    if (word.starts_with("-")) break;
    names.push_back(word);
  }
  if (names.empty()) return overview();
  if (names[0] == "exit-codes") return exit_codes_page();
  const auto family = names[0] + " ";
  const auto& commands = pipeline::all_commands();
  const bool exact = std::any_of(commands.begin(), commands.end(), [&](const auto& command) {
    return command.name == names[0];
  });
  if (names.size() == 1 && !exact) {
    std::string out;
    for (const auto& command : commands) {
      if (command.name.starts_with(family)) {
        out += "gcrisk " + command.name + ": " + command.summary + "\n";
      }
    }
    if (!out.empty())
      return out + "\ngcrisk help " + names[0] + " <kind>    options and examples\n";
  }
  return command_page(*find_command(names).command);
}

}  // namespace gcrisk::tool
