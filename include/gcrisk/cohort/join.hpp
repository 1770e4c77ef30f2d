// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace gcrisk::cohort {

// From the ID that an input uses to the ID that the study shall use.
using IdMap = std::unordered_map<std::string, std::string>;

// How two lists of sample IDs met: what a person needs to see when they did not.
struct JoinReport {
  std::string left_name;   // "cohort.fam"
  std::string right_name;  // "clinical.tsv"
  std::uint64_t n_left = 0;
  std::uint64_t n_right = 0;
  std::uint64_t n_joined = 0;
  std::vector<std::string> left_orphans;   // the first five without a partner
  std::vector<std::string> right_orphans;  // as above
  // Why the rest may not have met, and how many more would: "48 more would meet if upper and lower
  // case were the same". Empty where nothing explains it.
  std::string guess;

  // Joined IDs as a share of the shorter list, 0 to 1.
  double overlap() const;
  // One line for people, without the orphans.
  std::string summary() const;
};

struct Join {
  std::vector<std::uint32_t> left_rows;   // ascending
  std::vector<std::uint32_t> right_rows;  // the partner of each
  JoinReport report;
};

// Finds for each left ID the right one. IDs are compared as text, byte for byte: 007 is not 7.
// `map` (or null) translates the IDs of both sides before. Expects no ID twice on a side.
// Cost: linear in both lists; the guess another few passes over those without a partner.
Join join_samples(std::span<const std::string> left,
                  std::span<const std::string> right,
                  std::string left_name,
                  std::string right_name,
                  const IdMap* map = nullptr);

// MismatchError with the orphans of both sides, the guess and the remedy, when the overlap is below
// `min_overlap` or nothing was joined.
void check_overlap(const JoinReport& report,
                   double min_overlap,
                   const std::string& remedy =
                       "translate the IDs with --id-map FILE, or allow "
                       "less with --min-overlap");

}  // namespace gcrisk::cohort
