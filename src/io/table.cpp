// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/table.hpp"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <exception>
#include <memory>
#include <unordered_map>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "table_columns.hpp"
#include "table_text.hpp"

namespace gcrisk::io {

namespace {

using clinical::Column;
using clinical::FieldType;

constexpr std::size_t kNone = std::string_view::npos;

// Everything that one block of rows gives.
struct BlockResult {
  std::size_t n_rows = 0;
  std::uint64_t n_skipped = 0;
  std::vector<std::string> ids;
  std::vector<std::string> families;
  std::unique_ptr<double[]> numbers;  // column by column
  std::vector<ColumnPiece> pieces;
};

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

class TableReader {
 public:
  TableReader(std::string_view text,
              const std::string& name,
              const TableOptions& options,
              TableReport& report)
      : text_(text, name, options.threads), options_(options), report_(report) {
    report_.dialect = describe(text_.dialect());
    find_key();
    make_plans();
  }

  clinical::Table read();

 private:
  void find_key();
  void make_plans();
  BlockResult read_block(std::size_t i) const;
  void unite(std::vector<BlockResult>& blocks,
             std::size_t plan_index,
             Column& out,
             std::vector<std::string>& remarks) const;
  void check_values(const Column& column, const ColumnPlan& plan) const;
  std::vector<std::uint32_t> rows_to_keep(const clinical::Table& table);
  void remark(const Column& column,
              const ColumnPlan& plan,
              std::size_t n_numbers,
              std::vector<std::string>& remarks) const;

  // The place and the cell of a row, counted over the file; for messages only, so it reads again.
  std::string place_of_row(std::size_t row) const;
  [[noreturn]] void refuse(std::size_t row,
                           const std::string& column,
                           const std::string& finding,
                           const std::string& hint) const;

