// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/io/table.hpp"
#include "table_columns.hpp"
#include "table_text.hpp"

namespace gcrisk::io {

// Everything that one block of rows gives.
struct TableBlock {
  std::size_t n_rows = 0;
  std::uint64_t n_skipped = 0;
  std::vector<std::string> ids;
  std::vector<std::string> families;
  std::unique_ptr<double[]> numbers;  // column by column
  std::vector<ColumnPiece> pieces;
};

// The first half of reading a table: which column is the ID, what is known of the others, and the
// cells of each block of rows for itself, so that blocks can be read on several threads.
class TableBlocks {
 public:
  // `options` and `report` must outlive the object; the report gets dialect and ID column.
  // MismatchError where the ID column that was asked for is not there.
  TableBlocks(std::string_view text,
              const std::string& name,
              const TableOptions& options,
              TableReport& report);

  void read();  // MalformedError for an ID that is missing or no word
  std::vector<TableBlock>& blocks() noexcept { return blocks_; }

  const TableText& text() const noexcept { return text_; }
  const std::vector<ColumnPlan>& plans() const noexcept { return plans_; }
  // Place in the file of the column that a plan is for.
  std::size_t column_at(std::size_t plan) const { return column_at_[plan]; }
  bool has_ids() const noexcept { return id_at_ != kNone; }  // otherwise rows are numbered
  bool id_is_guessed() const noexcept { return id_is_guessed_; }

  // "file:line" of a row counted over the file; for messages only, so it reads again.
  std::string place_of_row(std::size_t row) const;

 private:
  static constexpr std::size_t kNone = std::string_view::npos;
  void find_key();
  void make_plans();
  TableBlock read_block(std::size_t i) const;
  void read_ids(const CellBlock& cells, TableBlock& out) const;

  TableText text_;
  const TableOptions& options_;
  TableReport& report_;
  std::size_t id_at_ = kNone;
  std::size_t family_at_ = kNone;
  bool id_is_guessed_ = false;
  std::vector<ColumnPlan> plans_;
  std::vector<std::size_t> column_at_;
  std::vector<TableBlock> blocks_;
};

// The second half: one column of all blocks, its type inferred from all of its values or checked
// against what was stated of it. Takes the block's pieces of the column. `remarks`: what a person
// should look at. MalformedError with file:line for a value that is not of its type or range.
clinical::Column join_column(TableBlocks& table,
                             std::size_t plan,
                             std::vector<std::string>& remarks);

}  // namespace gcrisk::io
