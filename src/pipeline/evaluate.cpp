// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluate_inputs.hpp"
#include "evaluate_measure.hpp"
#include "evaluate_origin.hpp"
#include "evaluation.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/table.hpp"
#include "gcrisk/pipeline/run.hpp"
#include "predict_study.hpp"

namespace gcrisk::pipeline {

namespace {

using cohort::OutcomeKind;
using evaluate::Scored;

base::ParameterTable parameters() {
  using enum base::ParameterType;
  return {
      {.name = "predictions",
       .type = kPath,
       .meaning = "a table with #IID OUTCOME RISK and perhaps SET SCORE TIME, of gcrisk predict or "
                  "anybody else",
       .placeholder = "FILE"},
      {.name = "model",
       .type = kPath,
       .meaning = "a model's folder; with --study in the place of --predictions",
       .placeholder = "MODEL/"},
      {.name = "study", .type = kPath, .meaning = "people of a study", .placeholder = "STUDY/"},
      {.name = "against",
       .type = kPath,
       .meaning = "predictions of a second model for the same people, to be compared",
       .placeholder = "FILE"},
      {.name = "set",
       .type = kText,
       .meaning = "whose predictions are judged: train, validation, test or all; without it test "
                  "where the file has it, else all"},
      {.name = "threshold",
       .type = kText,
       .meaning = "from which risk on a person counts as positive: a number, or youden, sens=0.9, "
                  "spec=0.9, which are chosen on the validation rows (else the training rows) of "
                  "the file",
       .default_value = "0.5",
       .source = "Youden: Index for rating diagnostic tests; Cancer 1950"},
      {.name = "bootstrap",
       .type = kInteger,
       .meaning = "bootstrap samples for intervals that have no formula, drawn within cases and "
                  "within controls; 0: none",
       .default_value = "1000",
       .min = 0,
       .max = 1000000,
       .source = "Efron and Tibshirani: An introduction to the bootstrap; 1993"},
      {.name = "ci",
       .type = kNumber,
       .meaning = "how much the intervals are to hold",
       .default_value = "0.95",
       .min = 0,
       .max = 1,
       .open_min = true,
       .open_max = true},
      {.name = "auroc-interval",
       .type = kChoice,
       .meaning = "scale on which the interval of the AUROC is symmetric",
       .default_value = "delong",
       .choices = {"delong", "logit"},
       .source = "DeLong et al., Biometrics 1988; Pepe 2003"},
      {.name = "group-by",
       .type = kTexts,
       .meaning = "columns of --clinical, or of the study; every metric is given for each of their "
                  "levels (numbers "
                  "with more than ten values: for each quarter)",
       .placeholder = "sex,ancestry"},
      {.name = "clinical",
       .type = kPath,
       .meaning = "a table with one row a person that has the columns of --group-by",
       .placeholder = "T.tsv"},
      {.name = "risk-groups",
       .type = kInteger,
       .meaning =
           "into how many groups of equal size survival curves are cut by risk; the cuts are "
           "made on the validation or training rows where the file has them",
       .default_value = "3",
       .min = 2,
       .max = 10},
      {.name = "name", .type = kText, .meaning = "name of the model in tables and figures"},
      {.name = "against-name", .type = kText, .meaning = "name of the second model"},
      {.name = "outcome-name",
       .type = kText,
       .meaning = "name of the outcome in tables; without it that of the study, where it is known"},
      {.name = "simulated",
       .type = kFlag,
       .meaning = "say on the page that the data are simulated; this is found out where the files "
                  "of gcrisk simulate lie beside the study's"},
  };
}

// Where predictions came from, with the table that describes the people.
struct Source {
  std::string path;
  Predictions predictions;
  clinical::Table clinical;
  std::string clinical_path;
};

std::string people_text(std::size_t n) {
  return base::format_count(n) + (n == 1 ? " person" : " people");
}

evaluate::Predicted predicted_of(const Predictions& predictions) {
  return {predictions.score, predictions.risk};
}

void check_classes(const Scored& people, const ChosenRows& rows, const std::string& path) {
  if (people.size() == 0) {
    throw base::DegenerateError(path + ": nobody in set " + rows.set +
                                " has a known outcome and a prediction");
  }
  const bool binary = people.kind == OutcomeKind::kBinary;
  if (!binary && people.kind != OutcomeKind::kSurvival) return;
  const std::size_t events = people.n_events();
  if (events == 0) {
    throw base::DegenerateError(path + ": none of the " + people_text(people.size()) + " in set " +
                                rows.set + (binary ? " is a case" : " had the event"));
  }
  if (binary && events == people.size()) {
    throw base::DegenerateError(path + ": all " + people_text(people.size()) + " in set " +
                                rows.set + " are cases, controls are needed too");
  }
}

// Chooses on the reference rows; on the judged ones only where there are no others, and says so.
void set_threshold(ModelResult& model,
                   const Predictions& predictions,
                   const ChosenRows& rows,
                   const ThresholdChoice& choice,
                   bool given,
                   Evaluation& e) {
  if (model.people.kind != OutcomeKind::kBinary) return;
  model.threshold.rule = choice.text;
  if (choice.rule == evaluate::ThresholdRule::kFixed) {
    model.threshold.chosen_on = "given";
    model.people.threshold = choice.target;
    if (model.people.risk.empty() && !given) {
      model.people.threshold = std::numeric_limits<double>::quiet_NaN();
      e.warnings.push_back(model.name +
                           " has scores without risks: calibration and measures that "
                           "need a threshold are left out");
    }
    return;
  }
  model.threshold.chosen_on = "evaluated";
  if (!rows.reference.empty()) {
    const Scored reference =
        evaluate::make_scored(predictions.outcome, predicted_of(predictions), rows.reference);
    model.people.threshold = evaluate::choose_threshold(reference, choice.rule, choice.target);
    if (!std::isnan(model.people.threshold)) model.threshold.chosen_on = rows.reference_set;
  }
  if (model.threshold.chosen_on == "evaluated") {
    model.people.threshold = evaluate::choose_threshold(model.people, choice.rule, choice.target);
    e.warnings.push_back(
        "the threshold of " + model.name + " (" + choice.text +
        ") was chosen on the same people that it is judged on, because the file has no validation "
        "or training rows: accuracy, sensitivity and what follows from them are too favourable");
  }
}

void add_subgroups(Run& run, Evaluation& e, const MeasureSettings& settings, const Source& source) {
  const auto& columns = run.parameters().texts("group-by");
  if (columns.empty()) return;
  const Predictions& predictions = source.predictions;
  const clinical::Table& table = source.clinical;
  const std::string& path = source.clinical_path;
  const Scored& people = e.models.front().people;
  const bool counts_events = e.is(OutcomeKind::kBinary) || e.is(OutcomeKind::kSurvival);
  std::size_t n_small = 0;
  for (const std::string& column : columns) {
    const Grouping grouping = group_people(table, column, predictions.ids);
    std::size_t unknown = 0;
    for (const std::uint32_t row : people.row) unknown += grouping.group[row] < 0 ? 1 : 0;
    if (unknown == people.size()) {
      throw base::MismatchError(path + ": no person of the predictions has a known " + column);
    }
    if (unknown > 0) {
      e.warnings.push_back(people_text(unknown) + " without a known " + column +
                           " are in no subgroup of it");
    }
    for (std::size_t g = 0; g < grouping.names.size(); ++g) {
      std::vector<std::uint8_t> keep(people.size());
      for (std::size_t i = 0; i < people.size(); ++i) {
        keep[i] = grouping.group[people.row[i]] == static_cast<std::int32_t>(g) ? 1 : 0;
      }
      const Scored part = evaluate::subset(people, keep);
      if (part.size() == 0) continue;
      Subgroup group{column, grouping.names[g], part.size(), part.n_events(), false, {}};
      const std::size_t others = part.size() - (e.is(OutcomeKind::kBinary) ? group.events : 0);
      group.small = (counts_events && group.events < 10) || others < 10;
      n_small += group.small ? 1 : 0;
      group.rows = measure(part, settings, run.context());
      e.subgroups.push_back(std::move(group));
    }
  }
  if (n_small > 0) {
    e.warnings.push_back(std::to_string(n_small) +
                         (n_small == 1 ? " subgroup has" : " subgroups have") +
                         " fewer than ten people of a kind (cases, controls); such figures are "
                         "marked and say little");
  }
}

void add_risk_groups(Evaluation& e,
                     const Predictions& predictions,
                     const ChosenRows& rows,
                     std::size_t n_groups) {
  if (!e.is(OutcomeKind::kSurvival)) return;
  const Scored& people = e.models.front().people;
  std::vector<double> cut_on = people.rank;
  e.risk_groups_cut_on = "evaluated";
  if (!rows.reference.empty()) {
    cut_on =
        evaluate::make_scored(predictions.outcome, predicted_of(predictions), rows.reference).rank;
    e.risk_groups_cut_on = rows.reference_set;
  }
  if (cut_on.empty()) return;
  std::vector<double> cuts;
  for (std::size_t g = 1; g < n_groups; ++g) {
    const std::size_t end = g * cut_on.size() / n_groups;
    cuts.push_back(cut_on[end > 0 ? end - 1 : 0]);  // the last that belongs below
  }
  std::vector<std::int32_t> group(people.size());
  for (std::size_t i = 0; i < people.size(); ++i) {
    group[i] = static_cast<std::int32_t>(
        std::lower_bound(cuts.begin(), cuts.end(), people.rank[i]) - cuts.begin());
  }
  for (std::size_t g = 0; g < n_groups; ++g) {
    std::vector<double> time;
    std::vector<double> event;
    for (std::size_t i = 0; i < people.size(); ++i) {
      if (group[i] != static_cast<std::int32_t>(g)) continue;
      time.push_back(people.time[i]);
      event.push_back(people.truth[i]);
    }
    if (time.empty()) continue;
    const std::string which = g == 0              ? "lowest risk"
                              : g + 1 == n_groups ? "highest risk"
                              : n_groups == 3     ? "middle risk"
                                                  : "risk group " + std::to_string(g + 1);
    e.risk_groups.push_back({which,
                             time.size(),
                             static_cast<std::size_t>(std::count(event.begin(), event.end(), 1.0)),
                             evaluate::kaplan_meier(time, event, e.level)});
  }
  e.log_rank = evaluate::log_rank(people.time, people.truth, group);
}

ModelResult judge(Run& run,
                  const std::string& name,
                  const Predictions& predictions,
                  const ChosenRows& rows,
                  const ThresholdChoice& choice,
                  const MeasureSettings& settings,
                  const std::string& path,
                  Evaluation& e) {
  ModelResult model;
  model.name = name;
  evaluate::LeftOut left_out;
  model.people =
      evaluate::make_scored(predictions.outcome, predicted_of(predictions), rows.judged, &left_out);
  run.count_dropped("samples", "outcome not known", left_out.unknown_outcome);
  run.count_dropped("samples", "no prediction of " + name, left_out.unknown_prediction);
  if (left_out.unknown_outcome + left_out.unknown_prediction > 0) {
    e.warnings.push_back(name + ": " + base::format_count(left_out.unknown_outcome) +
                         " without a known outcome and " +
                         base::format_count(left_out.unknown_prediction) +
                         " without a prediction were left out");
  }
  check_classes(model.people, rows, path);
  set_threshold(model, predictions, rows, choice, run.parameters().given("threshold"), e);
  model.rows = measure(model.people, settings, run.context(), &model);
  if (e.is(OutcomeKind::kMulticlass)) {
    model.per_class = measure_classes(model.people, e.levels, settings);
  }
  return model;
}

void tell(Run& run, const Evaluation& e) {
  for (const ModelResult& model : e.models) {
    std::vector<std::string> parts;
    for (const MetricRow& row : model.rows) {
      if (parts.size() == 4 || std::isnan(row.value)) continue;
      std::string part = row.title + " " + base::format_number(row.value, 4);
      if (!std::isnan(row.low)) {
        part += " (" + base::format_number(row.low, 4) + " to " + base::format_number(row.high, 4) +
                ")";
      }
      parts.push_back(std::move(part));
    }
    run.log().info(model.name + ", " + people_text(model.people.size()) + " in set " + e.set +
                   ": " + base::join(parts, ", "));
  }
  for (const std::string& warning : e.warnings) run.log().warning(warning);
}

Source read_source(Run& run) {
  const base::Parameters& p = run.parameters();
  if (p.has("predictions") == p.has("model")) {
    throw base::UsageError(p.has("model")
                               ? "--predictions and --model exclude each other"
                               : "predictions are missing: expected --predictions FILE, or --model "
                                 "MODEL/ with --study STUDY/");
  }
  if (p.has("model") != p.has("study")) {
    throw base::UsageError(p.has("model")
                               ? "--model needs people: expected --study STUDY/ beside it"
                               : "--study goes with --model, not with --predictions",
                           p.has("model") ? "" : "give the study's table with --clinical");
  }
  Source source;
  if (p.has("model")) {
    source.path = p.text("study");
    StudyPredictions of_study = predict_study(p.text("model"), p.text("study"), run.context());
    source.predictions = std::move(of_study.predictions);
    source.clinical = std::move(of_study.clinical);
    source.clinical_path = source.path;
    const auto inside = [](std::string folder, const char* file) {
      return (folder.ends_with('/') ? folder : folder + "/") + file;
    };
    run.add_input("model", inside(p.text("model"), "model.json"));
    run.add_input("weights", inside(p.text("model"), "weights.safetensors"));
    run.add_input("study", inside(p.text("study"), "study.json"));
  } else {
    source.path = p.text("predictions");
    source.predictions = read_predictions(source.path);
    run.add_input("predictions", source.path);
  }
  if (p.has("clinical")) {
    source.clinical_path = p.text("clinical");
    io::TableReport report;
    source.clinical = io::read_table(source.clinical_path, {}, &report);
    run.add_input("clinical", source.clinical_path, report.checksum);
  }
  if (!p.texts("group-by").empty() && source.clinical_path.empty()) {
    throw base::UsageError("--group-by needs the table that has the columns",
                           "give it with --clinical T.tsv");
  }
  return source;
}

void work(Run& run) {
  const base::Parameters& p = run.parameters();
  const ThresholdChoice choice = parse_threshold(p.text("threshold"));
  MeasureSettings settings;
  settings.level = p.number("ci");
  settings.replicates = static_cast<std::size_t>(p.integer("bootstrap"));
  settings.logit_auroc = p.text("auroc-interval") == "logit";
  if (settings.replicates > 0 && settings.replicates < 100) {
    run.log().warning("--bootstrap " + std::to_string(settings.replicates) +
                      ": so few samples give rough intervals; 1000 are usual");
  }

  run.phase("reading");
  Source source = read_source(run);
  const std::string& path = source.path;
  Predictions& predictions = source.predictions;
  Predictions second;
  if (p.has("against")) {
    Paired pair = pair_people(predictions, read_predictions(p.text("against")), p.text("against"));
    run.add_input("against", p.text("against"));
    run.count_dropped(
        "samples", "not predicted by both models", pair.only_first + pair.only_second);
    predictions = std::move(pair.first);
    second = std::move(pair.second);
  }
  if (predictions.outcome.kind == OutcomeKind::kNone) {
    throw base::DegenerateError(path + ": no outcome is known, there is nothing to judge by");
  }
  const ChosenRows rows = choose_rows(predictions, p.text_if("set").value_or(""), path);

  run.phase("measuring");
  Evaluation e;
  const Origin origin = p.has("model") ? origin_of_study(path) : origin_of_predictions(path);
  const std::string& known = origin.outcome.empty() ? predictions.outcome.name : origin.outcome;
  e.outcome_name = p.text_if("outcome-name").value_or(known);
  e.kind = predictions.outcome.kind;
  e.levels = predictions.outcome.levels;
  e.set = rows.set;
  e.level = settings.level;
  e.replicates = settings.replicates;
  e.simulated = p.flag("simulated") || origin.simulated;
  e.made_by = "gcrisk evaluate, seed " + std::to_string(p.integer("seed")) + ", from " + path +
              (p.has("against") ? " and " + p.text("against") : "");
  const std::string name =
      p.text_if("name").value_or(model_name_of(p.has("model") ? p.text("model") : path));
  e.models.push_back(judge(run, name, predictions, rows, choice, settings, path, e));
  run.count_kept("samples", e.models.front().people.size());
  if (rows.set == "train" || rows.set == "validation") {
    e.warnings.push_back("the people judged are those of set " + rows.set +
                         ", which the model has seen: the figures are too favourable");
  }
  if (p.has("against")) {
    const std::string other = p.text_if("against-name").value_or(model_name_of(p.text("against")));
    e.models.push_back(judge(run, other, second, rows, choice, settings, p.text("against"), e));
    e.differences = evaluate::compare_models(
        e.models[0].people, e.models[1].people, settings.level, settings.replicates, run.context());
  }
  add_subgroups(run, e, settings, source);
  add_risk_groups(e, predictions, rows, static_cast<std::size_t>(p.integer("risk-groups")));
  tell(run, e);
  if (run.dry_run()) return;

  run.phase("writing");
  write_tables(run.outputs(), e);
  run.outputs().open(".html").write(make_page(e).html());
}

}  // namespace

const CommandEntry& evaluate_command() {
  static const CommandEntry kEntry = {
      .name = "evaluate",
      .category = "results",
      .summary = "how good predictions are, with intervals, tables and a page of figures",
      .description =
          "Judges predictions as a clinical journal would ask: discrimination (AUROC with DeLong's "
          "interval, AUPRC), calibration (intercept as an offset model, slope, smooth curve), "
          "overall error (Brier, log loss), clinical use (net benefit) and the table at a "
          "threshold, for everybody and for subgroups; with --against two models are compared on "
          "the same people. Multi-class, continuous and survival outcomes have their own "
          "measures.\n\n"
          "Writes PREFIX.metrics.tsv (one row a metric: MODEL OUTCOME SET SUBGROUP METRIC N EVENTS "
          "VALUE LO HI METHOD), PREFIX.metrics.json, the points of each curve (PREFIX.roc.tsv "
          ".pr.tsv .calibration.tsv .decision.tsv .thresholds.tsv .confusion.tsv, .km.tsv for "
          "survival, .against.tsv for a comparison) and PREFIX.html, which opens offline.",
      .examples = {{"gcrisk evaluate --predictions lr.predictions.tsv --out lr",
                    "the test people of the file; writes lr.metrics.tsv, lr.html and the curves"},
                   {"gcrisk evaluate --predictions gcin.predictions.tsv --against "
                    "lr.predictions.tsv --threshold sens=0.9 --group-by sex --clinical "
                    "cohort.clinical.tsv --out gcin_lr",
                    "two models, a threshold chosen on the validation people, and subgroups"}},
      .parameters = parameters(),
      .work = work,
  };
  return kEntry;
}

}  // namespace gcrisk::pipeline
