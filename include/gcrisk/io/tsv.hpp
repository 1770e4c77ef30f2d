// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/output.hpp"

namespace gcrisk::io {

// Writes our own tables: tab-separated, header first, NA for missing, 6 significant digits.
class TsvWriter {
 public:
  TsvWriter(base::OutputFile& file, const std::vector<std::string>& header);
  ~TsvWriter();
  TsvWriter& text(std::string_view value);  // tabs and line ends inside become spaces
  TsvWriter& number(double value, int digits = 6);
  TsvWriter& integer(std::int64_t value);
  void end_row();  // a row shorter or longer than the header is our bug (assertion)

 private:
  base::OutputFile& file_;
  std::string buffer_;
  std::size_t n_columns_;
  std::size_t at_ = 0;
};

}  // namespace gcrisk::io
