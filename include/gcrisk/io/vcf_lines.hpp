// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gcrisk::io {

// A VCF or BCF line by line, for those who need more than packed genotypes: phase, depths, filters.
// VCF may be plain, gzip, BGZF or zstd, told by content; "-" is standard input (not for BCF, which
// is turned into lines of text). Memory: one line and the header.
//
// Errors: ReadError, MalformedError with file:line.
class VcfLines {
 public:
  explicit VcfLines(const std::string& path);
  ~VcfLines();
  VcfLines(VcfLines&&) noexcept;

  const std::vector<std::string>& header() const noexcept;   // the lines that begin with "##"
  const std::vector<std::string>& samples() const noexcept;  // may be empty

  // The next record, valid until the next call; false at the end. Empty lines are left out.
  bool next(std::string_view& line);
  std::string place() const;  // "path:line" of the record last given out

  std::string format() const;  // "VCF", "BCF"
  // Hash of the file as it lies on disk; reads what is left. Empty for BCF.
  std::string checksum();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gcrisk::io
