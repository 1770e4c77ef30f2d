// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::base {

namespace {

bool is_list(ParameterType type) {
  return type == ParameterType::kTexts || type == ParameterType::kPaths;
}

std::string kebab(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  for (const auto part : split(text, ',')) out.emplace_back(trim(part));
  return out;
}

}  // namespace

std::string expectation(const Parameter& p) {
  switch (p.type) {
    case ParameterType::kFlag: return "true or false";
    case ParameterType::kChoice: return "one of: " + join(p.choices, ", ");
    case ParameterType::kPath: return "a path";
    case ParameterType::kPaths: return "one or more paths";
    case ParameterType::kText: return "a text";
    case ParameterType::kTexts: return "a list, separated by commas";
    case ParameterType::kInteger:
    case ParameterType::kNumber: break;
  }
  const std::string kind =
      p.type == ParameterType::kInteger ? std::string("a whole number") : std::string("a number");
  const bool low = std::isfinite(p.min);
  const bool high = std::isfinite(p.max);
  if (low && high) {
    return kind + " in " + (p.open_min ? "(" : "[") + format_number(p.min) + ", " +
           format_number(p.max) + (p.open_max ? ")" : "]");
  }
  if (low) return kind + (p.open_min ? " above " : " of at least ") + format_number(p.min);
  if (high) return kind + (p.open_max ? " below " : " of at most ") + format_number(p.max);
  return kind;
}

Parameters::Parameters(ParameterTable table) : table_(std::move(table)) {
  for (const Parameter& row : table_) {
    if (row.default_value.empty()) continue;
    check(row, row.default_value);
    defaults_[row.name] = row.type == ParameterType::kTexts
                              ? split_list(row.default_value)
                              : std::vector<std::string>{row.default_value};
  }
}

const Parameter* Parameters::find(std::string_view name) const {
  const std::string wanted = kebab(name);
  for (const Parameter& row : table_) {
    if (row.name == wanted) return &row;
  }
  return nullptr;
}

const Parameter& Parameters::row(std::string_view name) const {
  if (const Parameter* found = find(name)) return *found;
  std::vector<std::string> names;
  for (const Parameter& row : table_) names.push_back("--" + row.name);
  const auto nearest = nearest_names("--" + kebab(name), names);
  throw UsageError("--" + std::string(name) + ": no such option",
                   nearest.empty() ? "" : "did you mean " + join(nearest, " or ") + "?");
}

void Parameters::check(const Parameter& p, const std::string& text) const {
  const auto refuse = [&] {
    throw UsageError("--" + p.name + " " + text + ": expected " + expectation(p));
  };
  switch (p.type) {
    case ParameterType::kFlag:
      if (text != "true" && text != "false") refuse();
      return;
    case ParameterType::kChoice:
      if (std::find(p.choices.begin(), p.choices.end(), text) == p.choices.end()) {
        const auto nearest = nearest_names(text, p.choices, 1);
        throw UsageError("--" + p.name + " " + text + ": expected " + expectation(p),
                         nearest.empty() ? "" : "did you mean " + nearest.front() + "?");
      }
      return;
    case ParameterType::kInteger:
    case ParameterType::kNumber: {
      const auto value = parse_number(text);
      if (!value) refuse();
      if (p.type == ParameterType::kInteger && !parse_integer(text)) refuse();
      if (*value < p.min || *value > p.max || (p.open_min && *value == p.min) ||
          (p.open_max && *value == p.max)) {
        refuse();
      }
      return;
    }
    default: return;
  }
}

void Parameters::set(std::string_view name, std::string_view text) {
  const Parameter& p = row(name);
  if (p.type == ParameterType::kTexts) {
    set(name, split_list(text));
  } else {
    set(name, std::vector<std::string>{std::string(text)});
  }
}

void Parameters::set(std::string_view name, std::vector<std::string> texts) {
  const Parameter& p = row(name);
  if (p.type == ParameterType::kTexts) {
    std::vector<std::string> parts;
    for (const std::string& text : texts) {
      for (auto& part : split_list(text)) parts.push_back(std::move(part));
    }
    texts = std::move(parts);
  }
  if (!is_list(p.type) && texts.size() != 1) {
    throw UsageError("--" + p.name + " was given " + std::to_string(texts.size()) +
                     " values, expected one");
  }
  for (const std::string& text : texts) check(p, text);
  values_[p.name] = std::move(texts);
}

void Parameters::check_required() const {
  for (const Parameter& row : table_) {
    if (row.required && !has(row.name)) {
      throw UsageError("--" + row.name + " is missing: " + row.meaning);
    }
  }
}

const std::vector<std::string>* Parameters::values(std::string_view name) const {
  const Parameter& p = row(name);
  if (const auto at = values_.find(p.name); at != values_.end()) return &at->second;
  if (const auto at = defaults_.find(p.name); at != defaults_.end()) return &at->second;
  return nullptr;
}

bool Parameters::given(std::string_view name) const { return values_.contains(row(name).name); }
bool Parameters::has(std::string_view name) const { return values(name) != nullptr; }

bool Parameters::flag(std::string_view name) const {
  const auto* v = values(name);
  return v != nullptr && v->front() == "true";
}

double Parameters::number(std::string_view name) const { return *parse_number(text(name)); }

std::int64_t Parameters::integer(std::string_view name) const { return *parse_integer(text(name)); }

const std::string& Parameters::text(std::string_view name) const {
  const auto* v = values(name);
  if (v == nullptr)
    throw UsageError("--" + std::string(name) + " is missing: " + row(name).meaning);
  return v->front();
}

const std::vector<std::string>& Parameters::texts(std::string_view name) const {
  static const std::vector<std::string> kNone;
  const auto* v = values(name);
  return v == nullptr ? kNone : *v;
}

std::optional<double> Parameters::number_if(std::string_view name) const {
  return has(name) ? std::optional(number(name)) : std::nullopt;
}

std::optional<std::string> Parameters::text_if(std::string_view name) const {
  return has(name) ? std::optional(text(name)) : std::nullopt;
}

Json Parameters::to_json() const {
  Json out = Json::object();
  for (const Parameter& p : table_) {
    const auto* v = values(p.name);
    if (p.type == ParameterType::kFlag) {
      out[p.name] = v != nullptr && v->front() == "true";
    } else if (v == nullptr) {
      out[p.name] = nullptr;
    } else if (is_list(p.type)) {
      out[p.name] = *v;
    } else if (p.type == ParameterType::kInteger) {
      out[p.name] = *parse_integer(v->front());
    } else if (p.type == ParameterType::kNumber && std::isfinite(*parse_number(v->front()))) {
      out[p.name] = *parse_number(v->front());
    } else {
      out[p.name] = v->front();
    }
  }
  return out;
}

void Parameters::from_json(const Json& json) {
  for (const auto& [name, value] : json.items()) {
    if (value.is_null()) continue;
    if (value.is_array()) {
      set(name, value.get<std::vector<std::string>>());
    } else if (value.is_string()) {
      set(name, value.get<std::string>());
    } else if (value.is_number_float()) {
      set(name, format_exact(value.get<double>()));
    } else {
      set(name, value.dump());
    }
  }
}

ParameterTable concatenate(std::span<const ParameterTable> tables) {
  ParameterTable all;
  for (const auto& table : tables) all.insert(all.end(), table.begin(), table.end());
  return all;
}

}  // namespace gcrisk::base
