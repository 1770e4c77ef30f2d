// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "gcrisk/recommend/sites.hpp"

// Which build a file was made on: said by its header, shown by its bases, and never guessed.
namespace gcrisk::recommend {

struct HeaderBuild {
  std::optional<GenomeBuild> build;  // nothing: the header does not say
  std::string evidence;              // "the length of contig 1"
};

// From contig lengths, assembly names and the reference line. MismatchError if they disagree.
HeaderBuild build_of_header(std::span<const std::string> lines, const std::string& file);

// Counts the records whose REF has the bases of one build at a position of the tables.
class BuildProbe {
 public:
  BuildProbe(const SitePanel& panel37, const SitePanel& panel38)
      : panel37_(panel37), panel38_(panel38) {}

  void add(const RecordText& record);
  std::uint64_t n37() const noexcept { return n37_; }
  std::uint64_t n38() const noexcept { return n38_; }

  // MismatchError if the bases speak for the other build more often than for `build`.
  void check(GenomeBuild build, const std::string& said_by, const std::string& file) const;
  // The build that the bases show; MismatchError if they show none, or both.
  GenomeBuild found(const std::string& file) const;

 private:
  const SitePanel& panel37_;
  const SitePanel& panel38_;
  std::uint64_t n37_ = 0;
  std::uint64_t n38_ = 0;
};

}  // namespace gcrisk::recommend
