// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "table_blocks.hpp"

#include <algorithm>
#include <span>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::io {

TableBlocks::TableBlocks(std::string_view text,
                         const std::string& name,
                         const TableOptions& options,
                         TableReport& report)
    : text_(text, name, options.threads), options_(options), report_(report) {
  report_.dialect = describe(text_.dialect());
  find_key();
  make_plans();
}

void TableBlocks::find_key() {
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
      id_is_guessed_ = true;
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

void TableBlocks::make_plans() {
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
      plan.as_words = plan.field.type != clinical::FieldType::kNumber &&
                      plan.field.type != clinical::FieldType::kInteger;
    }
    plans_.push_back(std::move(plan));
    column_at_.push_back(i);
  }
}

void TableBlocks::read_ids(const CellBlock& cells, TableBlock& out) const {
  out.ids.reserve(out.n_rows);
  for (std::size_t row = 0; row < out.n_rows; ++row) {
    const std::string_view id = cells.cell(row, id_at_);
    if (base::is_missing(id)) {
      throw base::MalformedError(text_.place(cells.row_begin(row)) + ": the sample ID in column '" +
                                     report_.id_column + "' is missing" +
                                     (id.empty() ? "" : " ('" + std::string(id) + "')"),
                                 "fill it in or remove the row; --id-column names another column");
    }
    if (id.find_first_of("\t\r\n") != kNone) {
      throw base::MalformedError(text_.place(cells.row_begin(row)) +
                                 ": the sample ID holds a tab or a line end, expected a word");
    }
    out.ids.emplace_back(id);
  }
}

TableBlock TableBlocks::read_block(std::size_t i) const {
  const CellBlock cells = text_.block(i);
  TableBlock out;
  out.n_rows = cells.n_rows();
  out.n_skipped = cells.n_skipped();
  if (id_at_ != kNone) read_ids(cells, out);
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

void TableBlocks::read() {
  blocks_.resize(text_.n_blocks());
  for_each_block(
      blocks_.size(), options_.threads, [&](std::size_t i) { blocks_[i] = read_block(i); });
}

std::string TableBlocks::place_of_row(std::size_t row) const {
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (row < blocks_[i].n_rows) return text_.place(text_.block(i).row_begin(row));
    row -= blocks_[i].n_rows;
  }
  return text_.name();
}

}  // namespace gcrisk::io
