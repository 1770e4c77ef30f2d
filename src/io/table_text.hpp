// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/threads.hpp"
#include "table_cells.hpp"
#include "table_dialect.hpp"

namespace gcrisk::io {

// The text of a table with its dialect and header, cut into blocks of whole rows.
class TableText {
 public:
  // `text` must outlive the object. MalformedError as sniff_dialect, for an open quote and for
  // bytes that are not UTF-8.
  TableText(std::string_view text, std::string name, base::ThreadPool* threads);

  const Dialect& dialect() const noexcept { return dialect_; }
  const std::vector<std::string>& header() const noexcept { return header_; }
  std::size_t n_blocks() const noexcept { return bounds_.empty() ? 0 : bounds_.size() - 1; }
  CellBlock block(std::size_t i) const;

  std::string place(std::size_t offset) const;  // "file:line"
  std::string header_place() const { return place(dialect_.header_begin); }
  const std::string& name() const noexcept { return name_; }

 private:
  void cut(std::size_t begin);
  void check_utf8(base::ThreadPool* threads) const;

  std::string_view text_;
  std::string name_;
  Dialect dialect_;
  std::vector<std::string> header_;
  std::vector<std::size_t> bounds_;  // block i is [bounds_[i], bounds_[i + 1])
};

// Offset of the first byte that is not UTF-8 (RFC 3629), or npos.
std::size_t find_invalid_utf8(std::string_view text);

// Runs `work(i)` for each i on the pool, or here when there is none.
template <typename Work>
void for_each_block(std::size_t n, base::ThreadPool* threads, const Work& work) {
  if (threads == nullptr) {
    for (std::size_t i = 0; i < n; ++i) work(i);
  } else {
    threads->run(n, [&](std::size_t i, std::size_t) { work(i); });
  }
}

}  // namespace gcrisk::io