  TableText text_;
  const TableOptions& options_;
  TableReport& report_;
  std::size_t id_at_ = kNone;  // column of the sample ID; kNone: rows are numbered
  std::size_t family_at_ = kNone;
  bool id_guessed_ = false;
  std::vector<ColumnPlan> plans_;
  std::vector<std::size_t> column_at_;  // place in the file of each plan
  std::vector<std::size_t> block_rows_;
};

void TableReader::find_key() {
  const auto& header = text_.header();
  const auto find = [&](std::string_view name) {
    const auto at = std::find(header.begin(), header.end(), name);
    return at == header.end() ? kNone : static_cast<std::size_t>(at - header.begin());
  };
  if (!options_.id_column.empty()) {
    id_at_ = find(options_.id_column);
    if (id_at_ == kNone && options_.id_column != "none") {
      const auto nearest = base::nearest_names(options_.id_column, header);
      throw base::MismatchError(
          text_.name() + ": no column is called '" + options_.id_column + "', which --id-column " +
              "names",
          nearest.empty()
              ? "the first columns are: " +
                    base::join(std::span(header).first(std::min<std::size_t>(5, header.size())),
                               ", ")
              : "did you mean " + base::join(nearest, " or ") + "?");
    }
  } else {
    for (const std::string_view name : {"#IID", "IID"}) {
      if (id_at_ == kNone) id_at_ = find(name);
    }
    if (id_at_ == kNone) {
      id_at_ = 0;
      id_guessed_ = true;
    }
  }
  if (id_at_ != kNone) {
    const std::string& name = header[id_at_];
    if (name == "IID" || name == "#IID") {
      for (const std::string_view family : {"#FID", "FID"}) {
        if (family_at_ == kNone) family_at_ = find(family);
      }
    }
    report_.id_column = name;
  }
}

void TableReader::make_plans() {
  const auto& header = text_.header();
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (i == id_at_ || i == family_at_) continue;
    ColumnPlan plan;
    plan.field.name = header[i].starts_with('#') ? header[i].substr(1) : header[i];
    for (const clinical::Field& field : options_.fields) {
      if (field.name != plan.field.name) continue;
      plan.field = field;
      plan.is_stated = true;
    }
    if (plan.field.source.empty()) plan.field.source = text_.name() + "#" + header[i];
    plan.missing = plan.field.missing_codes;
    plan.missing.insert(
        plan.missing.end(), options_.extra_missing.begin(), options_.extra_missing.end());
    if (plan.is_stated) {
      plan.as_words =
          plan.field.type != FieldType::kNumber && plan.field.type != FieldType::kInteger;
    }
    plans_.push_back(std::move(plan));
    column_at_.push_back(i);
  }
}

BlockResult TableReader::read_block(std::size_t i) const {
  const CellBlock cells = text_.block(i);
  BlockResult out;
  out.n_rows = cells.n_rows();
  out.n_skipped = cells.n_skipped();
  if (id_at_ != kNone) {
    out.ids.reserve(out.n_rows);
    for (std::size_t row = 0; row < out.n_rows; ++row) {
      const std::string_view id = cells.cell(row, id_at_);
      if (base::is_missing(id)) {
        throw base::MalformedError(
            text_.place(cells.row_begin(row)) + ": the sample ID in column '" + report_.id_column +
                "' is missing" + (id.empty() ? "" : " ('" + std::string(id) + "')"),
            "fill it in or remove the row; --id-column names another column");
      }
      if (id.find_first_of("\t\r\n") != kNone) {
        throw base::MalformedError(text_.place(cells.row_begin(row)) +
                                   ": the sample ID holds a tab or a line end, expected a word");
      }
      out.ids.emplace_back(id);
    }
  }
  if (family_at_ != kNone) {
    for (std::size_t row = 0; row < out.n_rows; ++row) {
      out.families.emplace_back(cells.cell(row, family_at_));
    }
  }
  out.numbers = std::make_unique_for_overwrite<double[]>(out.n_rows * plans_.size());
  out.pieces.reserve(plans_.size());
  for (std::size_t c = 0; c < plans_.size(); ++c) {
    out.pieces.push_back(convert_column(cells,
                                        column_at_[c],
                                        plans_[c],
                                        text_.dialect().decimal_comma,
                                        out.numbers.get() + c * out.n_rows));
  }
  return out;
}

std::string TableReader::place_of_row(std::size_t row) const {
  for (std::size_t i = 0; i < block_rows_.size(); ++i) {
    if (row < block_rows_[i]) return text_.place(text_.block(i).row_begin(row));
    row -= block_rows_[i];
  }
  return text_.name();
}

void TableReader::refuse(std::size_t row,
                         const std::string& column,
                         const std::string& finding,
                         const std::string& hint) const {
  throw base::MalformedError(place_of_row(row) + ": column '" + column + "': " + finding, hint);
}

void TableReader::check_values(const Column& column, const ColumnPlan& plan) const {
  const clinical::Field& field = plan.field;
  if (!plan.is_stated || !column.is_numeric()) return;
  for (std::size_t row = 0; row < column.numbers.size(); ++row) {
    const double value = column.numbers[row];
    if (std::isnan(value)) continue;
    if (field.type == FieldType::kInteger && value != std::floor(value)) {
      refuse(row,
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
          row,
          field.name,
          show(value) + (below ? " is below the minimum " : " is above the maximum ") + show(bound),
          "correct it, name it as a missing value, or change the range in the dictionary");
    }
  }
}

void TableReader::remark(const Column& column,
                         const ColumnPlan& plan,
                         std::size_t n_numbers,
                         std::vector<std::string>& remarks) const {
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
      if (parse_cell(cell, text_.dialect().decimal_comma, value) != NumberKind::kNone) continue;
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

void TableReader::unite(std::vector<BlockResult>& blocks,
                        std::size_t c,
                        Column& out,
                        std::vector<std::string>& remarks) const {
  const ColumnPlan& plan = plans_[c];
  bool any_words = false;
  bool all_integers = true;
  bool all_zero_one = true;
  bool any_zero = false;
  bool any_one = false;
  std::size_t n_rows = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const ColumnPiece& piece = blocks[i].pieces[c];
    if (piece.refused_row != kNone) {
      const std::string cell(text_.block(i).cell(piece.refused_row, column_at_[c]));
      refuse(n_rows + piece.refused_row,
             plan.field.name,
             "'" + cell + "' is not a number",
             "correct it, name it as a missing value, or change the type in the dictionary");
    }
    any_words = any_words || piece.words != nullptr;
    if (piece.words == nullptr) {
      all_integers = all_integers && piece.all_integers;
      all_zero_one = all_zero_one && piece.all_zero_one;
    }
    n_rows += blocks[i].n_rows;
  }

  if (!any_words) {
    out.field = plan.field;
    out.numbers.reserve(n_rows);
    for (const BlockResult& block : blocks) {
      const double* const from = block.numbers.get() + c * block.n_rows;
      out.numbers.insert(out.numbers.end(), from, from + block.n_rows);
    }
    if (plan.is_stated) return;
    bool any_value = false;
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
    return;
  }

  Words words;
  std::size_t n_numbers = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    ColumnPiece& piece = blocks[i].pieces[c];
    if (piece.words == nullptr) {
      words.append(collect_words(text_.block(i), column_at_[c], plan));
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
      n_numbers += parse_cell(word, text_.dialect().decimal_comma, value) != NumberKind::kNone;
    }
  }
  std::string refused;
  const auto codes = plan.is_stated ? words.codes : std::vector<std::int32_t>();
  const auto all_words = plan.is_stated ? words.words : std::vector<std::string>();
  out = column_of_words(std::move(words), plan, plan.is_stated ? &refused : nullptr);
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
    refuse(static_cast<std::size_t>(row),
           plan.field.name,
           "'" + refused + "' stands here, expected " + expected,
           "correct it, name it as a missing value, or change the field in the dictionary");
  }
  remark(out, plan, n_numbers, remarks);
}

