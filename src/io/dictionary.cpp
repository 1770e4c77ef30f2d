// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/dictionary.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/json.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "gcrisk/io/table.hpp"

namespace gcrisk::io {

namespace {

using base::Json;
using clinical::Field;
using clinical::FieldType;

constexpr const char* kSchema = "https://datapackage.org/profiles/2.0/tableschema.json";
constexpr std::array<const char*, 4> kMissing = {"NA", "NaN", ".", ""};

// Days for a date, the number itself otherwise; both as a person would write them.
Json bound_to_json(const Field& field, double bound) {
  if (field.type == FieldType::kDate) return clinical::format_date(bound);
  if (bound == std::floor(bound) && std::abs(bound) < 9e15) return static_cast<std::int64_t>(bound);
  return bound;
}

Json field_to_json(const Field& field) {
  Json out;
  out["name"] = field.name;
  // A category is a string with a list of values: other readers of the standard see that.
  out["type"] = field.type == FieldType::kCategory ? "string" : clinical::to_string(field.type);
  if (field.type == FieldType::kDate && !field.date_format.empty())
    out["format"] = field.date_format;
  const auto text = [&](const char* key, const std::string& value) {
    if (!value.empty()) out[key] = value;
  };
  text("title", field.title);
  text("description", field.description);
  Json constraints = Json::object();
  if (field.minimum) constraints["minimum"] = bound_to_json(field, *field.minimum);
  if (field.maximum) constraints["maximum"] = bound_to_json(field, *field.maximum);
  if (field.type == FieldType::kCategory) constraints["enum"] = field.levels;
  if (!constraints.empty()) out["constraints"] = constraints;
  if (field.type == FieldType::kCategory && field.ordered) out["categoriesOrdered"] = true;
  if (field.type == FieldType::kBoolean && field.levels.size() == 2) {
    out["falseValues"] = Json::array({field.levels[0]});
    out["trueValues"] = Json::array({field.levels[1]});
  }
  if (!field.missing_codes.empty()) {
    Json codes = Json::array();
    for (const char* code : kMissing) codes.push_back(code);
    for (const std::string& code : field.missing_codes) codes.push_back(code);
    out["missingValues"] = codes;
  }
  text("unit", field.unit);
  text("codeSystem", field.code_system);
  text("code", field.code);
  text("source", field.source);
  text("role", field.role);
  return out;
}

// One field object, read with messages that name it.
class FieldReader {
 public:
  FieldReader(const Json& json, const std::string& name, std::size_t number) : json_(json) {
    where_ = name + ": field " + std::to_string(number);
    if (!json.is_object()) fail("is not an object", "expected {\"name\": …, \"type\": …}");
    const std::string title = text("name");
    if (title.empty()) fail("has no name", "expected \"name\"");
    where_ += " ('" + title + "')";
  }

  Field read();

 private:
  [[noreturn]] void fail(const std::string& finding, const std::string& expected) const {
    throw base::MalformedError(where_ + " " + finding + ", " + expected);
  }
  std::string text(const char* key) const {
    const auto at = json_.find(key);
    if (at == json_.end() || at->is_null()) return {};
    if (!at->is_string())
      fail(std::string("has ") + at->dump() + " as \"" + key + "\"", "expected a text");
    return at->get<std::string>();
  }
  std::vector<std::string> texts(const Json& from, const char* key) const {
    std::vector<std::string> out;
    const auto at = from.find(key);
    if (at == from.end() || at->is_null()) return out;
    if (!at->is_array())
      fail(std::string("has ") + at->dump() + " as \"" + key + "\"", "expected a list of texts");
    for (const Json& item : *at) {
      // {"value": …, "label": …}: how version 2 of the standard may write categories and codes.
      const Json& value = item.is_object() && item.contains("value") ? item["value"] : item;
      out.push_back(value.is_string() ? value.get<std::string>() : value.dump());
    }
    return out;
  }
  std::optional<double> bound(const Json& constraints, const char* key, const Field& field) const {
    const auto at = constraints.find(key);
    if (at == constraints.end() || at->is_null()) return std::nullopt;
    if (at->is_number()) return at->get<double>();
    if (at->is_string()) {
      const auto value = field.type == FieldType::kDate
                             ? clinical::parse_date(at->get<std::string>())
                             : base::parse_number(at->get<std::string>());
      if (value) return value;
    }
    fail(std::string("has ") + at->dump() + " as \"" + key + "\"",
         field.type == FieldType::kDate ? "expected a date such as \"2020-03-01\""
                                        : "expected a number");
  }

