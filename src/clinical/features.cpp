// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "feature_names.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::clinical {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kDaysPerYear = 365.25;
constexpr std::int64_t kFarFuture = 100000000000;  // the year 5138: later than any record
constexpr const char* kAgeAtIndex = "age_at_index";

// What a window of one code adds up to.
struct Sums {
  double n = 0;
  double n_values = 0;
  double last = kNaN;
  double min = kNaN;
  double max = kNaN;
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
      case Aggregate::kMean: return n_values > 0 ? sum / n_values : kNaN;
      case Aggregate::kSlope: {
        if (n_values < 2) return kNaN;
        const double spread = tt - t * t / n_values;
        return spread > 0 ? (tv - t * v / n_values) / spread : kNaN;
      }
    }
    return kNaN;
  }
};

enum class CodeKind { kPresence, kNumber, kWord };

CodeKind kind_of(const CodeCensus::Entry& entry) {
  if (2 * entry.numbers > entry.events) return CodeKind::kNumber;
  const bool few = entry.levels.size() <= CodeCensus::kMostLevels;
  return 2 * entry.words > entry.events && few ? CodeKind::kWord : CodeKind::kPresence;
}

}  // namespace

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

  std::vector<Sums> sums;  // codes × windows, of one person
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
    return at != levels.end() && *at == word ? static_cast<double>(at - levels.begin()) : kNaN;
  }
};

FeatureSpace::FeatureSpace(const CodeCensus& census,
                           const FeatureOptions& options,
                           const TextMap& titles,
                           const UnitRules& units)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.options = options;
  s.units = units;
  if (census.births > 0 && !options.codes_only) {
    s.age_column = 0;
    Field age;
    age.name = kAgeAtIndex;
    age.title = "age at the index date";
    age.unit = "a";
    age.source = std::string(kBirth);
    s.fields.push_back(age);
  }
  for (const auto& [kind, values] : census.statics) {
    if (values.size() > CodeCensus::kMostLevels || options.codes_only) continue;
    Field field;
    field.name = kind;
    field.type = FieldType::kCategory;
    field.source = "events without a date";
    for (const auto& [value, n] : values) field.levels.push_back(value);
    s.statics.emplace(kind, State::Static{field.levels, s.fields.size()});
    s.fields.push_back(std::move(field));
  }

  using Chosen = std::pair<std::string_view, const CodeCensus::Entry*>;
  std::vector<Chosen> chosen;
  const double least = std::max(options.min_prevalence * static_cast<double>(census.people),
                                static_cast<double>(options.min_people));
  for (const auto& [code, entry] : census.codes) {
    if (static_cast<double>(entry.people) < least) {
      ++s.rare;
    } else {
      chosen.emplace_back(code, &entry);
    }
  }
  std::sort(chosen.begin(), chosen.end(), [](const Chosen& a, const Chosen& b) {
    return a.second->people != b.second->people ? a.second->people > b.second->people
                                                : a.first < b.first;
  });
  std::size_t n_columns = s.fields.size();
  std::size_t kept = 0;
  for (; kept < chosen.size(); ++kept) {
    State::Code code;
    code.kind = kind_of(*chosen[kept].second);
    const std::size_t more = s.aggregates_of(code).size() * options.windows.size();
    if (options.max_features > 0 && n_columns + more > options.max_features) break;
    n_columns += more;
  }
  s.beyond = chosen.size() - kept;
  chosen.resize(kept);
  std::sort(chosen.begin(), chosen.end(), [](const Chosen& a, const Chosen& b) {
    return a.first < b.first;
  });

  for (const auto& [name, entry] : chosen) {
    State::Code code;
    code.kind = kind_of(*entry);
    const auto rule = s.units.find(name);
    if (rule != s.units.end()) code.units = &rule->second;
    for (const auto& [level, n] : entry->levels) code.levels.push_back(level);
    const auto title = titles.find(name);
    const auto slash = name.find('/');
    for (std::size_t w = 0; w < options.windows.size(); ++w) {
      const Window& window = options.windows[w];
      for (const Aggregate aggregate : s.aggregates_of(code)) {
        s.outputs.push_back({s.fields.size(), s.codes.size(), w, aggregate});
        Field field;
        field.name =
            std::string(name) + ":" + std::string(to_string(aggregate)) + ":" + window.name;
        if (title != titles.end()) field.title = title->second;
        if (slash != std::string_view::npos) {
          field.code_system = name.substr(0, slash);
          field.code = name.substr(slash + 1);
        }
        field.source = "events before the index, " + std::string(to_string(aggregate)) +
                       (window.seconds == 0 ? "" : " of the last " + window.name);
        if (aggregate == Aggregate::kCount) {
          field.type = FieldType::kInteger;
          field.unit = "1";
        } else if (code.kind == CodeKind::kWord) {
          field.type = FieldType::kCategory;
          field.levels = code.levels;
        } else if (code.units != nullptr) {
          field.unit = code.units->unit;
          if (aggregate == Aggregate::kSlope && !field.unit.empty()) field.unit += "/d";
        }
        s.fields.push_back(std::move(field));
      }
    }
    s.place.emplace(std::string(name), static_cast<std::uint32_t>(s.codes.size()));
    s.codes.push_back(std::move(code));
  }
  s.sums.resize(s.codes.size() * options.windows.size());
}

