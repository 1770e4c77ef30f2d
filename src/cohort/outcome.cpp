// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/cohort/outcome.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "select_rows.hpp"

namespace gcrisk::cohort {

namespace {

using clinical::Column;
using clinical::FieldType;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMaxClasses = 100;

constexpr std::array<std::string_view, 36> kAffirmative = {
    "yes",       "y",       "true",       "t",        "case",       "cases",
    "dead",      "died",    "deceased",   "death",    "positive",   "pos",
    "affected",  "event",   "present",    "relapse",  "recurrence", "progression",
    "diseased",  "disease", "ill",        "sick",     "abnormal",   "malignant",
    "responder", "failure", "metastasis", "recurred", "relapsed",   "progressed",
    "tumor",     "tumour",  "cancer",     "high",     "readmitted", "expired"};
constexpr std::array<std::string_view, 24> kNegative = {"no",           "n",
                                                        "false",        "f",
                                                        "control",      "controls",
                                                        "alive",        "living",
                                                        "negative",     "neg",
                                                        "unaffected",   "censored",
                                                        "absent",       "healthy",
                                                        "normal",       "benign",
                                                        "none",         "non-responder",
                                                        "success",      "low",
                                                        "nonresponder", "disease-free",
                                                        "survived",     "well"};

template <std::size_t kN>
bool is_one_of(const std::array<std::string_view, kN>& words, std::string_view word) {
  const std::string lower = base::to_lower(word);
  return std::find(words.begin(), words.end(), lower) != words.end();
}

// The cells as numbers, or as indices into words.
struct Values {
  std::vector<double> numbers;     // NaN missing; of words the index
  std::vector<std::string> words;  // empty: the column is numeric
  std::vector<double> different;   // ascending
  std::uint64_t n_infinite = 0;
};

std::string show(const Values& values, double value) {
  if (values.words.empty()) return base::format_number(value, 12);
  return values.words[static_cast<std::size_t>(value)];
}

std::string show_all(const Values& values) {
  std::vector<std::string> shown;
  for (const double value : values.different) {
    if (shown.size() == 5) {
      shown.emplace_back("…");
      break;
    }
    shown.push_back(show(values, value));
  }
  return base::join(shown, ", ");
}

void collect_different(Values& values) {
  std::set<double> seen;
  for (const double value : values.numbers) {
    if (!std::isnan(value)) seen.insert(value);
  }
  values.different.assign(seen.begin(), seen.end());
}

// Words that are all numbers become numbers: a category of "1" and "2" is coded 1/2.
void words_to_numbers(Values& values) {
  std::vector<double> parsed;
  for (const double index : values.different) {
    const auto number = base::parse_number(values.words[static_cast<std::size_t>(index)]);
    if (!number) return;
    parsed.push_back(*number);
  }
  for (double& value : values.numbers) {
    if (std::isnan(value)) continue;
    value = parsed[static_cast<std::size_t>(
        std::lower_bound(values.different.begin(), values.different.end(), value) -
        values.different.begin())];
  }
  values.words.clear();
  collect_different(values);
}

Values values_of(const Column& column) {
  Values values;
  const std::size_t n = column.n_rows();
  values.numbers.resize(n, kNaN);
  if (column.field.type == FieldType::kCategory) {
    values.words = column.field.levels;
    for (std::size_t i = 0; i < n; ++i) {
      if (column.codes[i] >= 0) values.numbers[i] = column.codes[i];
    }
  } else if (column.field.type == FieldType::kText) {
    const std::set<std::string> words(column.texts.begin(), column.texts.end());
    for (const std::string& word : words) {
      if (!word.empty()) values.words.push_back(word);
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (column.texts[i].empty()) continue;
      values.numbers[i] = static_cast<double>(
          std::lower_bound(values.words.begin(), values.words.end(), column.texts[i]) -
          values.words.begin());
    }
  } else if (column.field.type == FieldType::kBoolean && column.field.levels.size() == 2 &&
             column.field.levels[1] != "1") {
    values.words = column.field.levels;
    values.numbers = column.numbers;
  } else {
    for (std::size_t i = 0; i < n; ++i) {
      if (std::isinf(column.numbers[i])) {
        ++values.n_infinite;
      } else {
        values.numbers[i] = column.numbers[i];
      }
    }
  }
  collect_different(values);
  if (!values.words.empty() && !values.different.empty()) words_to_numbers(values);
  return values;
}

// Which of the two different values is the case: 0 or 1, with the reason in `why`.
std::size_t find_case(const Values& values,
                      const std::string& name,
                      bool stated,
                      std::string& why) {
  const double low = values.different[0];
  const double high = values.different[1];
  if (values.words.empty()) {
    const bool known =
        (low == 0 && high == 1) || (low == 1 && high == 2) || (low == -1 && high == 1);
    if (!known && !stated) {
      throw base::MismatchError(
          "outcome '" + name + "' has the two values " + show_all(values) +
              ": they could be a coding or two amounts, expected 0/1, 1/2 or two words",
          low == -9 || high == -9 ? "if -9 means missing, write it as NA"
                                  : "code it as 0 (control) and 1 (case), or say what it is with "
                                    "--outcome-kind");
    }
    return 1;
  }
  const std::array<std::string, 2> words = {show(values, low), show(values, high)};
  std::array<bool, 2> yes{};
  std::array<bool, 2> no{};
  for (std::size_t i = 0; i < 2; ++i) {
    yes[i] = is_one_of(kAffirmative, words[i]);
    no[i] = is_one_of(kNegative, words[i]);
  }
  if ((yes[0] && yes[1]) || (no[0] && no[1])) {
    throw base::MismatchError("outcome '" + name + "' has the two words '" + words[0] + "' and '" +
                                  words[1] + "': either could be the case",
                              "code it as 0 (control) and 1 (case)");
  }
  if (yes[1] || no[0]) return 1;
  if (yes[0] || no[1]) return 0;
  why = " (by the alphabet)";
  return 1;
}

Outcome binary(const Values& values, const std::string& name, bool stated) {
  Outcome out;
  out.kind = OutcomeKind::kBinary;
  out.name = name;
  std::string why;
  const std::size_t at = find_case(values, name, stated, why);
  const double case_value = values.different[at];
  const double control_value = values.different[1 - at];
  out.levels = {show(values, control_value), show(values, case_value)};
  out.coding = out.levels[0] + " = control, " + out.levels[1] + " = case" + why;
  out.values.reserve(values.numbers.size());
  for (const double value : values.numbers) {
    out.values.push_back(std::isnan(value) ? kNaN : (value == case_value ? 1.0 : 0.0));
  }
  return out;
}

Outcome multiclass(const Values& values, const std::string& name) {
  if (values.different.size() > kMaxClasses) {
    throw base::MismatchError(
        "outcome '" + name + "' has " + base::format_count(values.different.size()) +
            (values.words.empty() ? " different values" : " different words") +
            ", expected at most " + std::to_string(kMaxClasses) + " classes, or numbers",
        "correct words among numbers, or choose another column");
  }
  Outcome out;
  out.kind = OutcomeKind::kMulticlass;
  out.name = name;
  for (const double value : values.different) out.levels.push_back(show(values, value));
  out.coding = std::to_string(out.levels.size()) + " classes: " + show_all(values);
  for (const double value : values.numbers) {
    const auto at = std::lower_bound(values.different.begin(), values.different.end(), value);
    out.values.push_back(std::isnan(value) ? kNaN
                                           : static_cast<double>(at - values.different.begin()));
  }
  return out;
}

Outcome continuous(const Values& values, const std::string& name) {
  if (!values.words.empty()) {
    throw base::MismatchError("outcome '" + name + "' holds words (" + show_all(values) +
                              "), expected numbers");
  }
  Outcome out;
  out.kind = OutcomeKind::kContinuous;
  out.name = name;
  out.values = values.numbers;
  out.coding = "a number from " + base::format_number(values.different.front()) + " to " +
               base::format_number(values.different.back());
  return out;
}

// 1 where the event was seen, for a column beside a time.
Outcome events(const Values& values, const std::string& name) {
  const auto& seen = values.different;
  const bool numbers = values.words.empty();
  if (seen.size() > 2) {
    throw base::MismatchError("event '" + name + "' has " + base::format_count(seen.size()) +
                                  " different values (" + show_all(values) +
                                  "), expected two: censored and event",
                              "where several kinds of event are coded, make a column with 1 for "
                              "the one of interest and 0 for the rest");
  }
  if (seen.size() == 1) {
    const bool ambiguous = numbers && seen[0] == 1;
    const bool all_events =
        (numbers && seen[0] == 2) || (!numbers && is_one_of(kAffirmative, show(values, seen[0])));
    if (ambiguous) {
      throw base::MismatchError("event '" + name +
                                    "' is 1 in every row: with 0/1 all had the "
                                    "event, with 1/2 none had it",
                                "code it with words: event, censored");
    }
    if (!all_events) {
      throw base::DegenerateError("event '" + name + "' is '" + show(values, seen[0]) +
                                  "' in every row: nobody had the event");
    }
    Outcome out;
    out.name = name;
    out.levels = {"censored", show(values, seen[0])};
    for (const double value : values.numbers) out.values.push_back(std::isnan(value) ? kNaN : 1.0);
    out.coding = show(values, seen[0]) + " = event, nobody is censored";
    return out;
  }
  Outcome out = binary(values, name, false);
  out.coding = out.levels[0] + " = censored, " + out.levels[1] + " = event";
  return out;
}

Outcome survival(const Values& values, const std::string& name, const Column& time) {
  if (!time.is_numeric() || time.field.type == FieldType::kDate) {
    throw base::MismatchError("time '" + time.field.name + "' holds " +
                                  std::string(clinical::to_string(time.field.type)) +
                                  " values, expected numbers above 0",
                              "give the time from entry to event or last contact, in one unit");
  }
  Outcome out = events(values, name);
  out.kind = OutcomeKind::kSurvival;
  out.times.assign(out.values.size(), kNaN);
  std::uint64_t n_unusable = 0;
  std::uint64_t n_known = 0;
  std::array<bool, 2> left{};
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    if (std::isnan(out.values[i])) continue;
    const double t = time.numbers[i];
    if (std::isfinite(t) && t > 0) {
      out.times[i] = t;
      left[out.values[i] != 0] = true;
      ++n_known;
    } else {
      out.values[i] = kNaN;
      ++n_unusable;
    }
  }
  if (n_known == 0) {
    throw base::DegenerateError("time '" + time.field.name +
                                "' has no value above 0 where event '" + name + "' is known");
  }
  if (!left[1]) {
    throw base::DegenerateError("event '" + name + "': nobody with a time above 0 in '" +
                                time.field.name + "' had the event");
  }
  out.coding += ", time in " + time.field.name;
  if (n_unusable > 0) {
    out.coding += "; " + base::format_count(n_unusable) +
                  (n_unusable == 1 ? " row has" : " rows have") + " no time above 0";
  }
  return out;
}

Outcome as_kind(const Values& values, const std::string& name, OutcomeKind kind) {
  const std::size_t n = values.different.size();
  const bool numbers = values.words.empty();
  if (kind == OutcomeKind::kBinary && n != 2) {
    throw base::MismatchError("outcome '" + name + "' has " + base::format_count(n) +
                              " different values (" + show_all(values) + "), expected two");
  }
  if (kind == OutcomeKind::kBinary) return binary(values, name, true);
  if (kind == OutcomeKind::kMulticlass) return multiclass(values, name);
  if (kind == OutcomeKind::kContinuous) return continuous(values, name);
  if (n == 2) return binary(values, name, false);
  if (!numbers) return multiclass(values, name);
  // PLINK writes 1 and 2 with 0 or -9 for missing: such a column looks like three amounts.
  if (n == 3 && (values.different[0] == 0 || values.different[0] == -9) &&
      values.different[1] == values.different[2] - 1 &&
      (values.different[1] == 1 || (values.different[0] == -9 && values.different[1] == 0))) {
    const std::string code = show(values, values.different[0]);
    throw base::MismatchError("outcome '" + name + "' has the values " + show_all(values) + ": " +
                                  code + " could mean missing, a class or an amount",
                              "if " + code +
                                  " means missing, write it as NA; otherwise say what it is with "
                                  "--outcome-kind");
  }
  return continuous(values, name);
}

}  // namespace

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

