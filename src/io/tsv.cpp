// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/tsv.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>

#include "gcrisk/base/text.hpp"

namespace gcrisk::io {

TsvWriter::TsvWriter(base::OutputFile& file, const std::vector<std::string>& header)
    : file_(file), n_columns_(header.size()) {
  for (const std::string& name : header) text(name);
  end_row();
}

TsvWriter::~TsvWriter() { assert(at_ == 0); }

TsvWriter& TsvWriter::text(std::string_view value) {
  if (at_++ > 0) buffer_ += '\t';
  const std::size_t from = buffer_.size();
  buffer_ += value;
  std::replace_if(
      buffer_.begin() + static_cast<std::ptrdiff_t>(from),
      buffer_.end(),
      [](char c) { return c == '\t' || c == '\n' || c == '\r'; },
      ' ');
  return *this;
}

TsvWriter& TsvWriter::number(double value, int digits) {
  if (at_++ > 0) buffer_ += '\t';
  base::append_number(buffer_, value, digits);
  return *this;
}

TsvWriter& TsvWriter::integer(std::int64_t value) {
  if (at_++ > 0) buffer_ += '\t';
  char digits[24];
  buffer_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  return *this;
}

void TsvWriter::end_row() {
  assert(at_ == n_columns_);
  at_ = 0;
  buffer_ += '\n';
  file_.write(buffer_);
  buffer_.clear();
}

}  // namespace gcrisk::io
