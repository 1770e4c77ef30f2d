// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "recommend_plan.hpp"

#include <algorithm>
#include <atomic>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/recommend/pgx_tables.hpp"
#include "recommend_fhir.hpp"
#include "recommend_omop.hpp"
#include "recommend_risk.hpp"
#include "recommend_table.hpp"

namespace gcrisk::pipeline {

using recommend::Date;
using recommend::PersonRecord;

struct PlanMaker::State {
  recommend::Knowledge knowledge;
  std::vector<PersonRecord> people;
  std::map<std::string, std::size_t> of_name;
  bool one_to_one = false;
  std::optional<Date> index;
  recommend::PlanRequest request;
  std::map<std::string, std::vector<recommend::RiskResult>> risks;
  mutable std::atomic<std::uint64_t> n_not_understood{0};
};

base::ParameterTable plan_parameters() {
  using base::ParameterType;
  return {
      {.name = "fhir",
       .type = ParameterType::kPaths,
       .meaning = "health records: FHIR R4 bundles, NDJSON, single resources or folders of them",
       .placeholder = "PATH",
       .group = "record"},
      {.name = "omop",
       .type = ParameterType::kPath,
       .meaning = "health records: a folder of OMOP CDM 5.3 or 5.4 tables; person_id is the name "
                  "of the sample",
       .placeholder = "DIR",
       .group = "record"},
      {.name = "clinical",
       .type = ParameterType::kPath,
       .meaning =
           "health records as a table, one row a person; columns as in docs/recommend_plan.md",
       .placeholder = "T.tsv",
       .group = "record"},
      {.name = "tumour-vcf",
       .type = ParameterType::kPath,
       .meaning = "variants of the tumour, one sample; without it and without coded findings on "
                  "record no tumour drug is named",
       .placeholder = "FILE",
       .group = "record"},
      {.name = "tumour-sample",
       .type = ParameterType::kText,
       .meaning = "the tumour's column in --tumour-vcf, where the file holds normal tissue too; "
                  "default: the one that the header names (##tumor_sample)",
       .placeholder = "ID",
       .group = "record"},
      {.name = "index-date",
       .type = ParameterType::kText,
       .meaning = "the day at which the question is asked (YYYY-MM-DD); nothing later is read. "
                  "Default: the record's own time stamp, else its last entry",
       .placeholder = "DATE",
       .group = "record"},
      {.name = "model",
       .type = ParameterType::kPaths,
       .meaning = "the person's risk by these models; their clinical columns come from --clinical",
       .placeholder = "MODEL/",
       .group = "risk"},
      {.name = "calibration",
       .type = ParameterType::kPaths,
       .meaning = "PREFIX.calibration.tsv of evaluate, one for each model in their order: what was "
                  "observed in people with a like risk",
       .placeholder = "FILE",
       .group = "risk"},
      {.name = "drugs",
       .type = ParameterType::kTexts,
       .meaning = "what if: these drugs are asked about beside those on record",
       .placeholder = "A,B",
       .group = "question"},
      {.name = "also",
       .type = ParameterType::kTexts,
       .meaning = "show what is not shown unasked: apoe, incidental",
       .placeholder = "apoe,incidental",
       .group = "question"},
      {.name = "rules",
       .type = ParameterType::kPaths,
       .meaning =
           "rule files of your own, beside the shipped ones (schema: docs/recommend_plan.md)",
       .placeholder = "FILE.json",
       .group = "question"},
  };
}

namespace {

// The last date of an entry: the day at which a record without a time stamp speaks.
std::string last_entry(const std::vector<PersonRecord>& people) {
  std::string last;
  for (const PersonRecord& person : people) {
    for (const auto& entry : person.entries) {
      for (const std::string* text : {&entry.date, &entry.recorded}) {
        const auto date = Date::parse(*text);
        if (date && date->exact()) last = std::max(last, date->text());
      }
    }
  }
  return last;
}

std::optional<Date> index_date(Run& run, const std::vector<PersonRecord>& people) {
  const base::Parameters& given = run.parameters();
  if (const auto text = given.text_if("index-date")) {
    const auto date = Date::parse(*text);
    if (!date || !date->exact()) {
      throw base::UsageError("--index-date " + *text + ": no day, expected YYYY-MM-DD");
    }
    return date;
  }
  if (people.empty()) return std::nullopt;
  std::string text;
  for (const PersonRecord& person : people) text = std::max(text, person.timestamp);
  std::string from = "the record's time stamp";
  if (!Date::parse(text)) {
    text = last_entry(people);
    from = "the record's last entry";
  }
  const auto date = Date::parse(text);
  if (!date) {
    throw base::UsageError("the record has no date, and --index-date is missing",
                           "give the day at which the question is asked: --index-date YYYY-MM-DD");
  }
  run.log().info("index date " + date->text() + ", " + from);
  return date;
}

}  // namespace

namespace {

std::vector<PersonRecord> read_records(Run& run, const std::vector<std::string>& names) {
  const base::Parameters& given = run.parameters();
  // With a model the table may be the model's, beside records in another form.
  std::vector<std::string> forms;
  for (const char* form : {"fhir", "omop", "clinical"}) {
    if (!given.has(form)) continue;
    if (form == std::string_view("clinical") && given.has("model") && !forms.empty()) continue;
    forms.emplace_back(std::string("--") + form);
  }
  if (forms.size() > 1) {
    throw base::UsageError(base::join(forms, " and ") + " " + (forms.size() == 2 ? "both" : "all") +
                               " give records, expected one of them",
                           "put them into one form, or leave one out");
  }
  if (given.has("fhir")) return read_fhir_records(run, given.texts("fhir"));
  if (given.has("omop")) {
    return read_omop_records(run, given.text("omop"), {names.begin(), names.end()});
  }
  if (given.has("clinical")) return read_table_records(run, given.text("clinical"));
  return {};
}

}  // namespace

PlanMaker::PlanMaker(Run& run,
                     const recommend::PgxTables& tables,
                     const std::vector<std::string>& names)
    : state_(std::make_unique<State>()) {
  const base::Parameters& given = run.parameters();
  State& state = *state_;
  const std::vector<std::string> rules =
      given.has("rules") ? given.texts("rules") : std::vector<std::string>();
  state.knowledge = recommend::load_knowledge(recommend::reference_folder(), rules, tables);
  for (const std::string& path : rules) run.add_input("rules", path);
  // With a model the table may be the model's, beside records in FHIR.
  state.people = read_records(run, names);
  state.index = index_date(run, state.people);
  if (state.index) run.note("index_date", state.index->text());
  state.one_to_one = names.size() == 1 && state.people.size() == 1;
  for (std::size_t i = 0; i < state.people.size(); ++i) {
    state.of_name.emplace(state.people[i].id, i);
    for (const std::string& name : state.people[i].identifiers) state.of_name.emplace(name, i);
  }
  const auto n_known = static_cast<std::uint64_t>(std::count_if(
      names.begin(), names.end(), [&](const auto& name) { return state.of_name.contains(name); }));
  if (!state.people.empty() && !state.one_to_one) {
    if (n_known == 0) {
      throw base::MismatchError(
          "the records and the VCF share no name: the records begin with " +
              state.people.front().id + ", the VCF with " + names.front(),
          "Patient.id, an identifier, or the key of the table must be the name of the sample");
    }
    run.count_filtered("people", "without a record", names.size() - n_known);
  }
  if (given.has("model")) state.risks = risks_of_models(run);
  if (given.has("drugs")) state.request.drugs = given.texts("drugs");
  if (given.has("also")) {
    for (const std::string& word : given.texts("also")) {
      if (word != "apoe" && word != "incidental") {
        throw base::UsageError("--also " + word + ": expected apoe or incidental");
      }
      state.request.also.insert(word);
    }
  }
}

PlanMaker::~PlanMaker() = default;

void PlanMaker::set_tumour(std::vector<recommend::TumourFinding> findings) {
  state_->request.tumour = std::move(findings);
  state_->request.has_tumour_file = true;
}

const recommend::Knowledge& PlanMaker::knowledge() const noexcept { return state_->knowledge; }

recommend::Plan PlanMaker::make(const recommend::PersonCalls& calls) const {
  const State& state = *state_;
  recommend::Record record;
  const PersonRecord* person = nullptr;
  if (state.one_to_one) {
    person = &state.people.front();
  } else if (const auto found = state.of_name.find(calls.sample_id); found != state.of_name.end()) {
    person = &state.people[found->second];
  }
  if (person != nullptr) {
    record =
        recommend::read_record(*person, state.knowledge.codes, state.knowledge.drugs, *state.index);
    const bool other_name =
        person->id != calls.sample_id &&
        std::find(person->identifiers.begin(), person->identifiers.end(), calls.sample_id) ==
            person->identifiers.end();
    if (other_name) {
      record.warnings.push_back("the record is of " + person->id + ", the genotypes are of " +
                                calls.sample_id +
                                ": taken as one person, since there is one of "
                                "each");
    }
  } else if (state.index) {
    record.index_date = state.index->text();
  }
  recommend::PlanRequest request = state.request;
  if (const auto risks = state.risks.find(calls.sample_id); risks != state.risks.end()) {
    request.risks = risks->second;
  }
  state.n_not_understood += record.not_understood.size();
  return recommend::make_plan(state.knowledge, calls, record, request);
}

void PlanMaker::report(Run& run) const {
  run.count_dropped("drugs of the records", "not understood", state_->n_not_understood);
  for (const std::string& drug : state_->request.drugs) {
    if (!state_->knowledge.drugs.understand({}, drug).names.empty()) continue;
    const auto nearest = base::nearest_names(base::to_lower(drug), state_->knowledge.drugs.names());
    run.log().warning("--drugs " + drug + ": no table knows this drug; nothing is said about it" +
                      (nearest.empty() ? "" : " (nearest: " + base::join(nearest, ", ") + ")"));
    run.count_dropped("drugs", "not understood", 1);
  }
}

}  // namespace gcrisk::pipeline