std::vector<std::uint32_t> TableReader::rows_to_keep(const clinical::Table& table) {
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
      ++report_.duplicate_rows;
    } else {
      ++report_.contradictory_rows;
      auto& ids = report_.contradictory_ids;
      const std::string& id = table.ids()[row];
      if (ids.size() < 5 && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }
  }
  return keep;
}

clinical::Table TableReader::read() {
  std::vector<BlockResult> blocks(text_.n_blocks());
  for_each_block(
      blocks.size(), options_.threads, [&](std::size_t i) { blocks[i] = read_block(i); });
  std::vector<std::string> ids;
  std::vector<std::string> families;
  for (BlockResult& block : blocks) {
    block_rows_.push_back(block.n_rows);
    report_.rows += block.n_rows;
    report_.skipped_lines += block.n_skipped;
    std::move(block.ids.begin(), block.ids.end(), std::back_inserter(ids));
    std::move(block.families.begin(), block.families.end(), std::back_inserter(families));
  }
  if (id_at_ == kNone) {
    for (std::uint64_t row = 1; row <= report_.rows; ++row) ids.push_back(std::to_string(row));
  }
  if (!families.empty()) {
    std::unordered_map<std::string_view, std::size_t> first;
    for (std::size_t row = 0; row < ids.size(); ++row) {
      const auto [at, is_new] = first.try_emplace(ids[row], row);
      if (!is_new && families[at->second] != families[row]) {
        throw base::MismatchError(place_of_row(row) + ": IID '" + ids[row] +
                                      "' stands in the families '" + families[at->second] +
                                      "' and '" + families[row] +
                                      "', expected an IID of its own "
                                      "for each person",
                                  "write FID_IID into the IID column of all inputs");
      }
    }
  }

  std::vector<Column> columns(plans_.size());
  // Columns are put together in parallel; of several that fail, the first in the file is told.
  std::vector<std::vector<std::string>> remarks(plans_.size());
  std::vector<std::exception_ptr> failures(plans_.size());
  for_each_block(plans_.size(), options_.threads, [&](std::size_t c) {
    try {
      unite(blocks, c, columns[c], remarks[c]);
      check_values(columns[c], plans_[c]);
    } catch (...) {
      failures[c] = std::current_exception();
    }
  });
  for (std::size_t c = 0; c < plans_.size(); ++c) {
    if (failures[c]) std::rethrow_exception(failures[c]);
    std::move(remarks[c].begin(), remarks[c].end(), std::back_inserter(report_.remarks));
  }
  blocks.clear();
  clinical::Table table(std::move(ids));
  for (Column& column : columns) table.add(std::move(column));

  const auto keep = rows_to_keep(table);
  const std::uint64_t repeated = report_.duplicate_rows + report_.contradictory_rows;
  if (repeated == 0) return table;
  if (id_guessed_ && report_.contradictory_rows * 20 > report_.rows) {
    throw base::MismatchError(
        text_.name() + ": the first column '" + report_.id_column +
            "' was taken for the sample ID (no column is called IID), and has " +
            base::format_count(keep.size()) + " different values in " +
            base::format_count(report_.rows) + " rows",
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
  return TableReader(text, name, options, told).read();
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
