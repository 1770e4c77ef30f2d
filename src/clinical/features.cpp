// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/features.hpp"

#include <cmath>

#include "feature_names.hpp"
#include "feature_state.hpp"

namespace gcrisk::clinical {

namespace {

constexpr double kDaysPerYear = 365.25;
constexpr std::int64_t kFarFuture = 100000000000;  // the year 5138: later than any record

}  // namespace

FeatureSpace::~FeatureSpace() = default;

const std::vector<Field>& FeatureSpace::fields() const noexcept { return state_->fields; }
std::uint64_t FeatureSpace::rare_codes() const noexcept { return state_->rare; }
std::uint64_t FeatureSpace::beyond_limit() const noexcept { return state_->beyond; }
std::uint64_t FeatureSpace::implausible() const noexcept { return state_->implausible; }
std::uint64_t FeatureSpace::without_unit() const noexcept { return state_->no_unit; }
std::optional<std::int64_t> FeatureSpace::last_gap() const noexcept { return state_->gap; }

void FeatureSpace::fill(const Record& record, const Time& index, std::vector<double>& row) {
  State& s = *state_;
  const std::size_t n_windows = s.options.windows.size();
  row.assign(s.fields.size(), kMissing);
  s.touched.clear();
  s.gap.reset();
  for (const Event& event : record.events) {
    if (event.code == kBirth && s.age_column && std::isnan(row[*s.age_column]) &&
        is_before(event.time, index)) {
      const double born =
          (static_cast<double>(event.time.earliest()) + static_cast<double>(event.time.latest())) /
          2;
      // Without an index the record's own end stands in for it.
      const bool has_index = index.earliest() < kFarFuture;
      const double until =
          static_cast<double>(has_index ? index.earliest() : record.events.back().time.latest());
      row[*s.age_column] = (until - born) / (kDaysPerYear * kSecondsPerDay);
      continue;
    }
    if (is_bookkeeping(event.code)) continue;
    if (!event.time.known()) {
      const auto at = s.statics.find(static_kind(event.code));
      if (at == s.statics.end() || !std::isnan(row[at->second.column])) continue;
      row[at->second.column] = s.level_of(at->second.levels, static_value(event.code));
      continue;
    }
    if (!is_before(event.time, index)) continue;
    const std::uint32_t place = s.place_of(event);
    if (place == State::kNowhere) continue;
    require_before(record.id, event, index);
    s.gap = index.earliest() - event.time.latest();
    State::Code& code = s.codes[place];
    double value = event.value;
    if (code.kind == CodeKind::kWord) {
      value = event.text.empty() ? kMissing : s.level_of(code.levels, event.text);
    } else if (code.units != nullptr && !std::isnan(value)) {
      const UnitRule::Step* step = code.step_of(event.unit);
      if (step == nullptr) ++s.no_unit;
      value = step == nullptr ? kMissing : step->factor * value + step->offset;
      if (value < code.units->minimum.value_or(value) ||
          value > code.units->maximum.value_or(value)) {
        ++s.implausible;
        value = kMissing;
      }
    }
    for (std::size_t w = 0; w < n_windows; ++w) {
      const std::int64_t length = s.options.windows[w].seconds;
      if (length > 0 && event.time.earliest() < index.earliest() - length) continue;
      const std::size_t k = place * n_windows + w;
      WindowSums& sums = s.sums[k];
      if (sums.n == 0) s.touched.push_back(static_cast<std::uint32_t>(k));
      ++sums.n;
      if (!std::isnan(value)) {
        sums.add_value(value, static_cast<double>(event.time.seconds) / kSecondsPerDay);
      }
    }
  }
  static const WindowSums kNothing;
  for (const State::Output& out : s.outputs) {
    row[out.column] = s.sums[out.code * n_windows + out.window].get(out.aggregate);
  }
  for (const auto k : s.touched) s.sums[k] = kNothing;
}

void append_row(std::vector<Column>& columns, std::span<const double> row) {
  for (std::size_t c = 0; c < row.size(); ++c) {
    if (columns[c].field.type == FieldType::kCategory) {
      columns[c].codes.push_back(std::isnan(row[c]) ? -1 : static_cast<std::int32_t>(row[c]));
    } else {
      columns[c].numbers.push_back(row[c]);
    }
  }
}

}  // namespace gcrisk::clinical
