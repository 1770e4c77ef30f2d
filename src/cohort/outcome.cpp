// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/cohort/outcome.hpp"

#include "select_rows.hpp"

namespace gcrisk::cohort {

Outcome Outcome::select_rows(std::span<const std::uint32_t> rows) const {
  Outcome out = *this;
  out.values = pick(values, rows);
  out.times = pick(times, rows);
  return out;
}

std::string_view to_string(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::kNone: return "none";
    case OutcomeKind::kBinary: return "binary";
    case OutcomeKind::kMulticlass: return "multiclass";
    case OutcomeKind::kContinuous: return "continuous";
    case OutcomeKind::kSurvival: return "survival";
  }
  return "none";
}

}  // namespace gcrisk::cohort
