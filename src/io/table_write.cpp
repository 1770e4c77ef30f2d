// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "gcrisk/base/text.hpp"
#include "gcrisk/io/table.hpp"
#include "gcrisk/io/tsv.hpp"

namespace gcrisk::io {

void write_table(base::OutputFile& file, const clinical::Table& table) {
  std::vector<std::string> header = {"#IID"};
  for (const auto& column : table.columns()) header.push_back(column.field.name);
  TsvWriter writer(file, header);
  for (std::size_t row = 0; row < table.n_rows(); ++row) {
    writer.text(table.ids()[row]);
    for (const auto& column : table.columns()) {
      const bool plain = column.field.type == clinical::FieldType::kNumber ||
                         column.field.type == clinical::FieldType::kInteger;
      if (plain && !std::isnan(column.numbers[row])) {
        const double value = column.numbers[row];
        const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
        writer.text(whole ? base::format_number(value, 17) : base::format_exact(value));
      } else {
        writer.text(clinical::format_cell(column, row));
      }
    }
    writer.end_row();
  }
}

}  // namespace gcrisk::io
