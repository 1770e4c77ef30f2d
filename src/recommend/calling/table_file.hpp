// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gcrisk::recommend {

// One of our own tab-separated tables, read row by row. Every complaint names file and line.
class TableFile {
 public:
  // MalformedError if the header is not exactly `columns`.
  TableFile(const std::filesystem::path& path, const std::vector<std::string>& columns);

  bool next();  // false at the end; MalformedError if the number of cells differs
  std::string_view cell(std::size_t column) const { return cells_[column]; }
  std::string text(std::size_t column) const { return std::string(cells_[column]); }
  std::int64_t integer(std::size_t column) const;
  bool flag(std::size_t column) const;  // "0" or "1"
  // At least one base, upper case.
  std::string bases(std::size_t column) const;

  [[noreturn]] void fail(const std::string& finding) const;

 private:
  std::string path_;
  std::string text_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;
  std::vector<std::string> columns_;
  std::vector<std::string_view> cells_;
};

}  // namespace gcrisk::recommend
