// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "byte_buffer.hpp"
#include "gcrisk/base/hash.hpp"
#include "gcrisk/io/input.hpp"

// CSV and TSV of any size as a stream, for tables of events. (io/table.hpp reads whole tables of
// people and infers types; here columns are known by name and memory must not grow.)
namespace gcrisk::io {

// Whole rows of a file.
struct CsvPiece {
  ByteBuffer text;
  std::uint64_t first_line = 1;
  std::size_t bytes() const noexcept { return text.size(); }
};

// A file cut into pieces of whole rows. Tab-separated files have no quotes (as the OHDSI
// vocabularies); in comma-, semicolon- or pipe-separated ones a cell may begin with a quote.
class CsvSource {
 public:
  // What is told of damage that is passed over; without it damage is thrown as MalformedError.
  using Damage = std::function<void(std::string)>;

  CsvSource(const std::string& path, base::Checksum checksum, Damage damage = {});
  static CsvSource from_memory(const std::string& name, std::string_view text, Damage damage = {});

  // False at the end. Damage: a compressed file that is cut (what was read of it stands, but for
  // the row in which it ends), and a row of more than 64 MiB or a quote that is never closed (its
  // first line is left out and the next one is a row again).
  bool next(CsvPiece& piece);

  const std::vector<std::string>& header() const noexcept { return header_; }  // lower case
  char separator() const noexcept { return separator_; }
  std::optional<std::size_t> column(std::string_view name) const;
  const std::string& path() const noexcept { return input_.path(); }
  std::string finish_hash() { return input_.finish_hash(); }

 private:
  CsvSource(Input input, Damage damage);
  bool read_more(ByteBuffer& text, std::size_t size);
  void drop_line(ByteBuffer& text);

  Input input_;
  Damage damage_;
  ByteBuffer rest_;
  bool is_cut_ = false;
  std::uint64_t line_ = 1;
  char separator_ = ',';
  std::vector<std::string> header_;
};

// The rows of a piece, cell by cell. Ends of cells are found 64 bytes at a time, and a cell costs
// nothing until it is asked for; only where a quote stands in the middle of a cell, rows are read
// byte by byte.
class CsvRows {
 public:
  CsvRows(const CsvPiece& piece, char separator);
  // False at the end; blank lines are passed over. Cells are valid until the next row.
  bool next() { return is_regular_ ? next_regular() : next_stray(); }
  std::size_t size() const noexcept { return is_regular_ ? n_ends_ : cells_.size(); }
  std::string_view operator[](std::size_t cell) const {
    if (!is_regular_) return cells_[cell];
    const std::uint32_t begin = cell == 0 ? row_ : ends_[cell - 1] + 1;
    const std::string_view text{data_ + begin, ends_[cell] - begin};
    return has_quotes_ && text.starts_with('"') ? unquote(text) : text;
  }
  std::uint64_t line() const noexcept { return line_; }
  // The row as it stands in the file is UTF-8.
  bool is_utf8() const;

 private:
  bool next_regular();
  bool next_stray();
  void look_at_block();
  bool take_ends();
  std::string_view quoted(std::size_t& at);
  std::string_view unquote(std::string_view cell) const;

  const char* data_;
  std::size_t size_;
  char separator_;
  bool has_quotes_ = false;
  bool has_quoted_lines_ = false;
  bool is_regular_ = true;
  bool is_utf8_ = true;  // the piece
  std::uint64_t line_ = 0;
  std::uint64_t next_line_;
  std::uint32_t row_ = 0;            // where the row begins
  std::size_t after_ = 0;            // where the next one does
  std::vector<std::uint32_t> ends_;  // of the row's cells: the first n_ends_
  std::size_t n_ends_ = 0;
  // Ends of cells and of lines in the block of 64 bytes at block_, as far as they are not taken.
  std::size_t block_ = 0;
  std::uint64_t cell_bits_ = 0;
  std::uint64_t line_bits_ = 0;
  std::uint64_t inside_ = 0;  // all bits: the next block begins inside of quotes
  // With quotes in the middle of cells.
  std::vector<std::string_view> cells_;
  // Cells of the row with doubled quotes, made single; views into them stay.
  mutable std::deque<std::string> single_;
};

}  // namespace gcrisk::io
