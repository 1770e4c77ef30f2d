// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/json.hpp"

namespace gcrisk::base {

enum class ParameterType { kFlag, kInteger, kNumber, kText, kChoice, kPath, kTexts, kPaths };

// One option of a command, a model, a step or a selector. This row is the only place where it is
// stated; help, checks, documentation, configuration file, manifest and search ranges derive
// from it. Write rows with designated initialisers.
struct Parameter {
  std::string name;  // kebab-case, as typed without the dashes
  ParameterType type = ParameterType::kText;
  std::string meaning;        // one or two sentences; begins in lower case, no final stop
  std::string default_value;  // as typed; empty: none
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool open_min = false;  // the bound itself is not allowed
  bool open_max = false;
  std::vector<std::string> choices;  // of kChoice
  std::string placeholder;           // what help shows for the value: FILE, N, R2
  std::string source;                // paper or standard that the default or formula is from
  bool required = false;
  std::string group;  // heading in help; empty: "options"
  // Where tuning looks: "log:1e-4:1e2", "int:2:10", "choice"; empty: it is not tuned.
  std::string search;
};

using ParameterTable = std::vector<Parameter>;

// Values for a table, checked. Names may be typed with '_' for '-'.
// A value that breaks its row throws UsageError with name, finding and expectation.
class Parameters {
 public:
  Parameters() = default;
  explicit Parameters(ParameterTable table);

  const ParameterTable& table() const noexcept { return table_; }
  const Parameter* find(std::string_view name) const;

  // `text` as typed; of kTexts and kPaths several at once, a comma separates within kTexts.
  void set(std::string_view name, std::string_view text);
  void set(std::string_view name, std::vector<std::string> texts);
  void check_required() const;

  // Given by the user, as against left to its default?
  bool given(std::string_view name) const;
  // Given, or has a default?
  bool has(std::string_view name) const;

  bool flag(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  const std::string& text(std::string_view name) const;                // also of kChoice and kPath
  const std::vector<std::string>& texts(std::string_view name) const;  // also of kPaths
  std::optional<double> number_if(std::string_view name) const;
  std::optional<std::string> text_if(std::string_view name) const;

  // Every effective value, in the order of the table, for the manifest.
  Json to_json() const;
  void from_json(const Json& json);

 private:
  const Parameter& row(std::string_view name) const;
  const std::vector<std::string>* values(std::string_view name) const;
  void check(const Parameter& row, const std::string& text) const;

  ParameterTable table_;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::map<std::string, std::vector<std::string>, std::less<>> defaults_;
};

// "a number in (0, 1]", "one of: a, b", "a whole number of at least 1": for help and errors.
std::string expectation(const Parameter& parameter);

ParameterTable concatenate(std::span<const ParameterTable> tables);

}  // namespace gcrisk::base
