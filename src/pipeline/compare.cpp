// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <optional>

#include "compare/comparison.hpp"
#include "evaluate_origin.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/models/model.hpp"
#include "gcrisk/pipeline/run.hpp"
#include "part.hpp"

namespace gcrisk::pipeline {

namespace {

base::ParameterTable parameters() {
  using enum base::ParameterType;
  return {
      {.name = "study",
       .type = kPath,
       .meaning = "the study; everybody in it with a known outcome takes part, whatever set they "
                  "are in",
       .placeholder = "STUDY/",
       .required = true},
      {.name = "models",
       .type = kTexts,
       .meaning = "which methods; see gcrisk train",
       .default_value = "lr,rf",
       .placeholder = "A,B"},
      {.name = "inputs",
       .type = kTexts,
       .meaning = "what the methods see, one row of the table each: all, genotypes, clinical, "
                  "molecular. With all and clinical the value of the genome is stated",
       .default_value = "all",
       .placeholder = "PART,PART"},
      {.name = "select",
       .type = kText,
       .meaning = "variants by METHOD:K on each fold's training people, as gcrisk select ranks "
                  "them (chi2:500, lasso:100, rfe:50; rfe:rf:50 eliminates by the importances of "
                  "rf); or none",
       .default_value = "none",
       .placeholder = "METHOD:K"},
      {.name = "set",
       .type = kTexts,
       .meaning = "options of methods other than their defaults: rf.trees=200",
       .placeholder = "MODEL.OPTION=VALUE"},
      {.name = "cv",
       .type = kInteger,
       .meaning = "folds; stratified, groups of the study are never cut",
       .default_value = "5",
       .min = 2,
       .max = 100,
       .group = "folds"},
      {.name = "repeats",
       .type = kInteger,
       .meaning = "how often, each time with other folds; a person's predictions are averaged",
       .default_value = "1",
       .min = 1,
       .max = 100,
       .group = "folds"},
      {.name = "validation",
       .type = kNumber,
       .meaning = "share of a fold's training people held back for early stopping and, without "
                  "--inner-cv, for --tune; methods that need neither learn from all of them",
       .default_value = "0.15",
       .min = 0,
       .max = 0.5,
       .group = "folds"},
      {.name = "tune",
       .type = kText,
       .meaning = "none; random:N draws N candidates from the methods' search ranges; halving:N "
                  "gives N of them a part of the training people, the better third three times as "
                  "many, and so on; grid takes three values of up to three options. The best is "
                  "fitted again and judged on the fold's test people, who saw none of it",
       .default_value = "none",
       .placeholder = "none|grid|random:N|halving:N",
       .source = "halving: Jamieson and Talwalkar 2016",
       .group = "folds"},
      {.name = "inner-cv",
       .type = kInteger,
       .meaning = "nested cross-validation: candidates of --tune are judged on so many inner folds "
                  "of the training people, recipe and selection fitted anew in each; 0: on the "
                  "share that --validation holds back",
       .default_value = "0",
       .min = 0,
       .max = 100,
       .placeholder = "K",
       .group = "folds"},
      {.name = "bootstrap",
       .type = kInteger,
       .meaning = "bootstrap samples for intervals that have no formula",
       .default_value = "1000",
       .min = 0,
       .max = 100000,
       .group = "figures"},
      {.name = "ci",
       .type = kNumber,
       .meaning = "level of intervals",
       .default_value = "0.95",
       .min = 0.5,
       .max = 0.999,
       .group = "figures"},
      {.name = "paper",
       .type = kText,
       .meaning =
           "published figures beside ours, each with a verdict: the name of a table that came "
           "with the program, or a file of that form",
       .placeholder = "NAME|FILE",
       .group = "figures"},
      {.name = "no-permuted",
       .type = kFlag,
       .meaning = "leave out the certificate's row, in which the first method's whole work is done "
                  "on shuffled outcomes",
       .group = "figures"},
      {.name = "task",
       .type = kText,
       .meaning = "only the I-th of N parts of the cells, for a job array; the same command "
                  "without --task, or gcrisk merge, joins them",
       .placeholder = "I/N",
       .group = "work"},
  };
}

std::string cell_path(const std::string& folder, const ComparePlan& plan, const Cell& cell) {
  return folder + plan.rows[cell.row].name() + ".r" + std::to_string(cell.repeat + 1) + ".f" +
         std::to_string(cell.fold + 1);
}

// Fits what is not there yet; finished cells are taken up. Cells of other tasks are only looked
// for.
std::vector<CellResult> do_cells(Run& run,
                                 const ComparePlan& plan,
                                 const Study& study,
                                 const std::string& folder,
                                 const Part& part) {
  const base::Context& context = run.context();
  std::vector<CellResult> results(plan.n_cells());
  std::optional<FoldWork> work;
  std::size_t work_of = plan.n_cells();  // which repeat and fold `work` is of
  std::size_t n_taken = 0;
  std::size_t n_fitted = 0;
  for (std::size_t i = 0; i < plan.n_cells(); ++i) {
    context.cancellation->check();
    const Cell cell = cell_at(plan, i);
    const CompareRow& row = plan.rows[cell.row];
    const std::string path = cell_path(folder, plan, cell);
    if (load_cell(path, key_of(plan, row), results[i])) {
      ++n_taken;
      continue;
    }
    if (i % part.count != part.index - 1) continue;
    const std::size_t block = cell.repeat * plan.n_folds + cell.fold;
    if (work_of != block) {
      work.emplace(study, plan, cell.repeat, cell.fold, context);
      work_of = block;
    }
    const auto kind = study.cohort.outcome.kind;
    save_cell(path, key_of(plan, row), run_cell(row, plan, kind, *work, context));
    // From the file in any case, so that a table is the same whichever run fitted its cells.
    load_cell(path, key_of(plan, row), results[i]);
    ++n_fitted;
    const CellResult& result = results[i];
    run.log().info(
        "fold " + std::to_string(block + 1) + " of " +
        std::to_string(plan.folds.size() * plan.n_folds) + ", " + row.name() + ": " +
        (result.done ? base::format_number(result.fit_s, 3) + " s" : "failed: " + result.reason));
  }
  run.log().info(base::format_count(n_fitted) + " cells fitted, " + base::format_count(n_taken) +
                 " taken up from " + folder);
  run.count_kept("cells", n_fitted + n_taken);
  return results;
}

void work(Run& run) {
  const base::Parameters& p = run.parameters();
  const Part part = parse_part(p, "task");
  run.phase("reading");
  const Study study = open_study(p.text("study"), run.context());
  run.add_input("study", study.path + "study.json");
  if (study.cohort.outcome.kind == cohort::OutcomeKind::kNone) {
    throw base::DegenerateError("the study has no outcome, there is nothing to compare by");
  }
  std::optional<Paper> paper;
  if (p.has("paper")) paper = read_paper(p.text("paper"));
  const ComparePlan plan = make_plan(p, study, run.context().seed);
  run.log().info(base::format_count(plan.n_cells()) +
                 " cells: " + base::format_count(plan.rows.size()) + " rows × " +
                 base::format_count(plan.folds.size() * plan.n_folds) + " folds");
  if (run.dry_run()) return run.estimate({.basis = "reading alone, the cells are not foreseen"});
  if (!p.has("out")) throw base::UsageError("--out is missing: where the table goes");

  run.phase("cells");
  const std::string folder = p.text("out") + ".cells/";
  std::filesystem::create_directories(folder);
  if (p.has("task")) run.is_part(part.index, part.count);
  run.outputs();  // refuses to replace a complete table
  const auto cells = do_cells(run, plan, study, folder, part);
  if (p.has("task")) return;

  run.phase("table");
  MeasureSettings settings;
  settings.level = p.number("ci");
  settings.replicates = static_cast<std::size_t>(p.integer("bootstrap"));
  Comparison comparison = summarise(plan, study, cells, settings, run.context());
  comparison.simulated = origin_of_study(study.path).simulated;
  comparison.made_by =
      "gcrisk compare, seed " + std::to_string(run.context().seed) + ", from " + p.text("study");
  if (paper) {
    judge_paper(*paper, comparison, !p.flag("no-provenance"));
    comparison.paper = std::move(paper);
  }
  run.count_kept("samples", comparison.n_people);
  for (const RowResult& row : comparison.rows) {
    if (!row.failure.empty()) {
      run.log().warning(row.row.name() + " failed: " + row.failure);
      continue;
    }
    const MetricRow& first = row.metrics.front();
    run.log().info(row.row.name() + ": " + first.title + " " + base::format_number(first.value, 3) +
                   " (" + base::format_number(first.low, 3) + " to " +
                   base::format_number(first.high, 3) + ")");
  }
  for (const GenomeValue& g : comparison.genome) run.log().info(g.sentence);
  write_comparison(run.outputs(), comparison, !p.flag("no-provenance"));
}

}  // namespace

const CommandEntry& compare_command() {
  static const CommandEntry kEntry = {
      .name = "compare",
      .category = "results",
      .summary = "several models on the same folds, one table",
      .description =
          "Cross-validates every method on the same folds. In each fold the study's recipe, the "
          "selection of variants and the model are fitted to the training people alone. A method "
          "that fails keeps its row with the reason.\n\n"
          "Writes P.tsv, P.json, P.md and P.html: measures with intervals, paired tests, mean "
          "ranks, what genotypes add to clinical columns, how often each variant was selected, and "
          "a leakage certificate. Finished cells are kept in P.cells/ and taken up when the "
          "command runs again, also after a kill; a cell of other options or another study is "
          "fitted anew.",
      .examples =
          {{"gcrisk compare --study study/ --models lr,rf --inputs all,clinical --out table",
            "two methods, and what genotypes add"},
           {"gcrisk compare --study study/ --models lr,rf --select chi2:500 --cv 10 --task 3/20 "
            "--out table",
            "the third of twenty parts, for a job array"}},
      .parameters = parameters(),
      .work = work,
  };
  return kEntry;
}

}  // namespace gcrisk::pipeline
