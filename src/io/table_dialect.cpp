// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "table_dialect.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::io {

namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kSampleRows = 50;

// Cells of one row under a separator; quotes hide separators. Enough for counting.
std::vector<std::string_view> rough_cells(std::string_view row, char separator) {
  std::vector<std::string_view> cells;
  const bool runs = separator == ' ';
  const auto is_separator = [&](char c) { return runs ? c == ' ' || c == '\t' : c == separator; };
  std::size_t at = 0;
  while (true) {
    if (runs) {
      while (at < row.size() && is_separator(row[at])) ++at;
      if (at == row.size()) return cells;
    }
    const std::size_t begin = at;
    bool inside = at < row.size() && row[at] == '"';
    if (inside) ++at;
    while (at < row.size() && (inside || !is_separator(row[at]))) {
      if (inside && row[at] == '"') {
        if (at + 1 < row.size() && row[at + 1] == '"') {
          ++at;
        } else {
          inside = false;
        }
      }
      ++at;
    }
    cells.push_back(row.substr(begin, at - begin));
    if (at >= row.size()) return cells;
    ++at;
  }
}

std::string_view without_end(std::string_view row, char line_end) {
  if (!row.empty() && row.back() == line_end) row.remove_suffix(1);
  if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
  return row;
}

bool is_blank(std::string_view row) { return base::trim(row).empty(); }

bool is_decimal(std::string_view cell, char point) {
  if (!cell.empty() && (cell.front() == '-' || cell.front() == '+')) cell.remove_prefix(1);
  const auto at = cell.find(point);
  if (at == kNone || at == 0 || at + 1 == cell.size()) return false;
  return std::all_of(cell.begin(),
                     cell.end(),
                     [&](char c) { return c == point || (c >= '0' && c <= '9'); }) &&
         cell.find(point, at + 1) == kNone;
}

// Share of rows whose number of cells fits the header, and the number of cells.
struct Fit {
  double share = 0;
  std::size_t n_cells = 0;
};

Fit fit_of(const std::vector<std::string_view>& rows, char separator) {
  const std::size_t n = rough_cells(rows.front(), separator).size();
  if (n < 2) return {};
  std::size_t same = 0;
  std::size_t one_more = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::size_t found = rough_cells(rows[i], separator).size();
    same += found == n;
    one_more += found == n + 1;
  }
  const auto total = static_cast<double>(std::max<std::size_t>(rows.size() - 1, 1));
  const double share =
      rows.size() == 1 ? 1.0 : static_cast<double>(std::max(same, one_more)) / total;
  return {share, n};
}

// As R's write.table leaves it: every row has one cell more than the header, and no column of the
// header is called IID. One row alone is rather a broken one.
bool rows_have_names(const std::vector<std::string_view>& rows, char separator) {
  if (rows.size() < 3) return false;
  const auto header = rough_cells(rows[0], separator);
  for (const auto cell : header) {
    if (cell == "IID" || cell == "#IID") return false;
  }
  return std::all_of(rows.begin() + 1, rows.end(), [&](std::string_view row) {
    const auto cells = rough_cells(row, separator);
    return cells.size() == header.size() + 1 && !base::trim(cells.back()).empty();
  });
}

void check_readable(std::string_view text, const std::string& name) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    throw base::MalformedError(name + ": the text is UTF-16, expected UTF-8",
                               "convert it: iconv -f utf-16 -t utf-8");
  }
  if (text.starts_with("PK\x03\x04")) {
    throw base::MalformedError(name +
                                   ": this is a zip archive or a spreadsheet (.xlsx), expected "
                                   "CSV or TSV text",
                               "save the sheet as CSV UTF-8");
  }
  if (text.substr(0, 4096).find('\0') != kNone) {
    throw base::MalformedError(name + ": the file holds binary data, expected CSV or TSV text");
  }
}

}  // namespace

std::size_t boundary_after(std::string_view text,
                           std::size_t begin,
                           std::size_t target,
                           const Dialect& dialect,
                           std::size_t* open_quote) {
  target = std::min(std::max(target, begin), text.size());
  std::size_t at = begin;  // outside quotes
  const auto end_from = [&](std::size_t from) {
    // A boundary at `target` itself counts when a row ends just before it.
    const std::size_t line_end = text.find(dialect.line_end, from);
    return line_end == kNone ? text.size() : line_end + 1;
  };
  if (!dialect.has_quotes) return end_from(target);
  std::size_t candidate = end_from(target);
  while (true) {
    const std::size_t quote = text.find('"', at);
    if (quote == kNone || quote >= candidate) return candidate;
    // A quote opens a cell only where the cell begins; elsewhere it is a character.
    std::size_t before = quote;
    if (dialect.separator != ' ') {
      while (before > begin && text[before - 1] == ' ') --before;
    }
    const char previous = before > begin ? text[before - 1] : dialect.line_end;
    const bool opens = previous == dialect.separator || previous == dialect.line_end ||
                       (dialect.separator == ' ' && previous == '\t');
    if (!opens) {
      at = quote + 1;
      continue;
    }
    std::size_t close = quote + 1;
    while (true) {
      close = text.find('"', close);
      if (close == kNone) {
        if (open_quote != nullptr) *open_quote = quote;
        return kNone;
      }
      if (close + 1 >= text.size() || text[close + 1] != '"') break;
      close += 2;
    }
    at = close + 1;
    if (at > candidate) candidate = end_from(at);
  }
}

