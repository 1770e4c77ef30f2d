// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "sequence_file.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "event_features.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/json.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/dictionary.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::size_t kWriteBytes = std::size_t{1} << 20;

clinical::FeatureOptions channel_options(clinical::FeatureOptions options) {
  options.windows = {{}};
  // A number's last value of the step, a word's, and how often what has neither occurred.
  options.aggregates = {clinical::Aggregate::kLast};
  options.codes_only = true;
  return options;
}

clinical::Field field(const char* name, clinical::FieldType type, const char* title) {
  clinical::Field out;
  out.name = name;
  out.type = type;
  out.title = title;
  return out;
}

// The dictionary of the columns; a row is known by person and step.
std::string dictionary_of(const std::vector<clinical::Field>& channels) {
  using enum clinical::FieldType;
  std::vector<clinical::Field> fields = {
      field("STEP", kInteger, "number of the step, from 1; the last is the latest"),
      field("BEGIN", kText, "when the step begins"),
      field("GAP", kNumber, "days from the beginning of the step before; NA of the first of all")};
  fields[2].unit = "d";
  fields.insert(fields.end(), channels.begin(), channels.end());
  base::Json json = base::Json::parse(io::dictionary_text(fields));
  json["fields"][0]["constraints"] = {{"required", true}};
  json["primaryKey"] = {"#IID", "STEP"};
  return json.dump(2) + "\n";
}

}  // namespace

base::ParameterTable sequence_parameters() {
  using enum base::ParameterType;
  base::ParameterTable table = {
      {.name = "sequence",
       .type = kText,
       .meaning = "write the events before the index as steps for recurrent models too, to "
                  "PREFIX.sequences.tsv: visits, or bins of a length such as 30d that end at the "
                  "index",
       .placeholder = "visits|30d"},
      {.name = "max-steps",
       .type = kInteger,
       .meaning = "at most so many steps a person; the latest are kept",
       .default_value = "50",
       .min = 1,
       .max = 100000},
  };
  for (auto& row : table) row.group = "features of events";
  return table;
}

void check_sequence(const base::Parameters& parameters, const clinical::IndexRule& rule) {
  if (!parameters.has("sequence")) return;
  const auto options = clinical::parse_sequence(parameters.text("sequence"));
  if (options.bin_seconds > 0 && rule.is_end_of_record()) {
    throw base::UsageError("--sequence " + parameters.text("sequence") +
                               " needs --index-date: bins are counted back from it",
                           "such as --index-date last-event");
  }
}

struct SequenceFile::State {
  State(Run& of,
        const clinical::CodeCensus& census,
        const clinical::FeatureOptions& features,
        const clinical::TextMap& titles,
        const clinical::UnitRules& units)
      : run(of), space(census, channel_options(features), titles, units) {}

  Run& run;
  clinical::FeatureSpace space;
  clinical::SequenceOptions options;
  base::OutputFile* file = nullptr;
  std::string text;
  std::string head;
  std::vector<clinical::Step> steps;
  std::vector<double> row;
  clinical::Record part;
  std::uint64_t n_steps = 0;
  std::uint64_t n_left_out = 0;
};

SequenceFile::SequenceFile(Run& run,
                           const clinical::CodeCensus& census,
                           const clinical::FeatureOptions& features,
                           const clinical::TextMap& titles,
                           const clinical::UnitRules& units)
    : state_(std::make_unique<State>(run, census, features, titles, units)) {
  State& s = *state_;
  const base::Parameters& p = run.parameters();
  s.options = clinical::parse_sequence(p.text("sequence"));
  s.options.max_steps = static_cast<std::size_t>(p.integer("max-steps"));
  if (!run.dry_run()) s.file = &run.outputs().open(".sequences.tsv");
  s.text = "#IID\tSTEP\tBEGIN\tGAP";
  for (const auto& channel : s.space.fields()) s.text += "\t" + channel.name;
  s.text += "\n";
}

SequenceFile::~SequenceFile() = default;

void SequenceFile::add(const clinical::Record& record, const clinical::Time& index) {
  State& s = *state_;
  clinical::steps_of(record, index, s.options, s.steps, s.n_left_out);
  std::size_t number = 0;
  for (auto& step : s.steps) {
    s.part.id = record.id;
    s.part.events.swap(step.events);
    s.space.fill(s.part, index, s.row);
    s.head = record.id;
    s.head += '\t';
    s.head += std::to_string(++number);
    s.head += '\t';
    clinical::append_time(s.head, step.begin);
    s.head += '\t';
    s.head += std::isnan(step.gap_days) ? "NA" : base::format_exact(step.gap_days);
    append_row(s.text, s.head, s.space.fields(), s.row);
  }
  s.n_steps += s.steps.size();
  if (s.file != nullptr && s.text.size() > kWriteBytes) {
    s.file->write(s.text);
    s.text.clear();
  }
}

void SequenceFile::finish() {
  State& s = *state_;
  s.run.count_kept("steps", s.n_steps);
  s.run.count_filtered("steps", "beyond --max-steps", s.n_left_out);
  s.run.log().info(base::format_count(s.n_steps) + " steps with " +
                   base::format_count(s.space.fields().size()) + " columns; " +
                   base::format_count(s.n_left_out) + " earlier ones are beyond --max-steps");
  if (s.file == nullptr) return;
  s.file->write(s.text);
  s.run.outputs().open(".sequences.json").write(dictionary_of(s.space.fields()));
}

}  // namespace gcrisk::pipeline
