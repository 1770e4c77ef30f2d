// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gcrisk/clinical/features.hpp"

namespace gcrisk::clinical {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
inline constexpr const char* kAgeAtIndex = "age_at_index";

// What a window of one code adds up to.
struct WindowSums {
  double n = 0;
  double n_values = 0;
  double last = kMissing;
  double min = kMissing;
  double max = kMissing;
  double sum = 0;
  // Least squares of value on days, around the first value so that nothing cancels.
  double t0 = 0;
  double v0 = 0;
  double t = 0;
  double v = 0;
  double tt = 0;
  double tv = 0;

  void add_value(double value, double days) {
    if (n_values == 0) {
      t0 = days;
      v0 = value;
      min = max = value;
    }
    ++n_values;
    last = value;
    min = std::min(min, value);
    max = std::max(max, value);
    sum += value;
    t += days - t0;
    v += value - v0;
    tt += (days - t0) * (days - t0);
    tv += (days - t0) * (value - v0);
  }

  double get(Aggregate aggregate) const {
    switch (aggregate) {
      case Aggregate::kCount: return n;
      case Aggregate::kLast: return last;
      case Aggregate::kMin: return min;
      case Aggregate::kMax: return max;
      case Aggregate::kMean: return n_values > 0 ? sum / n_values : kMissing;
      case Aggregate::kSlope: {
        if (n_values < 2) return kMissing;
        const double spread = tt - t * t / n_values;
        return spread > 0 ? (tv - t * v / n_values) / spread : kMissing;
      }
    }
    return kMissing;
  }
};

// What is taken of a code: that it is there, its numbers, or its words.
enum class CodeKind { kPresence, kNumber, kWord };

// The columns, and what one person adds up to on the way to a row.
struct FeatureSpace::State {
  struct Code {
    CodeKind kind = CodeKind::kPresence;
    const UnitRule* units = nullptr;
    std::vector<std::string> levels;
    // The unit met last and what to do with it; null: nothing can be done.
    bool has_last_unit = false;
    std::string last_unit;
    const UnitRule::Step* last_step = nullptr;

    const UnitRule::Step* step_of(std::string_view unit) {
      if (has_last_unit && last_unit == unit) return last_step;
      const auto step = units->from.find(unit);
      last_unit = unit;
      has_last_unit = true;
      last_step = step == units->from.end() ? nullptr : &step->second;
      return last_step;
    }
  };
  // One column: what a code's window adds up to.
  struct Output {
    std::size_t column = 0;
    std::size_t code = 0;
    std::size_t window = 0;
    Aggregate aggregate = Aggregate::kCount;
  };
  struct Static {
    std::vector<std::string> levels;
    std::size_t column = 0;
  };

  FeatureOptions options;
  UnitRules units;
  std::vector<Field> fields;
  std::vector<Code> codes;
  std::vector<Output> outputs;
  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> place;
  std::map<std::string, Static, std::less<>> statics;
  std::optional<std::size_t> age_column;
  std::uint64_t rare = 0;
  std::uint64_t beyond = 0;
  std::uint64_t implausible = 0;
  std::uint64_t no_unit = 0;
  std::optional<std::int64_t> gap;

  // From the number of a code to its place, as far as it was asked for.
  static constexpr std::uint32_t kNotAsked = 0xffffffff;
  static constexpr std::uint32_t kNowhere = 0xfffffffe;
  std::vector<std::uint32_t> place_of_number;

  std::vector<WindowSums> sums;  // codes × windows, of one person
  std::vector<std::uint32_t> touched;

  std::vector<Aggregate> aggregates_of(const Code& code) const {
    std::vector<Aggregate> out;
    for (const Aggregate a : options.aggregates) {
      const bool fits = a == Aggregate::kCount || code.kind == CodeKind::kNumber ||
                        (code.kind == CodeKind::kWord && a == Aggregate::kLast);
      if (fits) out.push_back(a);
    }
    // Whoever asks for values only still wants to know who has a diagnosis.
    if (out.empty()) out.push_back(Aggregate::kCount);
    return out;
  }

  std::uint32_t place_of(const Event& event) {
    const std::uint32_t number = event.code_number;
    if (number < place_of_number.size() && place_of_number[number] != kNotAsked) {
      return place_of_number[number];
    }
    const auto at = place.find(event.code);
    const std::uint32_t found = at == place.end() ? kNowhere : at->second;
    if (number != Event::kNoNumber) {
      if (place_of_number.size() <= number) {
        place_of_number.resize(number + number / 2 + 1, kNotAsked);
      }
      place_of_number[number] = found;
    }
    return found;
  }

  double level_of(const std::vector<std::string>& levels, std::string_view word) const {
    const auto at = std::lower_bound(levels.begin(), levels.end(), word);
    return at != levels.end() && *at == word ? static_cast<double>(at - levels.begin()) : kMissing;
  }
};

}  // namespace gcrisk::clinical
