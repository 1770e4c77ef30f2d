// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/clinical/events.hpp"

namespace gcrisk::clinical {

// Takes identifiers out of records, after the Safe Harbor method (45 CFR 164.514(b)(2)): people get
// a pseudonym, all dates of a person move back by the same 1 to 365 days, ages above 89 become 90,
// free text goes. Pseudonym and shift are keyed (HMAC-SHA-256): the same key gives the same result,
// without it neither can be worked out. Shifting keeps the time between events; it is more than
// Safe Harbor allows to be kept (years alone), which docs/records.md says.
class Deidentifier {
 public:
  // UsageError where the key has less than 16 bytes.
  explicit Deidentifier(std::string key);

  std::string pseudonym(std::string_view id) const;  // 16 hexadecimal digits
  int shift_days(std::string_view pseudonym) const;  // 1 to 365

  // `record.id` is a pseudonym already.
  void apply(Record& record);

  // The eighteen identifiers, what became of each, and how often: for P.deidentified.tsv.
  struct Line {
    std::string identifier;
    std::string treatment;
    std::uint64_t count = 0;
  };
  std::vector<Line> report() const;

 private:
  std::string hmac(std::string_view message) const;  // hexadecimal
  std::string inner_;
  std::string outer_;
  std::uint64_t n_people_ = 0;
  std::uint64_t n_dates_ = 0;
  std::uint64_t n_ages_ = 0;
  std::uint64_t n_texts_ = 0;
  std::uint64_t n_text_codes_ = 0;
};

// Counts of 1 to 10 people or events are not shown in reports (the rule of CMS for small cells).
inline constexpr std::uint64_t kSmallestCell = 11;

}  // namespace gcrisk::clinical
