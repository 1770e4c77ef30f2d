// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gcrisk::clinical {

// So that maps of texts are searched without making a std::string.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>()(text);
  }
};
using TextMap = std::unordered_map<std::string, std::string, TextHash, std::equal_to<>>;

// What a reader met and what became of it: nothing is dropped in silence. Reports of blocks that
// were read apart are merged; the sum does not depend on their order, except for the examples.
struct IngestReport {
  std::map<std::string, std::uint64_t> seen;    // resources by type, or rows by table
  std::map<std::string, std::uint64_t> unused;  // of these, types or tables that are not read
  std::map<std::string, std::uint64_t> events;  // events by type or table
  std::map<std::pair<std::string, std::string>, std::uint64_t> dropped;  // type, reason
  std::map<std::pair<std::string, std::string>, std::uint64_t> remarks;  // type, what was noticed
  std::uint64_t bad_records = 0;          // skipped under --on-bad-record skip
  std::vector<std::string> bad_examples;  // the first five, with their place
  TextMap titles;                         // what a code means, as the source says it

  void drop(std::string_view type, std::string_view reason) {
    ++dropped[{std::string(type), std::string(reason)}];
  }
  void remark(std::string_view type, std::string_view what) {
    ++remarks[{std::string(type), std::string(what)}];
  }
  void bad(std::string message);
  // Of two titles of a code the first in the order of bytes is kept.
  void title(std::string_view code, std::string_view text);
  void merge(const IngestReport& other);
  void clear();
};

}  // namespace gcrisk::clinical
