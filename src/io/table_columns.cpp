// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "table_columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <optional>

#include "gcrisk/base/text.hpp"

namespace gcrisk::io {

namespace {

using clinical::Column;
using clinical::FieldType;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Words that say no and yes, in lower case.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kNoYes = {
    {{"no", "yes"}, {"false", "true"}, {"n", "y"}, {"f", "t"}, {"0", "1"}}};

// 0 for no, 1 for yes of one pair, in the spelling of the file; nothing if the words differ.
std::optional<std::vector<std::string>> no_yes_levels(const std::vector<std::string>& words) {
  if (words.empty() || words.size() > 2) return std::nullopt;
  for (const auto& [no, yes] : kNoYes) {
    std::vector<std::string> levels = {std::string(no), std::string(yes)};
    bool fits = true;
    // f alone may be "female": single letters need their counterpart.
    if (words.size() == 1 && no.size() == 1) continue;
    std::array<bool, 2> seen{};
    for (const std::string& word : words) {
      const std::string lower = base::to_lower(word);
      const std::size_t at = lower == yes;
      if ((lower != no && lower != yes) || seen[at]) {
        fits = false;
        break;
      }
      seen[at] = true;
      levels[at] = word;
    }
    if (fits) return levels;
  }
  return std::nullopt;
}

Column numeric_column(const Words& words,
                      clinical::Field field,
                      const std::vector<double>& value_of_word) {
  Column column;
  column.field = std::move(field);
  column.numbers.reserve(words.codes.size());
  for (const auto code : words.codes) {
    column.numbers.push_back(code < 0 ? kNaN : value_of_word[static_cast<std::size_t>(code)]);
  }
  return column;
}

Column text_column(const Words& words, clinical::Field field) {
  Column column;
  column.field = std::move(field);
  column.field.type = FieldType::kText;
  column.texts.reserve(words.codes.size());
  for (const auto code : words.codes) {
    column.texts.push_back(code < 0 ? std::string() : words.words[static_cast<std::size_t>(code)]);
  }
  return column;
}

Column category_column(const Words& words, clinical::Field field, std::string* refused) {
  Column column;
  column.field = std::move(field);
  column.field.type = FieldType::kCategory;
  std::vector<std::string>& levels = column.field.levels;
  if (levels.empty()) {
    levels = words.words;
    std::sort(levels.begin(), levels.end());
  }
  std::vector<std::int32_t> code_of_word;
  for (const std::string& word : words.words) {
    const auto at = std::find(levels.begin(), levels.end(), word);
    if (at == levels.end() && refused != nullptr && refused->empty()) *refused = word;
    code_of_word.push_back(at == levels.end() ? -1
                                              : static_cast<std::int32_t>(at - levels.begin()));
  }
  column.codes.reserve(words.codes.size());
  for (const auto code : words.codes) {
    column.codes.push_back(code < 0 ? -1 : code_of_word[static_cast<std::size_t>(code)]);
  }
  return column;
}

std::optional<Column> boolean_column(const Words& words,
                                     clinical::Field field,
                                     std::string* refused) {
  auto levels = field.levels;
  if (levels.size() != 2) {
    if (const auto found = no_yes_levels(words.words)) {
      levels = *found;
    } else if (refused == nullptr) {
      return std::nullopt;
    } else {
      levels = {"0", "1"};
    }
  }
  std::vector<double> values;
  for (const std::string& word : words.words) {
    if (word != levels[0] && word != levels[1] && refused != nullptr && refused->empty()) {
      *refused = word;
    }
    values.push_back(word == levels[1] ? 1 : 0);
  }
  field.type = FieldType::kBoolean;
  field.levels = levels;
  return numeric_column(words, std::move(field), values);
}

std::optional<Column> date_column(const Words& words, clinical::Field field, std::string* refused) {
  std::vector<double> values;
  for (const std::string& word : words.words) {
    const auto day = parse_date_as(word, field.date_format);
    if (!day) {
      if (refused == nullptr) return std::nullopt;
      if (refused->empty()) *refused = word;
    }
    values.push_back(day.value_or(kNaN));
  }
  field.type = FieldType::kDate;
  field.date_format.clear();  // from here on the column holds days, written as ISO 8601
  return numeric_column(words, std::move(field), values);
}

}  // namespace

bool ColumnPlan::is_missing(std::string_view cell) const {
  if (base::is_missing(cell)) return true;
  return std::find(missing.begin(), missing.end(), cell) != missing.end();
}

std::int32_t Words::code_of(std::string_view word) {
  if (const auto at = index_.find(word); at != index_.end()) return at->second;
  const auto code = static_cast<std::int32_t>(words.size());
  words.emplace_back(word);
  index_.emplace(std::string(word), code);
  return code;
}

void Words::add(std::string_view word) {
  std::uint64_t head = 0;
  std::memcpy(&head, word.data(), std::min(word.size(), sizeof head));
  head = (head ^ word.size() ^ (std::uint64_t{static_cast<unsigned char>(word.back())} << 56)) *
         0x9E3779B97F4A7C15ULL;
  std::int32_t& recent = recent_[head >> 56];
  if (recent < 0 || words[static_cast<std::size_t>(recent)] != word) recent = code_of(word);
  codes.push_back(recent);
}

void Words::append(const Words& other) {
  std::vector<std::int32_t> translated;
  translated.reserve(other.words.size());
  for (const std::string& word : other.words) translated.push_back(code_of(word));
  for (const auto code : other.codes) {
    codes.push_back(code < 0 ? -1 : translated[static_cast<std::size_t>(code)]);
  }
}

Words collect_words(const CellBlock& block, std::size_t column, const ColumnPlan& plan) {
  Words words;
  words.codes.reserve(block.n_rows());
  for (std::size_t row = 0; row < block.n_rows(); ++row) {
    const std::string_view cell = block.cell(row, column);
    if (plan.is_missing(cell)) {
      words.add_missing();
    } else {
      words.add(cell);
    }
  }
  return words;
}

ColumnPiece convert_column(const CellBlock& block,
                           std::size_t column,
                           const ColumnPlan& plan,
                           bool decimal_comma,
                           double* numbers) {
  ColumnPiece piece;
  if (plan.as_words) {
    piece.words = std::make_unique<Words>(collect_words(block, column, plan));
    return piece;
  }
  for (std::size_t row = 0; row < block.n_rows(); ++row) {
    const std::string_view cell = block.cell(row, column);
    double value = kNaN;
    const NumberKind kind = parse_cell(cell, decimal_comma, value);
    if (kind == NumberKind::kNone || !plan.missing.empty()) {
      if (plan.is_missing(cell)) {
        numbers[row] = kNaN;
        continue;
      }
    }
    if (kind == NumberKind::kNone) {
      if (plan.is_stated) {
        piece.refused_row = row;
        return piece;
      }
      piece.words = std::make_unique<Words>(collect_words(block, column, plan));
      return piece;
    }
    numbers[row] = value;
    piece.any_value = true;
    piece.all_integers = piece.all_integers && (kind == NumberKind::kInteger);
    piece.all_zero_one = piece.all_zero_one && (value == 0 || value == 1);
  }
  return piece;
}

Column column_of_words(Words words, const ColumnPlan& plan, std::string* refused) {
  const clinical::Field& field = plan.field;
  if (plan.is_stated) {
    switch (field.type) {
      case FieldType::kBoolean: return *boolean_column(words, field, refused);
      case FieldType::kDate: return *date_column(words, field, refused);
      case FieldType::kCategory: return category_column(words, field, refused);
      default: return text_column(words, field);
    }
  }
  if (auto column = boolean_column(words, field, nullptr)) return *column;
  if (!words.words.empty()) {
    if (auto column = date_column(words, field, nullptr)) return *column;
  }
  const double limit = std::max(20.0, 0.05 * static_cast<double>(words.codes.size()));
  if (static_cast<double>(words.words.size()) <= limit) {
    return category_column(words, field, nullptr);
  }
  return text_column(words, field);
}

std::optional<double> parse_date_as(std::string_view text, std::string_view pattern) {
  if (pattern.empty() || pattern == "default" || pattern == "%Y-%m-%d") {
    return clinical::parse_date(text);
  }
  constexpr std::array<std::string_view, 12> kMonths = {
      "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
  std::array<int, 3> date = {-1, 1, 1};  // year, month, day
  std::size_t at = 0;
  const auto number = [&](std::size_t max_digits) {
    int value = 0;
    std::size_t n = 0;
    while (n < max_digits && at < text.size() && text[at] >= '0' && text[at] <= '9') {
      value = 10 * value + (text[at++] - '0');
      ++n;
    }
    return n == 0 ? -1 : value;
  };
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%' || i + 1 == pattern.size()) {
      if (at >= text.size() || text[at] != pattern[i]) return std::nullopt;
      ++at;
      continue;
    }
    int found = -1;
    switch (pattern[++i]) {
      case 'Y': found = date[0] = number(4); break;
      case 'y':
        found = number(2);
        date[0] = found < 69 ? 2000 + found : 1900 + found;  // as POSIX strptime
        break;
      case 'm': found = date[1] = number(2); break;
      case 'd': found = date[2] = number(2); break;
      case 'b': {
        const std::string name = base::to_lower(text.substr(std::min(at, text.size()), 3));
        const auto month = std::find(kMonths.begin(), kMonths.end(), name);
        if (month != kMonths.end()) found = date[1] = static_cast<int>(month - kMonths.begin()) + 1;
        at += 3;
        break;
      }
      case 'H':
      case 'M':
      case 'S': found = number(2); break;
      default: return std::nullopt;
    }
    if (found < 0) return std::nullopt;
  }
  if (at != text.size() || date[0] < 0 || date[1] < 0 || date[1] > 99 || date[2] < 0) {
    return std::nullopt;
  }
  std::array<char, 24> iso;
  std::snprintf(iso.data(), iso.size(), "%04d-%02d-%02d", date[0], date[1], date[2]);
  return clinical::parse_date(iso.data());
}

}  // namespace gcrisk::io
