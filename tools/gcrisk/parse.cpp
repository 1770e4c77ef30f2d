// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "parse.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/pipeline/commands.hpp"

namespace gcrisk::tool {

namespace {

using base::Parameter;
using base::ParameterType;

std::string shell_quoted(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_./:,=+%@").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

bool is_option(const std::string& word) { return word.size() > 2 && word.starts_with("--"); }

// "--min_gq=20" -> "--min-gq=20"; the value is left alone.
std::string kebab_option(std::string word) {
  const auto end = word.find('=');
  std::replace(word.begin(), end == std::string::npos ? word.end() : word.begin() + end, '_', '-');
  return word;
}

// The options as CLI11 sees them: every value is text, checked later by the table.
class Parser {
 public:
  explicit Parser(const base::ParameterTable& table) {
    app_.set_help_flag();
    app_.allow_config_extras(false);
    for (const Parameter& row : table) {
      const std::string name = "--" + row.name;
      if (row.name == "config") {
        app_.set_config(name, "", row.meaning);
        continue;
      }
      auto& values = values_[row.name];
      if (row.type == ParameterType::kFlag) {
        app_.add_flag(name, flags_[row.name]);
        continue;
      }
      CLI::Option* option =
          app_.add_option(is_argument(row) ? row.name + "," + name : name, values);
      if (row.type == ParameterType::kTexts || row.type == ParameterType::kPaths) {
        option->expected(1, -1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      } else {
        option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
      }
    }
  }

  void parse(std::vector<std::string> words, base::Parameters& parameters) {
    std::reverse(words.begin(), words.end());
    try {
      app_.parse(std::move(words));
    } catch (const CLI::ConfigError& error) {
      throw base::UsageError(std::string("--config: ") + error.what(),
                             "keys are the options of the command without '--'");
    } catch (const CLI::FileError& error) {
      throw base::ReadError(std::string("--config: ") + error.what());
    } catch (const CLI::ExtrasError& error) {
      throw base::UsageError(error.what(), "options begin with '--'");
    } catch (const CLI::ParseError& error) {
      throw base::UsageError(error.what());
    }
    for (const auto& [name, flag] : flags_) {
      if (app_.get_option("--" + name)->count() > 0) parameters.set(name, flag ? "true" : "false");
    }
    for (const auto& [name, values] : values_) {
      if (flags_.contains(name)) continue;
      if (app_.get_option("--" + name)->count() > 0) parameters.set(name, values);
    }
  }

 private:
  CLI::App app_;
  std::map<std::string, std::vector<std::string>> values_;
  std::map<std::string, bool> flags_;
};

}  // namespace

base::ParameterTable full_table(const pipeline::CommandEntry& command) {
  base::ParameterTable table = command.parameters;
  for (const Parameter& row : pipeline::common_parameters()) {
    const bool own = std::any_of(
        table.begin(), table.end(), [&](const Parameter& p) { return p.name == row.name; });
    if (!own) table.push_back(row);
  }
  return table;
}

Found find_command(std::span<const std::string> words) {
  std::vector<std::string> names;
  std::string one = words.empty() ? "" : words[0];
  const std::string two = words.size() > 1 ? one + " " + words[1] : one;
  std::vector<std::string> kinds;
  for (const auto& command : pipeline::all_commands()) {
    if (command.name == two) return {&command, words.size() > 1 ? 2U : 1U};
    if (command.name == one) return {&command, 1};
    if (command.name.starts_with(one + " ")) kinds.push_back(command.name);
    names.push_back(command.name);
  }
  if (!kinds.empty()) {
    const bool has_kind = words.size() > 1 && !words[1].starts_with("-");
    throw base::UsageError(
        (has_kind ? "'" + two + "' is not a command" : "'" + one + "' needs a kind") +
            ", expected one of: " + base::join(kinds, ", "),
        "gcrisk help " + kinds.front());
  }
  auto nearest = base::nearest_names(two, names, 1);
  if (nearest.empty()) nearest = base::nearest_names(one, names, 1);
  throw base::UsageError(
      "'" + one + "' is not a command",
      nearest.empty() ? "gcrisk help lists all commands" : "did you mean " + nearest.front() + "?");
}

Invocation parse(const std::vector<std::string>& words) {
  const Found found = find_command(words);
  Invocation out;
  out.command = found.command;
  out.command_line = "gcrisk";
  for (const std::string& word : words) out.command_line += " " + shell_quoted(word);

  base::ParameterTable table = full_table(*found.command);
  out.parameters = base::Parameters(table);
  std::vector<std::string> rest;
  for (std::size_t i = found.n_words; i < words.size(); ++i) {
    if (!is_option(words[i])) {
      rest.push_back(words[i]);
      continue;
    }
    rest.push_back(kebab_option(words[i]));
    const std::string name = rest.back().substr(2, rest.back().find('=') - 2);
    if (out.parameters.find(name) == nullptr) out.parameters.given(name);  // throws with hint
  }
  Parser(table).parse(std::move(rest), out.parameters);
  out.parameters.check_required();
  return out;
}

}  // namespace gcrisk::tool
