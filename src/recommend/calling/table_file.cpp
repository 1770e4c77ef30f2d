// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "recommend/calling/table_file.hpp"

#include <fstream>
#include <sstream>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

TableFile::TableFile(const std::filesystem::path& path, const std::vector<std::string>& columns)
    : path_(path.string()), columns_(columns) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw base::ReadError(path_ + ": cannot be opened",
                          "install the data of the program again, or set GCRISK_DATA to it");
  }
  std::ostringstream all;
  all << file.rdbuf();
  text_ = std::move(all).str();
  const std::size_t end = std::min(text_.find('\n'), text_.size());
  std::vector<std::string> found;
  for (const auto name : base::split(std::string_view(text_).substr(0, end), '\t')) {
    found.emplace_back(name);
  }
  line_ = 1;
  if (found != columns) {
    fail("the columns are '" + base::join(found, " ") + "', expected '" + base::join(columns, " ") +
         "'");
  }
  at_ = end + 1;
}

bool TableFile::next() {
  while (at_ < text_.size()) {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    const std::string_view line = std::string_view(text_).substr(at_, end - at_);
    at_ = end + 1;
    ++line_;
    if (line.empty()) continue;
    cells_ = base::split(line, '\t');
    if (cells_.size() != columns_.size()) {
      fail("the row has " + std::to_string(cells_.size()) + " cells, expected " +
           std::to_string(columns_.size()));
    }
    return true;
  }
  return false;
}

std::int64_t TableFile::integer(std::size_t column) const {
  const auto value = base::parse_integer(cells_[column]);
  if (!value) {
    fail(columns_[column] + " is '" + text(column) + "', expected a whole number");
  }
  return *value;
}

bool TableFile::flag(std::size_t column) const {
  if (cells_[column] != "0" && cells_[column] != "1") {
    fail(columns_[column] + " is '" + text(column) + "', expected 0 or 1");
  }
  return cells_[column] == "1";
}

std::string TableFile::bases(std::size_t column) const {
  if (cells_[column].empty() ||
      cells_[column].find_first_not_of("ACGT") != std::string_view::npos) {
    fail(columns_[column] + " is '" + text(column) + "', expected bases (A, C, G, T)");
  }
  return text(column);
}

void TableFile::fail(const std::string& finding) const {
  throw base::MalformedError(path_ + ":" + std::to_string(line_) + ": " + finding);
}

}  // namespace gcrisk::recommend
