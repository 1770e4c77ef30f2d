// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gcrisk::io {

// How a text table is written, told from its first rows.
struct Dialect {
  char separator = ',';          // ' ' stands for any run of spaces and tabs
  char line_end = '\n';          // '\r' alone in files of old Macs
  bool has_quotes = false;       // a cell somewhere in the file begins with a double quote
  bool decimal_comma = false;    // 1,5 for 1.5; only with a semicolon between cells
  bool has_comments = false;     // lines that begin with '#' are not data
  bool has_row_names = false;    // rows have one cell more than the header, the name in front
  std::size_t header_begin = 0;  // where the header row begins in the text
};

// MalformedError where the text is binary, UTF-16, or empty. `name` is for messages.
Dialect sniff_dialect(std::string_view text, const std::string& name);

// "comma, quoted, UTF-8"
std::string describe(const Dialect& dialect);

// First position after the row that begins at `begin`, quoted line ends skipped; npos when a
// quote that opens in this row is never closed.
std::size_t row_end(std::string_view text, std::size_t begin, const Dialect& dialect);

// First row boundary at or after `target` for a row that begins at `begin`; as row_end.
// `open_quote` is the place of the quote that is never closed.
std::size_t boundary_after(std::string_view text,
                           std::size_t begin,
                           std::size_t target,
                           const Dialect& dialect,
                           std::size_t* open_quote = nullptr);

}  // namespace gcrisk::io
