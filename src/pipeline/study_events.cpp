// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "study_events.hpp"

#include <cmath>

#include "event_features.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/hash.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/dictionary.hpp"
#include "gcrisk/io/events.hpp"
#include "gcrisk/io/tsv.hpp"

namespace gcrisk::pipeline {

namespace {

using base::format_count;

clinical::Column outcome_column(const char* name, clinical::FieldType type, std::string title) {
  clinical::Column column;
  column.field.name = name;
  column.field.type = type;
  column.field.title = std::move(title);
  if (type == clinical::FieldType::kBoolean) column.field.levels = {"0", "1"};
  return column;
}

std::vector<clinical::Column> columns_of(const std::vector<clinical::Field>& fields) {
  std::vector<clinical::Column> columns;
  for (const auto& field : fields) {
    columns.emplace_back();
    columns.back().field = field;
  }
  return columns;
}

}  // namespace

EventStudy read_event_study(const std::string& path, Run& run) {
  const base::Parameters& p = run.parameters();
  const auto features = feature_options(p);
  const auto rule = index_rule(p, run);
  const auto groups = roll_up(p, run);
  EventStudy out;
  out.has_outcome = p.has("outcome-code") && !p.texts("outcome-code").empty();
  clinical::PopulationSettings settings;
  if (out.has_outcome) {
    settings = population_settings(p);
    if (rule.is_end_of_record()) {
      throw base::UsageError(
          "--outcome-code needs --index-date: without it features would see the "
          "outcome",
          "such as --index-date first:CODE");
    }
  }
  const auto judge = [&](const clinical::Record& record) {
    if (out.has_outcome) return clinical::judge(record, rule, settings);
    clinical::Membership membership;
    const auto index = rule.index_of(record);
    if (index) {
      membership.index = *index;
    } else {
      membership.exclusion = clinical::Exclusion::kNoIndex;
    }
    return membership;
  };

  clinical::CodeCensus census;
  clinical::Attrition attrition;
  clinical::Record record;
  {
    io::EventsReader reader(path);
    while (reader.next(record)) {
      const auto membership = judge(record);
      attrition.add(membership);
      if (membership.exclusion != clinical::Exclusion::kNone) continue;
      groups.apply(record);
      census.add(record, membership.index);
    }
    run.add_input("events", path, reader.finish_hash());
  }
  out.attrition = attrition.rows();
  for (const auto& row : out.attrition) {
    run.count_filtered("people of the events", row.step, row.removed);
    run.log().info(
        "attrition: " + format_count(row.people) + " " + row.step +
        (out.has_outcome ? ", " + format_count(row.outcomes) + " with the outcome" : ""));
  }
  if (census.people == 0) {
    std::string steps;
    for (const auto& row : out.attrition) {
      if (row.removed > 0)
        steps += (steps.empty() ? "" : ", ") + format_count(row.removed) + " by '" + row.step + "'";
    }
    throw base::DegenerateError(
        "nobody is left of " + format_count(out.attrition[0].people) +
            " people with events: removed were " + steps,
        "compare --index-date and --outcome-code with the column code of " + path);
  }

  const auto units = settle_units(census, false, run);
  clinical::FeatureSpace space(census, features, {}, units);
  auto columns = columns_of(space.fields());
  auto outcome = outcome_column(
      kOutcomeColumn, clinical::FieldType::kBoolean, base::join(settings.outcome_codes, " or "));
  auto days = outcome_column(kOutcomeDaysColumn,
                             clinical::FieldType::kNumber,
                             "days from the index to the outcome or the end of the time at risk");
  std::vector<std::string> ids;
  std::vector<double> row;
  io::EventsReader reader(path);
  while (reader.next(record)) {
    const auto membership = judge(record);
    if (membership.exclusion != clinical::Exclusion::kNone) continue;
    groups.apply(record);
    space.fill(record, membership.index, row);
    clinical::append_row(columns, row);
    ids.push_back(record.id);
    outcome.numbers.push_back(membership.outcome ? 1 : 0);
    days.numbers.push_back(membership.time_days);
  }
  tell_features(census, space, run);
  out.table = clinical::Table(std::move(ids));
  for (auto& column : columns) out.table.add(std::move(column));
  if (out.has_outcome) {
    out.table.add(std::move(outcome));
    out.table.add(std::move(days));
  }
  return out;
}

std::map<std::string, FileMark> write_event_study(base::OutputSet& outputs,
                                                  const clinical::Table& table,
                                                  const EventStudy& study) {
  std::map<std::string, FileMark> marks;
  const auto write = [&](const char* name, const std::string& text) {
    base::OutputFile& file = outputs.open(name);
    file.write(text);
    base::Hasher hasher;
    hasher.update(text.data(), text.size());
    marks[file.path().string()] = {text.size(), hasher.hex()};
  };
  std::vector<clinical::Field> fields;
  std::string text = "#IID";
  for (const auto& column : table.columns()) {
    fields.push_back(column.field);
    text += "\t" + column.field.name;
  }
  text += "\n";
  for (std::size_t i = 0; i < table.n_rows(); ++i) {
    text += table.ids()[i];
    for (const auto& column : table.columns()) {
      const bool plain = column.field.type == clinical::FieldType::kNumber ||
                         column.field.type == clinical::FieldType::kInteger;
      text += '\t';
      text += plain && !column.is_missing(i) ? base::format_exact(column.numbers[i])
                                             : clinical::format_cell(column, i);
    }
    text += '\n';
  }
  write("events.clinical.tsv", text);
  write("events.dictionary.json", io::dictionary_text(fields));

  io::TsvWriter out(outputs.open("attrition.tsv"), {"#STEP", "PEOPLE", "REMOVED", "OUTCOMES"});
  for (const auto& row : study.attrition) {
    out.text(row.step).integer(static_cast<std::int64_t>(row.people));
    out.integer(static_cast<std::int64_t>(row.removed));
    if (study.has_outcome) {
      out.integer(static_cast<std::int64_t>(row.outcomes)).end_row();
    } else {
      out.text("NA").end_row();
    }
  }
  return marks;
}

}  // namespace gcrisk::pipeline
