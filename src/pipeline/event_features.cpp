// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "event_features.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/clinical/units.hpp"
#include "gcrisk/io/input.hpp"

namespace gcrisk::pipeline {

namespace {

using base::format_count;

std::vector<base::Parameter> grouped(std::vector<base::Parameter> rows, const char* group) {
  for (auto& row : rows) row.group = group;
  return rows;
}

// Two columns: the person and the date of the index.
clinical::IndexRule read_dates(const std::string& path, Run& run) {
  io::Input input(path);
  std::unordered_map<std::string, clinical::Time> dates;
  std::string_view line;
  while (input.next_line(line)) {
    if (base::trim(line).empty()) continue;
    char separator = ',';
    if (line.find('\t') != std::string_view::npos) separator = '\t';
    const auto cells = base::split(line, separator);
    if (cells.size() < 2) {
      throw base::MalformedError(input.place() + ": " + std::to_string(cells.size()) +
                                 " column, expected the person and the index date");
    }
    const auto time = clinical::parse_time(base::trim(cells[1]));
    if (!time) {
      if (input.line_number() == 1) continue;  // a header
      if (base::is_missing(cells[1])) continue;
      throw base::MalformedError(input.place() + ": '" + std::string(cells[1]) +
                                 "', expected a date (YYYY-MM-DD)");
    }
    if (!dates.emplace(std::string(cells[0]), *time).second) {
      throw base::MismatchError(input.place() + ": '" + std::string(cells[0]) +
                                "' has two index dates, expected one a person");
    }
  }
  run.add_input("index dates", path, input.finish_hash());
  return clinical::IndexRule::of_people(std::move(dates));
}

}  // namespace

base::ParameterTable feature_parameters() {
  using enum base::ParameterType;
  return grouped(
      {{.name = "index-date",
        .type = kText,
        .meaning = "when a prediction is made; only what is dated before it becomes a feature: a "
                   "file with a date a person, first:CODE (the first of CODE|CODE), last-event, or "
                   "a date. Without it the whole record counts",
        .placeholder = "FILE|first:CODE|last-event|DATE"},
       {.name = "window",
        .type = kTexts,
        .meaning = "stretches of time before the index that are summed up: ever, or days or hours",
        .default_value = "ever",
        .placeholder = "ever,365d"},
       {.name = "aggregate",
        .type = kTexts,
        .meaning = "what is taken of each code in each window: last, count, min, max, mean, slope "
                   "(per day); of a code without values the count",
        .default_value = "last,count",
        .placeholder = "last,count"},
       {.name = "min-prevalence",
        .type = kNumber,
        .meaning = "leave out codes that a smaller share of people has before the index",
        .default_value = "0.01",
        .min = 0,
        .max = 1},
       {.name = "max-features",
        .type = kInteger,
        .meaning = "at most so many columns; the most frequent codes are kept",
        .min = 1,
        .placeholder = "N"},
       {.name = "roll-up",
        .type = kPath,
        .meaning = "table of two columns that makes coarse codes of fine ones in features: a code, "
                   "or its beginning and '*', and its group",
        .placeholder = "FILE"}},
      "features of events");
}

base::ParameterTable outcome_parameters() {
  using enum base::ParameterType;
  const std::string kSource = "OHDSI PatientLevelPrediction, createStudyPopulationSettings";
  return grouped(
      {{.name = "outcome-code",
        .type = kTexts,
        .meaning = "the outcome is the first of these codes within the time at risk",
        .placeholder = "CODE"},
       {.name = "washout",
        .type = kInteger,
        .meaning = "days that a person must have been observed before the index",
        .default_value = "0",
        .min = 0,
        .max = 100000,
        .source = kSource},
       {.name = "prior-outcome",
        .type = kChoice,
        .meaning = "what becomes of people with the outcome before the time at risk",
        .default_value = "remove",
        .choices = {"remove", "keep"},
        .source = kSource},
       {.name = "prior-lookback",
        .type = kInteger,
        .meaning = "days before the index in which an outcome counts as prior",
        .default_value = "99999",
        .min = 0,
        .max = 100000,
        .source = kSource},
       {.name = "risk-window",
        .type = kText,
        .meaning = "time at risk: first and last day after the index",
        .default_value = "1:365",
        .placeholder = "FIRST:LAST",
        .source = kSource},
       {.name = "min-time-at-risk",
        .type = kInteger,
        .meaning = "days that a person without the outcome must be observed within the time at "
                   "risk; 0: no such demand",
        .default_value = "364",
        .min = 0,
        .max = 100000,
        .source = kSource},
       {.name = "early-outcome",
        .type = kChoice,
        .meaning = "what becomes of people with the outcome who are observed for less than "
                   "--min-time-at-risk",
        .default_value = "keep",
        .choices = {"keep", "remove"},
        .source = kSource}},
      "outcome from events");
}

clinical::FeatureOptions feature_options(const base::Parameters& parameters) {
  clinical::FeatureOptions options;
  options.windows.clear();
  options.aggregates.clear();
  for (const auto& text : parameters.texts("window")) {
    options.windows.push_back(clinical::parse_window(text));
  }
  for (const auto& text : parameters.texts("aggregate")) {
    options.aggregates.push_back(clinical::parse_aggregate(text));
  }
  options.min_prevalence = parameters.number("min-prevalence");
  if (parameters.has("max-features")) {
    options.max_features = static_cast<std::size_t>(parameters.integer("max-features"));
  }
  return options;
}

clinical::IndexRule index_rule(const base::Parameters& parameters, Run& run) {
  if (!parameters.has("index-date")) return {};
  const std::string& text = parameters.text("index-date");
  const bool is_rule =
      text == "last-event" || text.starts_with("first:") || clinical::parse_time(text).has_value();
  if (is_rule || !std::filesystem::exists(text)) return clinical::IndexRule::parse(text);
  return read_dates(text, run);
}

clinical::RollUp roll_up(const base::Parameters& parameters, Run& run) {
  clinical::RollUp groups;
  if (!parameters.has("roll-up")) return groups;
  io::Input input(parameters.text("roll-up"));
  std::string_view line;
  while (input.next_line(line)) {
    if (base::trim(line).empty() || line.starts_with('#')) continue;
    const char separator = line.find('\t') != std::string_view::npos ? '\t' : ',';
    const auto cells = base::split(line, separator);
    if (cells.size() != 2) {
      throw base::MalformedError(input.place() + ": " + std::to_string(cells.size()) +
                                 " cells, expected a code and its group");
    }
    groups.add(base::trim(cells[0]), base::trim(cells[1]), input.place());
  }
  run.add_input("groups of codes", input.path(), input.finish_hash());
  return groups;
}

clinical::PopulationSettings population_settings(const base::Parameters& parameters) {
  clinical::PopulationSettings settings;
  settings.outcome_codes = parameters.texts("outcome-code");
  settings.washout_days = static_cast<int>(parameters.integer("washout"));
  settings.remove_prior_outcome = parameters.text("prior-outcome") == "remove";
  settings.prior_lookback_days = static_cast<int>(parameters.integer("prior-lookback"));
  settings.min_time_at_risk_days = static_cast<int>(parameters.integer("min-time-at-risk"));
  settings.include_all_outcomes = parameters.text("early-outcome") == "keep";
  settings.require_time_at_risk = settings.min_time_at_risk_days > 0;
  const std::string& window = parameters.text("risk-window");
  const auto parts = base::split(window, ':');
  const auto first = base::parse_integer(parts.front());
  const auto last = base::parse_integer(parts.back());
  if (parts.size() != 2 || !first || !last || *first < 0 || *last < *first || *last > 100000) {
    throw base::UsageError("--risk-window " + window +
                           ": expected two days after the index, FIRST:LAST, such as 1:365");
  }
  settings.risk_start_days = static_cast<int>(*first);
  settings.risk_end_days = static_cast<int>(*last);
  if (settings.min_time_at_risk_days > *last - *first) {
    throw base::UsageError("--min-time-at-risk " + std::to_string(settings.min_time_at_risk_days) +
                               ": the time at risk of --risk-window " + window + " has " +
                               std::to_string(*last - *first) + " days",
                           "give a smaller --min-time-at-risk");
  }
  return settings;
}

clinical::UnitRules settle_units(const clinical::CodeCensus& census,
                                 bool skip,
                                 Run& run,
                                 const clinical::TextMap& wanted) {
  std::vector<clinical::RefusedUnits> refused;
  auto rules = clinical::unify_units(census, refused, wanted);
  if (refused.empty()) return rules;
  std::vector<std::string> lines;
  for (const auto& one : refused) {
    if (lines.size() < 10) lines.push_back(one.code + ": " + one.text);
  }
  if (!skip) {
    throw base::MismatchError(
        format_count(refused.size()) + (refused.size() == 1 ? " code has" : " codes have") +
            " values in units that cannot be converted into each other: " +
            base::join(lines, "; ") + (refused.size() > lines.size() ? "; …" : ""),
        "mend the units, or leave out the values in the rarer ones: --on-bad-record skip");
  }
  for (const auto& line : lines) run.log().flood("unit", "units that cannot be converted: " + line);
  return rules;
}

void tell_features(const clinical::CodeCensus& census,
                   const clinical::FeatureSpace& space,
                   Run& run) {
  run.count_kept("columns", space.fields().size());
  run.count_filtered("codes", "rarer than --min-prevalence", space.rare_codes());
  run.count_filtered("codes", "beyond --max-features", space.beyond_limit());
  run.count_filtered("events", "at or after the index date", census.at_or_after_index);
  run.count_filtered("values", "outside the plausible range of their code", space.implausible());
  run.count_filtered("values", "in a unit that cannot be converted", space.without_unit());
  base::Log& log = run.log();
  log.info(format_count(census.people) + " people with " + format_count(space.fields().size()) +
           " columns from " +
           format_count(census.codes.size() - space.rare_codes() - space.beyond_limit()) +
           " codes; " + format_count(space.rare_codes()) + " rarer codes are left out");
  log.info(format_count(census.at_or_after_index) +
           " events at or after the index date are no features");
  if (space.implausible() > 0) {
    log.warning(format_count(space.implausible()) +
                " values outside the plausible range of their code are taken as missing");
  }
  if (space.without_unit() > 0) {
    log.warning(format_count(space.without_unit()) +
                " values in units that cannot be converted are taken as missing");
  }
}

void append_row(std::string& out,
                const std::string& id,
                const std::vector<clinical::Field>& fields,
                const std::vector<double>& row) {
  out += id;
  // Most cells are small counts or missing: they are collected and appended together.
  std::array<char, 1024> cells;
  std::size_t n = 0;
  const auto flush = [&] {
    out.append(cells.data(), n);
    n = 0;
  };
  for (std::size_t c = 0; c < fields.size(); ++c) {
    const double value = row[c];
    if (n + 4 > cells.size()) flush();
    if (std::isnan(value)) {
      std::memcpy(cells.data() + n, "\tNA", 3);
      n += 3;
      continue;
    }
    cells[n++] = '\t';
    const bool is_category = fields[c].type == clinical::FieldType::kCategory;
    const bool is_whole = value == std::floor(value);
    if (!is_category && is_whole && value >= 0 && value < 10) {
      cells[n++] = static_cast<char>('0' + static_cast<int>(value));
      continue;
    }
    flush();
    if (is_category) {
      out += fields[c].levels[static_cast<std::size_t>(value)];
    } else if (is_whole && std::abs(value) < 1e15) {
      base::append_number(out, value, 17);
    } else {
      out += base::format_exact(value);
    }
  }
  flush();
  out += '\n';
}

}  // namespace gcrisk::pipeline