  const Json& json_;
  std::string where_;
};

Field FieldReader::read() {
  Field field;
  field.name = text("name");
  field.title = text("title");
  field.description = text("description");
  field.unit = text("unit");
  field.code_system = text("codeSystem");
  field.code = text("code");
  field.source = text("source");
  field.role = text("role");
  if (!field.role.empty() && field.role != "feature" && field.role != "ignore") {
    fail("has the role '" + field.role + "'", "expected \"feature\" or \"ignore\"");
  }
  for (std::string& code : texts(json_, "missingValues")) {
    if (!base::is_missing(code)) field.missing_codes.push_back(std::move(code));
  }

  const Json empty = Json::object();
  const Json& constraints = json_.contains("constraints") ? json_["constraints"] : empty;
  if (!constraints.is_object()) fail("has constraints that are no object", "expected {…}");
  field.levels = texts(constraints, "enum");
  if (field.levels.empty()) field.levels = texts(json_, "categories");
  const std::string type = text("type");
  if (type == "string" || type == "any" || type.empty()) {
    field.type = field.levels.empty() ? FieldType::kText : FieldType::kCategory;
  } else if (type == "category") {
    field.type = FieldType::kCategory;
  } else if (type == "number") {
    field.type = FieldType::kNumber;
  } else if (type == "integer" || type == "year") {
    field.type = FieldType::kInteger;
  } else if (type == "boolean") {
    field.type = FieldType::kBoolean;
  } else if (type == "date" || type == "datetime") {
    field.type = FieldType::kDate;
  } else {
    const std::vector<std::string> known = {
        "number", "integer", "boolean", "category", "date", "string"};
    fail("has the type '" + type + "'", "expected one of: " + base::join(known, ", "));
  }
  if (field.type == FieldType::kInteger || field.type == FieldType::kNumber) {
    // A number with a list of allowed values is a category whose words are digits.
    if (!field.levels.empty()) field.type = FieldType::kCategory;
  }
  if (field.type == FieldType::kBoolean) {
    const auto no = texts(json_, "falseValues");
    const auto yes = texts(json_, "trueValues");
    if (!no.empty() && !yes.empty()) field.levels = {no.front(), yes.front()};
  }
  if (field.type == FieldType::kDate) {
    field.date_format = text("format");
    if (field.date_format == "default" || field.date_format == "any") field.date_format.clear();
  }
  const auto ordered = json_.find("categoriesOrdered");
  field.ordered = ordered != json_.end() && ordered->is_boolean() && ordered->get<bool>();
  field.minimum = bound(constraints, "minimum", field);
  field.maximum = bound(constraints, "maximum", field);
  if (field.minimum && field.maximum && *field.minimum > *field.maximum) {
    fail("has a minimum above its maximum", "expected a range");
  }
  return field;
}

}  // namespace

std::string dictionary_text(std::span<const Field> columns) {
  Json out;
  out["$schema"] = kSchema;
  Json fields = Json::array();
  fields.push_back({{"name", "#IID"},
                    {"type", "string"},
                    {"description", "sample ID; text, leading zeros count"},
                    {"constraints", {{"required", true}, {"unique", true}}}});
  for (const Field& field : columns) fields.push_back(field_to_json(field));
  out["fields"] = std::move(fields);
  out["missingValues"] = kMissing;
  out["primaryKey"] = Json::array({"#IID"});
  return out.dump(2) + "\n";
}

void write_dictionary(base::OutputFile& file, const clinical::Table& table) {
  std::vector<Field> fields;
  for (const auto& column : table.columns()) fields.push_back(column.field);
  file.write(dictionary_text(fields));
}

std::vector<Field> parse_dictionary(std::string_view text, const std::string& name) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& error) {
    const auto end =
        text.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(error.byte, text.size()));
    throw base::MalformedError(
        name + ":" + std::to_string(1 + std::count(text.begin(), end, '\n')) + ": this is not JSON",
        "a comma or a quote is missing or too much near this line");
  }
  if (!json.is_object() || !json.contains("fields") || !json["fields"].is_array()) {
    throw base::MalformedError(name +
                                   ": the key \"fields\" is missing, expected a Frictionless "
                                   "Table Schema",
                               "gcrisk ingest ehr writes one as PREFIX.dictionary.json");
  }
  std::set<std::string> keys;
  if (json.contains("primaryKey")) {
    const Json& key = json["primaryKey"];
    if (key.is_string()) keys.insert(key.get<std::string>());
    if (key.is_array()) {
      for (const Json& item : key) {
        if (item.is_string()) keys.insert(item.get<std::string>());
      }
    }
  }
  std::vector<std::string> everywhere;
  if (json.contains("missingValues") && json["missingValues"].is_array()) {
    for (const Json& code : json["missingValues"]) {
      if (code.is_string() && !base::is_missing(code.get<std::string>())) {
        everywhere.push_back(code.get<std::string>());
      }
    }
  }
  std::vector<Field> fields;
  std::set<std::string> seen;
  std::size_t number = 0;
  for (const Json& item : json["fields"]) {
    Field field = FieldReader(item, name, ++number).read();
    if (keys.contains(field.name)) continue;
    if (!seen.insert(field.name).second) {
      throw base::MalformedError(name + ": field " + std::to_string(number) + " ('" + field.name +
                                 "') stands twice, expected each name once");
    }
    field.missing_codes.insert(field.missing_codes.end(), everywhere.begin(), everywhere.end());
    fields.push_back(std::move(field));
  }
  return fields;
}

std::vector<Field> read_dictionary(const std::string& path) {
  Input input(path);
  std::string text;
  std::array<char, 1 << 14> buffer;
  while (const std::size_t n = input.read(buffer.data(), buffer.size())) {
    text.append(buffer.data(), n);
  }
  return parse_dictionary(text, input.path());
}

std::string dictionary_beside(const std::string& table_path) {
  std::string stem = table_path;
  for (const std::string_view end : {".gz", ".bgz", ".zst"}) {
    if (stem.ends_with(end)) stem.resize(stem.size() - end.size());
  }
  constexpr std::string_view kEnd = ".clinical.tsv";
  if (!stem.ends_with(kEnd)) return {};
  const std::string beside = stem.substr(0, stem.size() - kEnd.size()) + ".dictionary.json";
  std::error_code ignored;
  return std::filesystem::is_regular_file(beside, ignored) ? beside : std::string();
}

}  // namespace gcrisk::io
