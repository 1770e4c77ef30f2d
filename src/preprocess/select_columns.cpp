// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "column_step.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "state.hpp"

namespace gcrisk::preprocess {

namespace {

using clinical::Column;
using clinical::Field;
using clinical::FieldType;
using clinical::Table;

// Levels that occur, in the order of the dictionary.
std::vector<std::string> levels_present(const Column& column) {
  std::vector<char> present(column.field.levels.size());
  for (const std::int32_t code : column.codes) {
    if (code >= 0) present[static_cast<std::size_t>(code)] = 1;
  }
  std::vector<std::string> levels;
  for (std::size_t l = 0; l < present.size(); ++l) {
    if (present[l]) levels.push_back(column.field.levels[l]);
  }
  return levels;
}

// How many different values there are: 0, 1, or 2 for "several".
int variety(const Column& column) {
  if (column.field.type == FieldType::kCategory) {
    return static_cast<int>(std::min<std::size_t>(2, levels_present(column).size()));
  }
  const auto values = observed(column);
  if (values.empty()) return 0;
  const bool constant =
      std::all_of(values.begin(), values.end(), [&](double v) { return v == values.front(); });
  return constant ? 1 : 2;
}

std::string text_of(const Column& column, std::size_t row) {
  return column.is_missing(row) ? std::string() : clinical::format_cell(column, row);
}

// The numbers of a column that may have been typed otherwise in this table.
std::vector<double> as_numbers(const Field& wanted, const Column& found, std::string_view part) {
  const bool same_levels =
      wanted.type != FieldType::kBoolean || found.field.type != FieldType::kBoolean ||
      wanted.levels == found.field.levels || wanted.levels.empty() || found.field.levels.empty();
  if (found.is_numeric() && same_levels) return found.numbers;
  std::vector<double> numbers(found.n_rows(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::string text = text_of(found, i);
    if (text.empty()) continue;
    const auto level = std::find(wanted.levels.begin(), wanted.levels.end(), text);
    if (level != wanted.levels.end()) {
      numbers[i] = static_cast<double>(level - wanted.levels.begin());
    } else if (const auto number = base::parse_number(text)) {
      numbers[i] = *number;
    } else {
      throw base::MismatchError("the " + std::string(part) + " column '" + wanted.name +
                                    "' holds '" + text + "', the study has " +
                                    std::string(clinical::to_string(wanted.type)) + " values there",
                                "name missing codes in the dictionary, or give the column as it "
                                "was in the study");
    }
  }
  return numbers;
}

// Codes in the order of the training set's levels; others follow behind them, or are missing.
void set_codes(Column& out,
               const Column& found,
               bool keep_unseen,
               std::string_view part,
               const base::Context& context) {
  const std::size_t n_known = out.field.levels.size();
  out.codes.assign(found.n_rows(), -1);
  std::map<std::string, std::uint64_t> unseen;
  std::map<std::string, std::int32_t, std::less<>> code_of;
  for (std::size_t l = 0; l < n_known; ++l) {
    code_of[out.field.levels[l]] = static_cast<std::int32_t>(l);
  }
  for (std::size_t i = 0; i < out.codes.size(); ++i) {
    const std::string text = text_of(found, i);
    if (text.empty()) continue;
    auto at = code_of.find(text);
    if (at == code_of.end()) {
      const auto code = static_cast<std::int32_t>(out.field.levels.size());
      at = code_of.emplace(text, keep_unseen ? code : -1).first;
      if (keep_unseen) out.field.levels.push_back(text);
    }
    if (at->second < 0 || static_cast<std::size_t>(at->second) >= n_known) ++unseen[text];
    out.codes[i] = at->second;
  }
  if (!context.log) return;
  for (const auto& [level, n] : unseen) {
    context.log->flood("unseen level",
                       std::string(part) + " column '" + out.field.name +
                           "': " + base::format_count(n) + " of the value '" + level +
                           "', which the training set does not have, count as " +
                           (keep_unseen ? "none of its levels" : "missing"));
  }
}

base::Json field_to_json(const Field& field) {
  base::Json json = {{"name", field.name}, {"type", clinical::to_string(field.type)}};
  if (!field.levels.empty()) json["levels"] = field.levels;
  if (field.ordered) json["ordered"] = true;
  if (!field.unit.empty()) json["unit"] = field.unit;
  return json;
}

Field field_from_json(const base::Json& json) {
  Field field;
  field.name = json.at("name").get<std::string>();
  const auto type = json.at("type").get<std::string>();
  for (const FieldType candidate : {FieldType::kNumber,
                                    FieldType::kInteger,
                                    FieldType::kBoolean,
                                    FieldType::kCategory,
                                    FieldType::kDate}) {
    if (clinical::to_string(candidate) == type) field.type = candidate;
  }
  field.levels = json.value("levels", std::vector<std::string>());
  field.ordered = json.value("ordered", false);
  field.unit = json.value("unit", "");
  return field;
}

// Fixes which columns the later steps see, in which order, and what their levels mean. Whatever
// table comes to `apply` leaves with exactly these columns.
class SelectColumns : public Step {
 public:
  explicit SelectColumns(const base::Parameters& parameters)
      : keep_unseen_(parameters.text("unseen-levels") == "none") {}

  void fit(const cohort::Cohort& training, const base::Context&) override {
    drops_.clear();
    for (std::size_t p = 0; p < kTableParts.size(); ++p) {
      fields_[p].clear();
      std::uint64_t ignored = 0;
      std::uint64_t texts = 0;
      std::uint64_t empty = 0;
      std::uint64_t constant = 0;
      for (const Column& column : (training.*kTableParts[p].table).columns()) {
        if (column.field.role == "ignore") {
          ++ignored;
        } else if (column.field.type == FieldType::kText) {
          ++texts;
        } else if (const int kinds = variety(column); kinds < 2) {
          ++(kinds == 0 ? empty : constant);
        } else {
          Field field = column.field;
          if (field.type == FieldType::kCategory) field.levels = levels_present(column);
          fields_[p].push_back(std::move(field));
        }
      }
      const std::string what = std::string(kTableParts[p].name) + " columns";
      for (const auto& [reason, n] : {std::pair{"role 'ignore' in the dictionary", ignored},
                                      std::pair{"free text", texts},
                                      std::pair{"no value in the training set", empty},
                                      std::pair{"one value only in the training set", constant}}) {
        if (n > 0) drops_.push_back({what, reason, n});
      }
    }
  }

  void apply(cohort::Cohort& cohort, const base::Context& context) const override {
    for (std::size_t p = 0; p < kTableParts.size(); ++p) {
      if (fields_[p].empty() && (cohort.*kTableParts[p].table).n_columns() == 0) continue;
      apply_to(cohort.*kTableParts[p].table, cohort.ids, kTableParts[p].name, fields_[p], context);
    }
  }

  StepState save() const override {
    base::Json json = base::Json::object();
    for (std::size_t p = 0; p < kTableParts.size(); ++p) {
      base::Json& list = json[std::string(kTableParts[p].name)] = base::Json::array();
      for (const Field& field : fields_[p]) list.push_back(field_to_json(field));
    }
    return {json.dump(), {}};
  }

  void load(const StepState& state) override {
    const auto json = base::Json::parse(state.json_text);
    for (std::size_t p = 0; p < kTableParts.size(); ++p) {
      fields_[p].clear();
      for (const auto& field : json.at(std::string(kTableParts[p].name))) {
        fields_[p].push_back(field_from_json(field));
      }
    }
  }

  std::vector<Drop> drops() const override { return drops_; }

 private:
  void apply_to(Table& table,
                const std::vector<std::string>& ids,
                std::string_view part,
                const std::vector<Field>& fields,
                const base::Context& context) const {
    std::map<std::string_view, Column*> by_name;
    for (Column& column : table.columns()) by_name[column.field.name] = &column;
    Table out(ids);
    std::vector<std::string> absent;
    for (const Field& field : fields) {
      Column column;
      column.field = field;
      const auto at = by_name.find(field.name);
      if (at == by_name.end()) {
        absent.push_back(field.name);
        if (field.type == FieldType::kCategory) {
          column.codes.assign(ids.size(), -1);
        } else {
          column.numbers.assign(ids.size(), std::numeric_limits<double>::quiet_NaN());
        }
      } else if (field.type == FieldType::kCategory) {
        set_codes(column, *at->second, keep_unseen_, part, context);
      } else {
        column.numbers = as_numbers(field, *at->second, part);
      }
      out.columns().push_back(std::move(column));
    }
    table = std::move(out);
    if (absent.empty() || !context.log) return;
    const std::size_t n_absent = absent.size();
    if (absent.size() > 5) absent.resize(5);
    context.log->warning("the " + std::string(part) + " table lacks " + std::to_string(n_absent) +
                         " of the " + std::to_string(fields.size()) + " columns of the study (" +
                         base::join(absent, ", ") + (n_absent > 5 ? ", ..." : "") +
                         "): they count as missing for everybody");
  }

  bool keep_unseen_;
  std::array<std::vector<Field>, kTableParts.size()> fields_;
  std::vector<Drop> drops_;
};

}  // namespace

const StepEntry& select_columns_entry() {
  static const StepEntry kEntry = {
      .name = "select-columns",
      .title = "columns in use",
      .purpose =
          "Fixes the columns of the clinical and the molecular table with their types and "
          "levels as the training set has them. Columns of free text, without a value, or "
          "with one value only are left out.",
      .parameters = {{.name = "unseen-levels",
                      .type = base::ParameterType::kChoice,
                      .meaning = "what a level counts as that the training set does not have",
                      .default_value = "none",
                      .choices = {"none", "missing"}}},
      .make = [](const base::Parameters& parameters) -> std::unique_ptr<Step> {
        return std::make_unique<SelectColumns>(parameters);
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
