// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "feature_names.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/clinical/features.hpp"

namespace gcrisk::clinical {

namespace {
constexpr std::array<std::pair<std::string_view, Aggregate>, 6> kAggregates = {{
    {"last", Aggregate::kLast},
    {"count", Aggregate::kCount},
    {"min", Aggregate::kMin},
    {"max", Aggregate::kMax},
    {"mean", Aggregate::kMean},
    {"slope", Aggregate::kSlope},
}};
}

Aggregate parse_aggregate(std::string_view text) {
  for (const auto& [name, aggregate] : kAggregates) {
    if (name == text) return aggregate;
  }
  throw base::UsageError("--aggregate " + std::string(text) +
                         ": expected one of: last, count, min, max, mean, slope");
}

std::string_view to_string(Aggregate aggregate) {
  for (const auto& [name, candidate] : kAggregates) {
    if (candidate == aggregate) return name;
  }
  return "";
}

Window parse_window(std::string_view text) {
  if (text == "ever") return {};
  const char unit = text.empty() ? ' ' : text.back();
  const auto number = base::parse_integer(text.substr(0, text.empty() ? 0 : text.size() - 1));
  if ((unit != 'd' && unit != 'h') || !number || *number < 1 || *number > 1000000) {
    throw base::UsageError("--window " + std::string(text) +
                           ": expected ever, or days or hours before the index such as 365d, 24h");
  }
  return {std::string(text), *number * (unit == 'd' ? kSecondsPerDay : 3600)};
}

std::pair<Aggregate, Window> parse_feature(std::string_view text) {
  const auto colon = text.find(':');
  return {parse_aggregate(text.substr(0, colon)), parse_window(text.substr(colon + 1))};
}

std::string_view code_of_feature(std::string_view name) {
  const auto last = name.rfind(':');
  if (last == std::string_view::npos || last == 0) return {};
  const auto before = name.rfind(':', last - 1);
  if (before == std::string_view::npos || before == 0) return {};
  try {
    parse_feature(name.substr(before + 1));
  } catch (const base::UsageError&) {
    return {};
  }
  return name.substr(0, before);
}

}  // namespace gcrisk::clinical
