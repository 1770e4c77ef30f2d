// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "clinical_tables.hpp"

#include <filesystem>
#include <limits>
#include <unordered_map>

#include "gcrisk/base/text.hpp"
#include "gcrisk/cohort/join.hpp"

namespace gcrisk::pipeline {

namespace {

using clinical::Column;
using clinical::FieldType;
using clinical::Table;

// The column with row rows[i] of the old one at i, missing where there is none (-1).
Column spread(const Column& from, const std::vector<std::int64_t>& rows) {
  Column to;
  to.field = from.field;
  for (const auto row : rows) {
    const auto at = static_cast<std::size_t>(row);
    switch (from.field.type) {
      case FieldType::kCategory: to.codes.push_back(row < 0 ? -1 : from.codes[at]); break;
      case FieldType::kText: to.texts.push_back(row < 0 ? std::string() : from.texts[at]); break;
      default:
        to.numbers.push_back(row < 0 ? std::numeric_limits<double>::quiet_NaN() : from.numbers[at]);
    }
  }
  return to;
}

// Fills what `into` misses from `from`; nothing is changed where the two contradict each other.
bool merge(Column& into, const Column& from) {
  if (into.field.type != from.field.type || into.field.levels != from.field.levels) return false;
  for (std::size_t row = 0; row < into.n_rows(); ++row) {
    if (into.is_missing(row) || from.is_missing(row)) continue;
    const bool same = into.field.type == FieldType::kCategory ? into.codes[row] == from.codes[row]
                      : into.field.type == FieldType::kText
                          ? into.texts[row] == from.texts[row]
                          : into.numbers[row] == from.numbers[row];
    if (!same) return false;
  }
  for (std::size_t row = 0; row < into.n_rows(); ++row) {
    if (!into.is_missing(row) || from.is_missing(row)) continue;
    switch (into.field.type) {
      case FieldType::kCategory: into.codes[row] = from.codes[row]; break;
      case FieldType::kText: into.texts[row] = from.texts[row]; break;
      default: into.numbers[row] = from.numbers[row];
    }
  }
  return true;
}

// "labs" of "data/labs.csv.gz".
std::string stem_of(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  return name.substr(0, name.find('.', 1));
}

std::string free_name(const Table& table, const std::string& name, const std::string& path) {
  std::string wanted = name + "." + stem_of(path);
  for (int n = 2; table.find(wanted) != nullptr; ++n) {
    wanted = name + "." + stem_of(path) + "." + std::to_string(n);
  }
  return wanted;
}

Column* find_column(Table& table, const std::string& name) {
  for (Column& column : table.columns()) {
    if (column.field.name == name) return &column;
  }
  return nullptr;
}

Table add_table(Table whole, const NamedTable& next, const std::string& so_far, base::Log& log) {
  const auto join = cohort::join_samples(whole.ids(), next.table.ids(), so_far, next.path);
  cohort::check_overlap(join.report, 0, "is --id-column the same kind of ID in both?");
  const std::size_t n_joined = join.left_rows.size();
  if (n_joined == whole.n_rows() && n_joined == next.table.n_rows()) {
    log.info(join.report.summary());
  } else {
    log.warning(join.report.summary() +
                "; the others have missing values in the columns of the "
                "other table" +
                (join.report.guess.empty() ? "" : " (" + join.report.guess + ")"));
  }

  std::vector<std::string> ids = whole.ids();
  std::vector<std::int64_t> old_rows(whole.n_rows());
  std::vector<std::int64_t> new_rows(whole.n_rows(), -1);
  for (std::size_t row = 0; row < old_rows.size(); ++row)
    old_rows[row] = static_cast<std::int64_t>(row);
  std::vector<bool> met(next.table.n_rows());
  for (std::size_t i = 0; i < n_joined; ++i) {
    new_rows[join.left_rows[i]] = join.right_rows[i];
    met[join.right_rows[i]] = true;
  }
  for (std::size_t row = 0; row < met.size(); ++row) {
    if (met[row]) continue;
    ids.push_back(next.table.ids()[row]);
    old_rows.push_back(-1);
    new_rows.push_back(static_cast<std::int64_t>(row));
  }

  Table out(std::move(ids));
  for (const Column& column : whole.columns()) out.add(spread(column, old_rows));
  for (const Column& column : next.table.columns()) {
    Column added = spread(column, new_rows);
    if (Column* const known = find_column(out, added.field.name)) {
      if (merge(*known, added)) {
        log.info("column '" + added.field.name + "' of " + next.path +
                 " agrees with the one read before and is united with it");
        continue;
      }
      const std::string name = free_name(out, added.field.name, next.path);
      log.warning("column '" + added.field.name + "' of " + next.path +
                  " contradicts the one read before; it is called '" + name + "'");
      added.field.name = name;
    }
    out.add(std::move(added));
  }
  return out;
}

}  // namespace

Table unite_tables(std::vector<NamedTable> tables, base::Log& log) {
  Table whole = std::move(tables.front().table);
  std::string so_far = tables.front().path;
  for (std::size_t i = 1; i < tables.size(); ++i) {
    whole = add_table(std::move(whole), tables[i], so_far, log);
    so_far = "the tables before";
  }
  return whole;
}

}  // namespace gcrisk::pipeline
