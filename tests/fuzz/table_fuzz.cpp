// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// Any bytes as a clinical table: a table or one of our errors, never a fault. What was read is
// read again under the types that were inferred, which must be accepted.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gcrisk/base/error.hpp"
#include "gcrisk/io/table.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gcrisk;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  io::TableReport report;
  io::TableOptions options;
  options.extra_missing = {"-9"};
  try {
    const auto table = io::read_table_text(text, "fuzz", options, &report);
    for (const auto& column : table.columns()) {
      if (column.n_rows() != table.n_rows()) std::abort();
      options.fields.push_back(column.field);
    }
    if (table.n_rows() + report.duplicate_rows + report.contradictory_rows != report.rows) {
      std::abort();
    }
  } catch (const base::Error&) {
    return 0;
  }
  try {
    static_cast<void>(io::read_table_text(text, "fuzz", options));
  } catch (const base::Error&) {
    std::abort();
  }
  return 0;
}
