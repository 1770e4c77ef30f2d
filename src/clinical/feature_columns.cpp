// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "feature_names.hpp"
#include "feature_state.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::clinical {

namespace {

CodeKind kind_of(const CodeCensus::Entry& entry) {
  if (2 * entry.numbers > entry.events) return CodeKind::kNumber;
  const bool few = entry.levels.size() <= CodeCensus::kMostLevels;
  return 2 * entry.words > entry.events && few ? CodeKind::kWord : CodeKind::kPresence;
}

}  // namespace

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

}  // namespace gcrisk::clinical
