// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/table.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::clinical {

bool Column::is_missing(std::size_t row) const {
  switch (field.type) {
    case FieldType::kCategory: return codes[row] < 0;
    case FieldType::kText: return texts[row].empty();
    default: return std::isnan(numbers[row]);
  }
}

std::size_t Column::n_rows() const {
  switch (field.type) {
    case FieldType::kCategory: return codes.size();
    case FieldType::kText: return texts.size();
    default: return numbers.size();
  }
}

const Column* Table::find(std::string_view name) const {
  for (const Column& column : columns_) {
    if (column.field.name == name) return &column;
  }
  return nullptr;
}

const Column& Table::column(std::string_view name) const {
  if (const Column* found = find(name)) return *found;
  std::vector<std::string> names;
  for (const Column& column : columns_) names.push_back(column.field.name);
  const auto nearest = base::nearest_names(name, names);
  throw base::MismatchError(
      "no column is called '" + std::string(name) + "' among the " + std::to_string(names.size()) +
          " of the table",
      nearest.empty() ? "" : "did you mean " + base::join(nearest, " or ") + "?");
}

void Table::add(Column column) {
  if (column.n_rows() != n_rows()) {
    throw base::MismatchError("column '" + column.field.name + "' has " +
                              std::to_string(column.n_rows()) + " rows, the table has " +
                              std::to_string(n_rows()));
  }
  if (find(column.field.name) != nullptr) {
    throw base::MismatchError("column '" + column.field.name + "' stands twice in the table",
                              "rename one of the two");
  }
  columns_.push_back(std::move(column));
}

void Table::remove(std::string_view name) {
  std::erase_if(columns_, [&](const Column& column) { return column.field.name == name; });
}

Table Table::select_rows(std::span<const std::uint32_t> rows) const {
  std::vector<std::string> ids;
  ids.reserve(rows.size());
  for (const auto row : rows) ids.push_back(ids_[row]);
  Table out(std::move(ids));
  const auto pick = [&](const auto& from) {
    std::decay_t<decltype(from)> to;
    if (from.empty()) return to;
    to.reserve(rows.size());
    for (const auto row : rows) to.push_back(from[row]);
    return to;
  };
  for (const Column& column : columns_) {
    out.columns_.push_back(
        {column.field, pick(column.numbers), pick(column.codes), pick(column.texts)});
  }
  return out;
}

std::string_view to_string(FieldType type) {
  switch (type) {
    case FieldType::kNumber: return "number";
    case FieldType::kInteger: return "integer";
    case FieldType::kBoolean: return "boolean";
    case FieldType::kCategory: return "category";
    case FieldType::kDate: return "date";
    case FieldType::kText: return "string";
  }
  return "string";
}

std::optional<double> parse_date(std::string_view text) {
  if (text.size() > 10 && text[10] == 'T') text = text.substr(0, 10);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto digits = [&](std::size_t at, std::size_t n) {
    int value = 0;
    for (std::size_t i = at; i < at + n; ++i) {
      if (text[i] < '0' || text[i] > '9') return -1;
      value = 10 * value + (text[i] - '0');
    }
    return value;
  };
  const int year = digits(0, 4);
  const int month = digits(5, 2);
  const int day = digits(8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
}

std::string format_date(double days) {
  if (std::isnan(days)) return "NA";
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(std::floor(days))))};
  char buffer[32];
  std::snprintf(buffer,
                sizeof buffer,
                "%04d-%02u-%02u",
                static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return buffer;
}

std::string format_cell(const Column& column, std::size_t row) {
  if (column.is_missing(row)) return "NA";
  switch (column.field.type) {
    case FieldType::kCategory:
      return column.field.levels[static_cast<std::size_t>(column.codes[row])];
    case FieldType::kText: return column.texts[row];
    case FieldType::kDate: return format_date(column.numbers[row]);
    case FieldType::kBoolean:
      if (column.field.levels.size() == 2) return column.field.levels[column.numbers[row] != 0];
      return column.numbers[row] != 0 ? "1" : "0";
    case FieldType::kInteger: return base::format_number(column.numbers[row], 17);
    default: return base::format_number(column.numbers[row]);
  }
}

}  // namespace gcrisk::clinical
