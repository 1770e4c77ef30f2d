// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/hash.hpp"
#include "gcrisk/io/input.hpp"

// CSV and TSV of any size as a stream, for tables of events. (io/table.hpp reads whole tables of
// people and infers types; here columns are known by name and memory must not grow.)
namespace gcrisk::io {

// Whole rows of a file.
struct CsvPiece {
  std::string text;
  std::uint64_t first_line = 1;
};

// A file cut into pieces of whole rows. Tab-separated files have no quotes (as the OHDSI
// vocabularies); in comma-, semicolon- or pipe-separated ones a cell may begin with a quote.
class CsvSource {
 public:
  CsvSource(const std::string& path, base::Checksum checksum);
  static CsvSource from_memory(const std::string& name, std::string_view text);

  // False at the end. MalformedError for a cut gz, or a quote that is never closed.
  bool next(CsvPiece& piece);

  const std::vector<std::string>& header() const noexcept { return header_; }  // lower case
  char separator() const noexcept { return separator_; }
  std::optional<std::size_t> column(std::string_view name) const;
  const std::string& path() const noexcept { return input_.path(); }
  std::string finish_hash() { return input_.finish_hash(); }

 private:
  explicit CsvSource(Input input);
  bool read_more(std::size_t size);

  Input input_;
  std::string rest_;
  std::uint64_t line_ = 1;
  char separator_ = ',';
  std::vector<std::string> header_;
};

// The rows of a piece, cell by cell. Views are valid until the next row.
class CsvRows {
 public:
  CsvRows(const CsvPiece& piece, char separator)
      : rest_(piece.text), separator_(separator), next_line_(piece.first_line) {}
  // False at the end; blank lines are passed over.
  bool next(std::vector<std::string_view>& cells);
  std::uint64_t line() const noexcept { return line_; }

 private:
  std::string_view quoted(std::size_t& at);
  std::string_view rest_;
  char separator_;
  std::uint64_t line_ = 0;
  std::uint64_t next_line_;
  std::vector<std::string> unquoted_;  // cells with doubled quotes, made single
  std::size_t n_unquoted_ = 0;
};

}  // namespace gcrisk::io