OutcomeKind parse_outcome_kind(std::string_view text) {
  for (const auto kind : {OutcomeKind::kNone,
                          OutcomeKind::kBinary,
                          OutcomeKind::kMulticlass,
                          OutcomeKind::kContinuous,
                          OutcomeKind::kSurvival}) {
    if (text == to_string(kind)) return kind;
  }
  throw base::MismatchError("'" + std::string(text) +
                            "' is no kind of outcome, expected one of: "
                            "none, binary, multiclass, continuous, survival");
}

Outcome make_outcome(const Column& column, const Column* time, OutcomeKind kind) {
  const std::string& name = column.field.name;
  if (column.field.type == FieldType::kDate) {
    throw base::MismatchError("outcome '" + name + "' holds dates, expected a class or a number",
                              "give the time to the event as a number with --time-name");
  }
  if (kind == OutcomeKind::kSurvival && time == nullptr) {
    throw base::UsageError("outcome '" + name + "': a survival outcome needs a time",
                           "name its column with --time-name");
  }
  const Values values = values_of(column);
  if (values.different.empty()) {
    throw base::DegenerateError("outcome '" + name + "' has no value in " +
                                base::format_count(values.numbers.size()) + " rows");
  }
  if (time != nullptr) return survival(values, name, *time);
  if (values.different.size() == 1) {
    throw base::DegenerateError("outcome '" + name + "' is '" + show(values, values.different[0]) +
                                    "' wherever it is known: one class only",
                                "check the samples that are left, or choose another outcome");
  }
  Outcome out = as_kind(values, name, kind);
  if (values.n_infinite > 0) {
    out.coding += "; " + base::format_count(values.n_infinite) +
                  (values.n_infinite == 1 ? " infinite value counts" : " infinite values count") +
                  " as missing";
  }
  return out;
}

}  // namespace gcrisk::cohort
