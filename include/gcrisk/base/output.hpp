// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/hash.hpp"

namespace gcrisk::base {

// A file that appears whole or not at all: bytes go to an unnamed file in the same folder (where
// the file system has none: a hidden one), `commit()` gives it its name. Without commit nothing
// remains, not even when the process is killed.
// Errors: WriteError with the path and the system's reason (disk full, permission).
class OutputFile {
 public:
  // With `hash` the content is hashed on its way, for `checksum()`.
  explicit OutputFile(std::filesystem::path path, std::optional<Checksum> hash = std::nullopt);
  ~OutputFile();
  OutputFile(OutputFile&&) noexcept;
  OutputFile& operator=(OutputFile&&) noexcept;

  const std::filesystem::path& path() const noexcept;

  // Buffered; large blocks pass through without a copy.
  void write(std::string_view bytes);
  void write(const void* data, std::size_t size);
  // Replaces bytes that were already written, for headers that know their count at the end.
  void write_at(std::uint64_t offset, const void* data, std::size_t size);
  std::uint64_t size() const noexcept;

  void commit();
  // Of the committed file; empty without `hash`, and where `write_at` went back.
  std::string checksum() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The outputs of one command under one prefix: all of them take their names together.
// `out` is a path prefix ("results/run1"), or a folder when it ends in '/'.
class OutputSet {
 public:
  // MismatchError-free check: a complete earlier result (its run.json stands) needs `force`,
  // otherwise UsageError names it. The folder of the prefix is made if it is absent.
  OutputSet(std::string out, bool force, Checksum hash = Checksum::kXxh3);
  ~OutputSet();

  // "results/run1" + ".scan.tsv", or "study/" + "split.tsv".
  std::filesystem::path path(std::string_view suffix) const;
  OutputFile& open(std::string_view suffix);

  // Closes and renames all files, in the order in which they were opened.
  void commit();

  const std::string& prefix() const noexcept { return out_; }
  bool is_folder() const noexcept { return !out_.empty() && out_.back() == '/'; }

  struct Committed {
    std::filesystem::path path;
    std::string checksum;  // as of OutputFile
  };
  const std::vector<Committed>& committed() const noexcept { return committed_; }

 private:
  std::string out_;
  Checksum hash_;
  std::vector<std::unique_ptr<OutputFile>> files_;
  std::vector<Committed> committed_;
};

// Writes to standard output for `--out -` and `show`; throws ClosedPipe when the reader is gone.
void write_stdout(std::string_view text);

}  // namespace gcrisk::base
