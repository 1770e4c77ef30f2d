// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/table.hpp"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <memory>
#include <unordered_map>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "table_blocks.hpp"

namespace gcrisk::io {

namespace {

using clinical::Column;

// The first row of each ID: an open-addressed table, because a biobank has a million of them.
class FirstRows {
 public:
  explicit FirstRows(const std::vector<std::string>& ids)
      : ids_(ids), slots_(std::bit_ceil(2 * ids.size() + 1)) {}

  // The first row with the ID of `row`, which is `row` itself when the ID is new.
  std::uint32_t add(std::uint32_t row) {
    const std::uint64_t hash = XXH3_64bits(ids_[row].data(), ids_[row].size());
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[at];
      if (slot.row == kFree) {
        slot = {row, tag};
        return row;
      }
      if (slot.tag == tag && ids_[slot.row] == ids_[row]) return slot.row;
    }
  }

 private:
  static constexpr std::uint32_t kFree = UINT32_MAX;
  struct Slot {
    std::uint32_t row = kFree;
    std::uint32_t tag = 0;
  };
  const std::vector<std::string>& ids_;
  std::vector<Slot> slots_;
};

std::vector<std::uint32_t> rows_to_keep(const clinical::Table& table, TableReport& report) {
  const auto same = [&](std::size_t a, std::size_t b) {
    return std::all_of(table.columns().begin(), table.columns().end(), [&](const Column& column) {
      if (!column.codes.empty()) return column.codes[a] == column.codes[b];
      if (!column.texts.empty()) return column.texts[a] == column.texts[b];
      const double x = column.numbers[a];
      const double y = column.numbers[b];
      return x == y || (std::isnan(x) && std::isnan(y));
    });
  };
  std::vector<std::uint32_t> keep;
  keep.reserve(table.n_rows());
  FirstRows first(table.ids());
  for (std::uint32_t row = 0; row < table.n_rows(); ++row) {
    const std::uint32_t earlier = first.add(row);
    if (earlier == row) {
      keep.push_back(row);
    } else if (same(earlier, row)) {
      ++report.duplicate_rows;
    } else {
      ++report.contradictory_rows;
      auto& ids = report.contradictory_ids;
      const std::string& id = table.ids()[row];
      if (ids.size() < 5 && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }
  }
  return keep;
}

// The IDs of all rows; numbers where the table has none. MismatchError for an ID in two families.
std::vector<std::string> join_ids(TableBlocks& table, const TableReport& report) {
  std::vector<std::string> ids;
  std::vector<std::string> families;
  for (TableBlock& block : table.blocks()) {
    std::move(block.ids.begin(), block.ids.end(), std::back_inserter(ids));
    std::move(block.families.begin(), block.families.end(), std::back_inserter(families));
  }
  if (!table.has_ids()) {
    for (std::uint64_t row = 1; row <= report.rows; ++row) ids.push_back(std::to_string(row));
  }
  if (!families.empty()) {
    std::unordered_map<std::string_view, std::size_t> first;
    for (std::size_t row = 0; row < ids.size(); ++row) {
      const auto [at, is_new] = first.try_emplace(ids[row], row);
      if (!is_new && families[at->second] != families[row]) {
        throw base::MismatchError(table.place_of_row(row) + ": IID '" + ids[row] +
                                      "' stands in the families '" + families[at->second] +
                                      "' and '" + families[row] +
                                      "', expected an IID of its own "
                                      "for each person",
                                  "write FID_IID into the IID column of all inputs");
      }
    }
  }
  return ids;
}

// All columns, put together in parallel; of several that fail, the first in the file is told.
std::vector<Column> join_columns(TableBlocks& table,
                                 base::ThreadPool* threads,
                                 std::vector<std::string>& all_remarks) {
  const std::size_t n = table.plans().size();
  std::vector<Column> columns(n);
  std::vector<std::vector<std::string>> remarks(n);
  std::vector<std::exception_ptr> failures(n);
  for_each_block(n, threads, [&](std::size_t c) {
    try {
      columns[c] = join_column(table, c, remarks[c]);
    } catch (...) {
      failures[c] = std::current_exception();
    }
  });
  for (std::size_t c = 0; c < n; ++c) {
    if (failures[c]) std::rethrow_exception(failures[c]);
    std::move(remarks[c].begin(), remarks[c].end(), std::back_inserter(all_remarks));
  }
  return columns;
}

clinical::Table join_table(TableBlocks& blocks, const TableOptions& options, TableReport& report) {
  for (const TableBlock& block : blocks.blocks()) {
    report.rows += block.n_rows;
    report.skipped_lines += block.n_skipped;
  }
  auto ids = join_ids(blocks, report);
  auto columns = join_columns(blocks, options.threads, report.remarks);
  blocks.blocks().clear();
  clinical::Table table(std::move(ids));
  for (Column& column : columns) table.add(std::move(column));

  const auto keep = rows_to_keep(table, report);
  if (report.duplicate_rows + report.contradictory_rows == 0) return table;
  if (blocks.id_is_guessed() && report.contradictory_rows * 20 > report.rows) {
    throw base::MismatchError(
        blocks.text().name() + ": the first column '" + report.id_column +
            "' was taken for the sample ID (no column is called IID), and has " +
            base::format_count(keep.size()) + " different values in " +
            base::format_count(report.rows) + " rows",
        "name the ID column with --id-column NAME, or number the rows with --id-column none");
  }
  return table.select_rows(keep);
}

// All bytes of an input without a copy more than growth needs.
class InputText {
 public:
  explicit InputText(Input& input) {
    std::size_t capacity = std::size_t{1} << 20;
    grow(capacity);
    while (true) {
      if (size_ == capacity) grow(capacity *= 2);
      const std::size_t n = input.read(bytes_.get() + size_, capacity - size_);
      if (n == 0) return;
      size_ += n;
    }
  }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };
  void grow(std::size_t capacity) {
    auto* const grown = static_cast<char*>(std::realloc(bytes_.get(), capacity));
    if (grown == nullptr) {
      throw base::MemoryError("no memory for a table of more than " + base::format_bytes(size_));
    }
    static_cast<void>(bytes_.release());
    bytes_.reset(grown);
  }
  std::unique_ptr<char, Free> bytes_;
  std::size_t size_ = 0;
};

}  // namespace

clinical::Table read_table_text(std::string_view text,
                                const std::string& name,
                                const TableOptions& options,
                                TableReport* report) {
  TableReport own;
  TableReport& told = report != nullptr ? *report : own;
  told = {};
  TableBlocks blocks(text, name, options, told);
  blocks.read();
  return join_table(blocks, options, told);
}

clinical::Table read_table(const std::string& path,
                           const TableOptions& options,
                           TableReport* report) {
  Input input(path, options.checksum);
  const InputText text(input);
  TableReport own;
  TableReport& told = report != nullptr ? *report : own;
  auto table = read_table_text(text.view(), input.path(), options, &told);
  told.checksum = input.finish_hash();
  return table;
}

}  // namespace gcrisk::io