FeatureSpace::FeatureSpace(const std::vector<Field>& fields, const UnitRules& units)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.units = units;
  s.fields = fields;
  s.options.windows.clear();
  std::vector<std::string> strangers;
  for (std::size_t c = 0; c < fields.size(); ++c) {
    const Field& field = fields[c];
    const std::string_view name = field.name;
    if (name == kAgeAtIndex) {
      s.age_column = c;
      continue;
    }
    const std::string_view code = code_of_feature(name);
    if (code.empty()) {
      if (field.type == FieldType::kCategory) {
        s.statics.emplace(field.name, State::Static{field.levels, c});
      } else {
        strangers.push_back(field.name);
      }
      continue;
    }
    const auto [at, is_new] =
        s.place.emplace(std::string(code), static_cast<std::uint32_t>(s.codes.size()));
    if (is_new) {
      s.codes.emplace_back();
      const auto rule = s.units.find(code);
      if (rule != s.units.end()) s.codes.back().units = &rule->second;
    }
    const auto parsed = parse_feature(name.substr(code.size() + 1));
    const Aggregate aggregate = parsed.first;
    const Window& window = parsed.second;
    State::Code& entry = s.codes[at->second];
    if (field.type == FieldType::kCategory) {
      entry.kind = CodeKind::kWord;
      entry.levels = field.levels;
    } else if (aggregate != Aggregate::kCount) {
      entry.kind = CodeKind::kNumber;
    }
    const auto same = [&](const Window& one) { return one.name == window.name; };
    const auto known = std::find_if(s.options.windows.begin(), s.options.windows.end(), same);
    const auto w = static_cast<std::size_t>(known - s.options.windows.begin());
    if (known == s.options.windows.end()) s.options.windows.push_back(window);
    s.outputs.push_back({c, at->second, w, aggregate});
  }
  if (!strangers.empty()) {
    const std::size_t n = strangers.size();
    strangers.resize(std::min<std::size_t>(n, 5));
    throw base::MismatchError(
        std::to_string(n) + (n == 1 ? " column" : " columns") +
            " of the model cannot be made of events: " + base::join(strangers, ", ") +
            (n > strangers.size() ? ", …" : "") + "; expected names such as LOINC/2160-0:last:365d",
        "give these columns in a table");
  }
  s.sums.resize(s.codes.size() * s.options.windows.size());
}

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
  row.assign(s.fields.size(), kNaN);
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
      value = event.text.empty() ? kNaN : s.level_of(code.levels, event.text);
    } else if (code.units != nullptr && !std::isnan(value)) {
      const UnitRule::Step* step = code.step_of(event.unit);
      if (step == nullptr) ++s.no_unit;
      value = step == nullptr ? kNaN : step->factor * value + step->offset;
      if (value < code.units->minimum.value_or(value) ||
          value > code.units->maximum.value_or(value)) {
        ++s.implausible;
        value = kNaN;
      }
    }
    for (std::size_t w = 0; w < n_windows; ++w) {
      const std::int64_t length = s.options.windows[w].seconds;
      if (length > 0 && event.time.earliest() < index.earliest() - length) continue;
      const std::size_t k = place * n_windows + w;
      Sums& sums = s.sums[k];
      if (sums.n == 0) s.touched.push_back(static_cast<std::uint32_t>(k));
      ++sums.n;
      if (!std::isnan(value)) {
        sums.add_value(value, static_cast<double>(event.time.seconds) / kSecondsPerDay);
      }
    }
  }
  static const Sums kNothing;
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
