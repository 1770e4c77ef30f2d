// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/clinical/events.hpp"
#include "gcrisk/clinical/ingest_report.hpp"

namespace gcrisk::clinical {

// From fine codes to coarse ones: ICD-10 to chapters, ATC to its levels. A rule is a code, or the
// beginning of one with a '*' at its end; of several that fit the longest wins.
class RollUp {
 public:
  // UsageError-free; an empty roll-up changes nothing. MismatchError where a code has two groups.
  void add(std::string_view code, std::string_view group, const std::string& place);
  bool empty() const noexcept { return exact_.empty() && beginnings_.empty(); }
  // The group of a code, or the code itself.
  std::string_view group_of(std::string_view code) const;
  // Every event's code becomes its group; ends keep their suffix.
  void apply(Record& record) const;

 private:
  TextMap exact_;
  std::map<std::string, std::string, std::less<>> beginnings_;
};

}  // namespace gcrisk::clinical
