// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gcrisk/base/text.hpp"
#include "reading.hpp"

namespace gcrisk::recommend {

namespace {

constexpr long kLongestPregnancyDays = 301;
constexpr long kTestDays = 30;    // how long a negative test says something
constexpr long kStatusDays = 90;  // how long a stated «not pregnant» does
constexpr int kOldest = 60;
constexpr int kYoungest = 9;

struct Statement {
  Truth truth = Truth::kUnknown;
  long age_days = 0;
  bool test = false;
  RecordUse used;
};

std::optional<Statement> statement_of(const Reading& reading, const RecordEntry& entry) {
  const auto coded = [&](std::initializer_list<const char*> codes) {
    return std::any_of(entry.codings.begin(), entry.codings.end(), [&](const Coding& coding) {
      return std::find(codes.begin(), codes.end(), coding.code) != codes.end();
    });
  };
  Statement statement;
  statement.test = coded({"2106-3", "2118-8", "80384-1", "2110-5"});
  if (!statement.test && !coded({"82810-3"})) return std::nullopt;
  if (entry.status == "cancelled" || entry.status == "entered-in-error") return std::nullopt;
  const auto date = reading.date_of(entry);
  if (!date || date->after(reading.index)) return std::nullopt;
  statement.age_days = days_between(*date, reading.index);
  std::string words = plain_words(entry.value_text);
  std::string codes;
  for (const Coding& value : entry.value_codings) {
    words += " " + plain_words(value.display);
    codes += " " + value.code;
  }
  const auto has = [&](const char* code) { return has_words(codes, code); };
  if (has("77386006") || has("10828004") || has("LA15173-0") || has("LA6576-8")) {
    statement.truth = Truth::kTrue;
  } else if (has("60001007") || has("260385009") || has("LA26683-5") || has("LA6577-6") ||
             has_words(words, "not pregnant") || has_words(words, "negative")) {
    statement.truth = Truth::kFalse;
  } else if (has_words(words, "pregnant") || has_words(words, "positive")) {
    statement.truth = Truth::kTrue;
  }
  statement.used = reading.use(entry,
                               (statement.test ? "pregnancy test: " : "pregnancy status: ") +
                                   (statement.truth == Truth::kTrue    ? std::string("pregnant")
                                    : statement.truth == Truth::kFalse ? "not pregnant"
                                                                       : "unclear"));
  return statement;
}

}  // namespace

void read_pregnancy(const Reading& reading) {
  Record& out = reading.out;
  ConditionState state = out.condition("pregnancy");
  if (out.sex == "male") {
    out.conditions["pregnancy"] = {.truth = Truth::kFalse, .remark = "sex is male"};
    out.conditions["breastfeeding"] = {.truth = Truth::kFalse, .remark = "sex is male"};
    return;
  }
  std::optional<Statement> latest;
  for (const RecordEntry& entry : reading.input.entries) {
    if (entry.kind != EntryKind::kObservation) continue;
    const auto statement = statement_of(reading, entry);
    if (!statement) continue;
    const auto key = [](const Statement& s) {
      return std::pair(-s.age_days, s.truth == Truth::kTrue);
    };
    if (!latest || key(*statement) > key(*latest)) latest = statement;
  }
  const bool diagnosed = state.truth == Truth::kTrue;
  if (latest && latest->truth == Truth::kTrue && latest->age_days <= kLongestPregnancyDays) {
    // A birth or ended pregnancy that was recorded later ends it.
    const bool ended_later = state.truth == Truth::kFalse && state.past && !state.used.empty() &&
                             state.used.front().date > latest->used.date;
    if (!ended_later) {
      state.truth = Truth::kTrue;
      state.past = false;
      state.remark.clear();
      state.used.insert(state.used.begin(), latest->used);
    }
  } else if (latest && latest->truth == Truth::kFalse) {
    const std::string onset = state.used.empty() ? "" : state.used.front().date;
    const auto begun = Date::parse(onset);
    const bool outdated = begun && days_between(*begun, reading.index) > kLongestPregnancyDays;
    const bool fresh = latest->age_days <= (latest->test ? kTestDays : kStatusDays);
    if (diagnosed && !(outdated && fresh)) {
      out.warnings.push_back("pregnancy: the diagnosis says yes, " + latest->used.resource +
                             " says no; taken as pregnant until that is clear");
    } else if (fresh) {
      state = {.truth = Truth::kFalse, .used = {latest->used}, .remark = "stated"};
    } else {
      state = {.used = {latest->used},
               .remark = "not pregnant on " + latest->used.date + ", which is old"};
    }
  } else if (diagnosed && !state.used.empty()) {
    const auto begun = Date::parse(state.used.front().date);
    if (begun && days_between(*begun, reading.index) > kLongestPregnancyDays) {
      state.remark = "recorded on " + begun->text() + " and never ended: check";
    }
  }
  if (state.truth == Truth::kUnknown && out.age && (*out.age > kOldest || *out.age < kYoungest)) {
    state.truth = Truth::kFalse;
    state.remark = "age " + std::to_string(*out.age);
  }
  if (state.truth != Truth::kUnknown || !state.remark.empty() || !state.used.empty()) {
    out.conditions["pregnancy"] = state;
  }
}

}  // namespace gcrisk::recommend
