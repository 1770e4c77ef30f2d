// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/recommend/calls.hpp"

namespace gcrisk::recommend {

// A shipped table: `## key: value` lines, a header, rows separated by tabs.
class ReferenceText {
 public:
  // MalformedError with file and line: no header, a row longer or shorter than it.
  ReferenceText(std::string_view text, const std::string& name);

  std::size_t n_rows() const noexcept { return rows_.size(); }
  // MalformedError where the table has no such column.
  std::string_view cell(std::size_t row, std::string_view column) const;
  std::string place(std::size_t row) const;  // "guidelines.tsv:17"
  const TableVersion& version() const noexcept { return version_; }

 private:
  std::string text_;
  std::string name_;
  TableVersion version_;
  std::map<std::string, std::size_t, std::less<>> columns_;
  std::vector<std::vector<std::string_view>> rows_;
  std::vector<std::size_t> lines_;
};

}  // namespace gcrisk::recommend
