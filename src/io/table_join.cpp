// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <span>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "table_blocks.hpp"

namespace gcrisk::io {

namespace {

using clinical::Column;
using clinical::FieldType;

[[noreturn]] void refuse(const TableBlocks& table,
                         std::size_t row,
                         const std::string& column,
                         const std::string& finding,
                         const std::string& hint) {
  throw base::MalformedError(table.place_of_row(row) + ": column '" + column + "': " + finding,
                             hint);
}

void check_values(const TableBlocks& table, const Column& column, const ColumnPlan& plan) {
  const clinical::Field& field = plan.field;
  if (!plan.is_stated || !column.is_numeric()) return;
  for (std::size_t row = 0; row < column.numbers.size(); ++row) {
    const double value = column.numbers[row];
    if (std::isnan(value)) continue;
    if (field.type == FieldType::kInteger && value != std::floor(value)) {
      refuse(table,
             row,
             field.name,
             base::format_exact(value) + " is not a whole number",
             "correct it, or make the type \"number\" in the dictionary");
    }
    const bool below = field.minimum && value < *field.minimum;
    const bool above = field.maximum && value > *field.maximum;
    if (below || above) {
      const double bound = below ? *field.minimum : *field.maximum;
      const auto show = [&](double v) {
        return field.type == FieldType::kDate ? clinical::format_date(v) : base::format_exact(v);
      };
      refuse(
          table,
          row,
          field.name,
          show(value) + (below ? " is below the minimum " : " is above the maximum ") + show(bound),
          "correct it, name it as a missing value, or change the range in the dictionary");
    }
  }
}

void remark(const TableBlocks& table,
            const Column& column,
            const ColumnPlan& plan,
            std::size_t n_numbers,
            std::vector<std::string>& remarks) {
  if (plan.is_stated) return;
  const std::size_t n = column.n_rows();
  if (n == 0) return;
  if (n_numbers > 0 && column.field.type != FieldType::kBoolean) {
    // Numbers with some words among them are usually numbers with an unknown missing code.
    std::string word;
    std::size_t n_words = 0;
    for (std::size_t row = 0; row < n; ++row) {
      if (column.is_missing(row)) continue;
      const std::string cell = clinical::format_cell(column, row);
      double value = 0;
      if (parse_cell(cell, table.text().dialect().decimal_comma, value) != NumberKind::kNone)
        continue;
      if (word.empty()) word = cell;
      ++n_words;
    }
    if (n_words * 2 < n && !word.empty()) {
      remarks.push_back("column '" + column.field.name + "' holds numbers and " +
                        base::format_count(n_words) + " words such as '" + word +
                        "': it is read as words; name the word with --missing or correct it");
    }
  }
  bool any = false;
  for (std::size_t row = 0; row < n && !any; ++row) any = !column.is_missing(row);
  if (!any) remarks.push_back("column '" + column.field.name + "' has no value");
}

// A column in which no block met a word: integers, numbers, or 0 and 1.
Column join_numbers(const std::vector<TableBlock>& blocks, std::size_t c, const ColumnPlan& plan) {
  Column out;
  out.field = plan.field;
  bool all_integers = true;
  bool all_zero_one = true;
  std::size_t n_rows = 0;
  for (const TableBlock& block : blocks) {
    all_integers = all_integers && block.pieces[c].all_integers;
    all_zero_one = all_zero_one && block.pieces[c].all_zero_one;
    n_rows += block.n_rows;
  }
  out.numbers.reserve(n_rows);
  for (const TableBlock& block : blocks) {
    const double* const from = block.numbers.get() + c * block.n_rows;
    out.numbers.insert(out.numbers.end(), from, from + block.n_rows);
  }
  if (plan.is_stated) return out;
  bool any_value = false;
  bool any_zero = false;
  bool any_one = false;
  for (const double value : out.numbers) {
    any_value = any_value || !std::isnan(value);
    any_zero = any_zero || value == 0;
    any_one = any_one || value == 1;
  }
  if (!any_value || !all_integers) {
    out.field.type = FieldType::kNumber;
  } else if (all_zero_one && any_zero && any_one) {
    out.field.type = FieldType::kBoolean;
    out.field.levels = {"0", "1"};
  } else {
    out.field.type = FieldType::kInteger;
  }
  return out;
}

// A column with words in some block; the others' numbers are collected as words too.
Column join_words(TableBlocks& table, std::size_t c, std::vector<std::string>& remarks) {
  const ColumnPlan& plan = table.plans()[c];
  Words words;
  std::size_t n_numbers = 0;
  for (std::size_t i = 0; i < table.blocks().size(); ++i) {
    ColumnPiece& piece = table.blocks()[i].pieces[c];
    if (piece.words == nullptr) {
      words.append(collect_words(table.text().block(i), table.column_at(c), plan));
      n_numbers += piece.any_value;
    } else if (i == 0) {
      words = std::move(*piece.words);
    } else {
      words.append(*piece.words);
    }
    piece.words.reset();
  }
  if (!plan.is_stated) {
    double value = 0;
    for (const std::string& word : words.words) {
      n_numbers +=
          parse_cell(word, table.text().dialect().decimal_comma, value) != NumberKind::kNone;
    }
  }
  std::string refused;
  const auto codes = plan.is_stated ? words.codes : std::vector<std::int32_t>();
  const auto all_words = plan.is_stated ? words.words : std::vector<std::string>();
  Column out = column_of_words(std::move(words), plan, plan.is_stated ? &refused : nullptr);
  if (!refused.empty()) {
    const auto word = std::find(all_words.begin(), all_words.end(), refused) - all_words.begin();
    const auto row = std::find(codes.begin(), codes.end(), word) - codes.begin();
    std::string expected;
    if (plan.field.type == FieldType::kDate) {
      expected =
          "a date (" + (plan.field.date_format.empty() ? "%Y-%m-%d" : plan.field.date_format) + ")";
    } else {
      const auto& levels = out.field.levels;
      const std::size_t shown = std::min<std::size_t>(10, levels.size());
      expected = "one of: " + base::join(std::span(levels).first(shown), ", ") +
                 (shown < levels.size() ? ", …" : "");
    }
    refuse(table,
           static_cast<std::size_t>(row),
           plan.field.name,
           "'" + refused + "' stands here, expected " + expected,
           "correct it, name it as a missing value, or change the field in the dictionary");
  }
  remark(table, out, plan, n_numbers, remarks);
  return out;
}

}  // namespace

Column join_column(TableBlocks& table, std::size_t c, std::vector<std::string>& remarks) {
  const ColumnPlan& plan = table.plans()[c];
  const auto& blocks = table.blocks();
  bool any_words = false;
  std::size_t n_rows = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const ColumnPiece& piece = blocks[i].pieces[c];
    if (piece.refused_row != std::string_view::npos) {
      const std::string cell(table.text().block(i).cell(piece.refused_row, table.column_at(c)));
      refuse(table,
             n_rows + piece.refused_row,
             plan.field.name,
             "'" + cell + "' is not a number",
             "correct it, name it as a missing value, or change the type in the dictionary");
    }
    any_words = any_words || piece.words != nullptr;
    n_rows += blocks[i].n_rows;
  }
  Column out = any_words ? join_words(table, c, remarks) : join_numbers(blocks, c, plan);
  check_values(table, out, plan);
  return out;
}

}  // namespace gcrisk::io
