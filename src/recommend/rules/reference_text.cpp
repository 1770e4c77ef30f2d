// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "reference_text.hpp"

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

ReferenceText::ReferenceText(std::string_view text, const std::string& name)
    : text_(text), name_(name) {
  version_.table = name;
  std::size_t line_number = 0;
  for (const std::string_view raw : base::split(text_, '\n')) {
    ++line_number;
    std::string_view line = raw;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (line.starts_with("##")) {
      const auto colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      const std::string_view key = base::trim(line.substr(2, colon - 2));
      const std::string value(base::trim(line.substr(colon + 1)));
      if (key == "source") version_.source = value;
      if (key == "version") version_.version = value;
      if (key == "date") version_.date = value;
      if (key == "licence") version_.licence = value;
      if (key == "sha256_of_source") version_.sha256 = value;
      continue;
    }
    std::vector<std::string_view> cells = base::split(line, '\t');
    if (columns_.empty()) {
      for (std::size_t i = 0; i < cells.size(); ++i) columns_.emplace(std::string(cells[i]), i);
      continue;
    }
    if (cells.size() != columns_.size()) {
      throw base::MalformedError(name + ":" + std::to_string(line_number) + ": " +
                                 std::to_string(cells.size()) + " cells, expected " +
                                 std::to_string(columns_.size()) + " as in the header");
    }
    rows_.push_back(std::move(cells));
    lines_.push_back(line_number);
  }
  if (columns_.empty()) throw base::MalformedError(name + ": no header, expected a table");
}

std::string_view ReferenceText::cell(std::size_t row, std::string_view column) const {
  const auto found = columns_.find(column);
  if (found == columns_.end()) {
    throw base::MalformedError(name_ + ": no column " + std::string(column));
  }
  return rows_[row][found->second];
}

std::string ReferenceText::place(std::size_t row) const {
  return name_ + ":" + std::to_string(lines_[row]);
}

}  // namespace gcrisk::recommend
