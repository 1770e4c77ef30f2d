// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "omop_cells.hpp"

#include "gcrisk/base/text.hpp"
#include "gcrisk/clinical/text_table.hpp"

namespace gcrisk::io::omop {

namespace {

constexpr std::size_t kShown = 40;

std::int64_t midnight_of_new_year(int year) {
  return clinical::days_from_civil(year, 1, 1) * clinical::kSecondsPerDay;
}

[[noreturn]] void refuse(std::size_t column, std::string_view text, const std::string& expected) {
  throw BadRow{"column " + std::to_string(column + 1) + " holds '" +
               std::string(clinical::cut_text(text, kShown)) + "', expected " + expected};
}

}  // namespace

std::string_view RowCells::look_closer(std::string_view text) {
  text = base::trim(text);
  return base::is_missing(text) || text == "\\N" || text == "NULL" ? std::string_view() : text;
}

std::int64_t RowCells::long_integer(std::size_t column, std::string_view text) {
  if (text.ends_with(".0")) text.remove_suffix(2);
  if (const auto value = base::parse_integer(text)) return *value;
  refuse(column, text, "a whole number");
}

clinical::Time RowCells::parse(std::size_t column, std::string_view text) {
  static const std::int64_t kFirst = midnight_of_new_year(kFirstYear);
  static const std::int64_t kBehindLast = midnight_of_new_year(kLastYear + 1);
  const auto time = clinical::parse_time(text);
  if (!time || time->seconds < kFirst || time->seconds >= kBehindLast) {
    refuse(column,
           text,
           "a date (YYYY-MM-DD) from " + std::to_string(kFirstYear) + " to " +
               std::to_string(kLastYear));
  }
  return *time;
}

clinical::Time RowCells::time(const Column& date, const Column& datetime) const {
  for (const Column* column : {&datetime, &date}) {
    const std::string_view cell = text(*column);
    if (cell.empty()) continue;
    clinical::Time time = parse(**column, cell);
    if (time.precision == clinical::Precision::kSecond &&
        time.seconds % clinical::kSecondsPerDay == 0) {
      time.precision = clinical::Precision::kDay;
    }
    return time;
  }
  return {};
}

}  // namespace gcrisk::io::omop