std::size_t row_end(std::string_view text, std::size_t begin, const Dialect& dialect) {
  return boundary_after(text, begin, begin, dialect);
}

Dialect sniff_dialect(std::string_view text, const std::string& name) {
  check_readable(text, name);
  Dialect dialect;
  std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  const std::string_view head = text.substr(0, std::size_t{1} << 20);
  if (head.find('\n') == kNone && head.find('\r') != kNone) dialect.line_end = '\r';
  dialect.has_quotes = text.find('"') != kNone;

  // Excel's own remark on the first line.
  char told = 0;
  if (text.substr(at, 4) == "sep=" && at + 4 < text.size()) {
    told = text[at + 4];
    at = std::min(text.size(), text.find(dialect.line_end, at));
    if (at < text.size()) ++at;
  }

  // Leading lines with '#': all are comments but the last, which may be the header.
  std::size_t last_comment = kNone;
  dialect.separator = '\x1f';  // none yet: quotes count only at the begin of a line
  while (at < text.size()) {
    const std::size_t line_end = text.find(dialect.line_end, at);
    const std::size_t next = line_end == kNone ? text.size() : line_end + 1;
    const std::string_view line = text.substr(at, next - at);
    if (!is_blank(line) && line.front() != '#') break;
    if (!is_blank(line)) {
      if (last_comment != kNone || line.starts_with("##")) dialect.has_comments = true;
      last_comment = line.starts_with("##") ? kNone : at;
    }
    at = next;
  }
  if (at >= text.size() && last_comment == kNone) {
    throw base::MalformedError(name + ": the file holds no row, expected a header",
                               "the first row names the columns, such as #IID, age, sex");
  }

  // Rows to look at, for each candidate on its own: quotes end where its cells end.
  const auto sample_from = [&](std::size_t from, char separator) {
    Dialect trial = dialect;
    trial.separator = separator;
    std::vector<std::string_view> rows;
    while (from < text.size() && rows.size() < kSampleRows) {
      // A quote that is never closed is refused later, with its line; here the line will do.
      std::size_t next = row_end(text, from, trial);
      const bool open = next == kNone;
      if (open) next = text.find(dialect.line_end, from);
      const std::string_view row = without_end(text.substr(from, next - from), dialect.line_end);
      if (!is_blank(row)) rows.push_back(row);
      if (open) break;
      from = next;
    }
    return rows;
  };
  const auto best_from = [&](std::size_t from) {
    constexpr std::array<char, 5> kCandidates = {'\t', ',', ';', '|', ' '};
    std::pair<char, Fit> best = {'\t', {}};
    for (const char candidate : kCandidates) {
      if (told != 0 && candidate != told) continue;
      const auto rows = sample_from(from, candidate);
      if (rows.empty()) continue;
      const Fit fit = fit_of(rows, candidate);
      if (fit.n_cells == 0) continue;
      // Spaces stand inside words too: they separate only where nothing else does.
      if (candidate == ' ' && best.second.n_cells > 0) continue;
      if (best.second.n_cells == 0 || fit.share > best.second.share ||
          (fit.share == best.second.share && fit.n_cells > best.second.n_cells)) {
        best = {candidate, fit};
      }
    }
    return best;
  };

  auto [separator, fit] = best_from(at < text.size() ? at : last_comment);
  dialect.header_begin = at;
  if (last_comment != kNone) {
    const auto [header_separator, header_fit] = best_from(last_comment);
    const std::string_view line = text.substr(last_comment, 5);
    const bool is_key = line.starts_with("#IID") || line.starts_with("#FID");
    if (is_key || at >= text.size() || (header_fit.n_cells > 1 && header_fit.share >= 0.9)) {
      dialect.header_begin = last_comment;
      separator = header_separator;
      fit = header_fit;
    } else {
      dialect.has_comments = true;
    }
  }
  dialect.separator = told != 0 ? told : separator;

  const auto rows = sample_from(dialect.header_begin, dialect.separator);
  dialect.has_row_names = rows_have_names(rows, dialect.separator);
  if (dialect.separator == ';') {
    bool comma = false;
    bool point = false;
    for (std::size_t i = 1; i < rows.size(); ++i) {
      for (const auto cell : rough_cells(rows[i], ';')) {
        comma = comma || is_decimal(base::trim(cell), ',');
        point = point || is_decimal(base::trim(cell), '.');
      }
    }
    dialect.decimal_comma = comma && !point;
  }
  return dialect;
}

std::string describe(const Dialect& dialect) {
  std::string out;
  switch (dialect.separator) {
    case '\t': out = "tab"; break;
    case ',': out = "comma"; break;
    case ';': out = "semicolon"; break;
    case '|': out = "pipe"; break;
    case ' ': out = "spaces"; break;
    default: out = std::string("'") + dialect.separator + "'"; break;
  }
  if (dialect.has_quotes) out += ", quoted";
  if (dialect.decimal_comma) out += ", decimal comma";
  if (dialect.has_comments) out += ", comments";
  if (dialect.has_row_names) out += ", row names without a header";
  return out + ", UTF-8";
}

}  // namespace gcrisk::io
