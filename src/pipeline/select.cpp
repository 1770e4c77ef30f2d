// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <optional>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/models/model.hpp"
#include "gcrisk/pipeline/run.hpp"
#include "gcrisk/select/statistics.hpp"
#include "pilot.hpp"
#include "select_clump.hpp"
#include "select_input.hpp"
#include "select_options.hpp"
#include "select_order.hpp"
#include "select_output.hpp"
#include "select_scan.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::size_t kPoolLimit = 200000;  // candidates that thresholds and clumping choose from
constexpr std::size_t kDefaultTop = 1000;

// The folder that the results go to.
std::string out_folder(const std::string& out) {
  const auto slash = out.rfind('/');
  return slash == std::string::npos ? "." : out.substr(0, slash + 1);
}

JointOrder order_of(Run& run, SelectInput& input, std::size_t top) {
  const auto& p = run.parameters();
  Ranking ranking = parse_ranking(p.text("method"));
  ranking.model = models::find_model(p.text("rfe-model")).name;
  ranking.step = p.number("rfe-step");
  ranking.set = p.texts("rfe-set");
  run.outputs();  // makes the folder
  run.phase(ranking.method);
  return joint_order(input, ranking, top, out_folder(p.text("out")), run.context());
}

ScanSettings settings_of(Run& run, const select::Task& task) {
  const auto& p = run.parameters();
  ScanSettings settings;
  std::string rank = p.text("method");
  const bool covariates = task.covariates.cols() > 0;
  check_joint_options(p);
  if (rank == "all" || is_joint(rank)) rank = covariates || !task.has_classes() ? "score" : "chi2";
  for (const auto* entry : select::all_selectors()) {
    const bool asked = entry->name == rank;
    if (asked) select::make_selector(*entry, task);  // a refusal is an error
    const bool wanted = entry->from_counts || covariates || asked;
    if (!wanted || !entry->refusal(task).empty()) continue;
    if (asked) settings.rank_by = settings.methods.size();
    settings.methods.push_back(entry);
  }
  settings.n_permutations = static_cast<std::uint64_t>(p.integer("permutations"));
  if (settings.n_permutations > 0 && !settings.methods[settings.rank_by]->offers_permutations) {
    throw base::UsageError("--permutations with --method " + rank +
                               ": permuting the outcome would break its tie to the covariates",
                           "use a method that needs only counts, such as trend");
  }
  settings.p_limit = p.number_if("p").value_or(1);
  const bool limited = p.has("top") || p.has("p") || p.has("fdr");
  const std::size_t top = p.has("top") ? static_cast<std::size_t>(p.integer("top"))
                                       : (limited ? kPoolLimit : kDefaultTop);
  settings.pool_limit = p.has("clump") ? std::max(top, kPoolLimit) : top;
  return settings;
}

// `result.p` is sorted.
Choice choose(Run& run, SelectInput& input, const ScanResult& result) {
  const auto& p = run.parameters();
  Choice choice;
  {
    const std::vector<double>& sorted = result.p;
    const auto q = select::false_discovery_rates_of_sorted(sorted);
    for (const Candidate& candidate : result.candidates) {
      const auto at = std::lower_bound(sorted.begin(), sorted.end(), candidate.p) - sorted.begin();
      choice.q.push_back(q[static_cast<std::size_t>(at)]);
    }
  }
  std::vector<Candidate> passing;
  const double fdr = p.number_if("fdr").value_or(1);
  std::size_t n_passing = 0;
  while (n_passing < result.candidates.size() && choice.q[n_passing] <= fdr) ++n_passing;
  const std::size_t top = p.has("top") ? static_cast<std::size_t>(p.integer("top"))
                          : (p.has("p") || p.has("fdr")) ? kPoolLimit
                                                         : kDefaultTop;
  if (const auto clumping = clumping_of(p)) {
    passing.assign(result.candidates.begin(),
                   result.candidates.begin() + static_cast<std::ptrdiff_t>(n_passing));
    choice.chosen =
        clump(passing, input, clumping->r_squared, clumping->distance_bp, top, run.context());
    run.log().info("clumping: " + base::format_count(choice.chosen.size()) + " index variants of " +
                   base::format_count(n_passing) + " candidates");
  } else {
    for (std::size_t i = 0; i < std::min(top, n_passing); ++i) choice.chosen.push_back(i);
  }
  if (result.pool_was_full && result.candidates.size() >= kPoolLimit &&
      choice.chosen.size() < top) {
    run.log().warning("more than " + base::format_count(kPoolLimit) +
                      " variants pass the limits: the best " + base::format_count(kPoolLimit) +
                      " were looked at");
  }
  return choice;
}

// The full model of the best variants, in the order of the selection.
std::vector<select::Effect> refit_best(Run& run,
                                       SelectInput& input,
                                       const ScanResult& result,
                                       const Choice& choice) {
  const std::size_t n =
      std::min(static_cast<std::size_t>(run.parameters().integer("refit")), choice.chosen.size());
  std::vector<select::Effect> effects(n);
  constexpr std::size_t kBatch = 64;  // rows in memory at once
  std::vector<std::vector<std::uint8_t>> rows(kBatch);
  for (std::size_t first = 0; first < n; first += kBatch) {
    run.context().cancellation->check();
    const std::size_t last = std::min(n, first + kBatch);
    for (std::size_t i = first; i < last; ++i) {
      input.source->read_row(result.candidates[choice.chosen[i]].index, rows[i - first]);
    }
    run.context().threads->run(last - first, [&](std::size_t i, std::size_t) {
      effects[first + i] = select::refit(input.task, rows[i].data());
    });
  }
  return effects;
}

// The next variants of a source, as many blocks as hold `limit` of them.
class NextVariants final : public VariantSource {
 public:
  NextVariants(VariantSource& all, std::uint64_t limit) : all_(all), limit_(limit) {}
  std::uint64_t n_variants() const override { return limit_; }
  std::size_t n_samples() const override { return all_.n_samples(); }
  bool next(ScanBlock& block) override {
    if (taken_ >= limit_ || !all_.next(block)) return false;
    taken_ += block.genotypes.n_variants();
    return true;
  }
  void read_row(std::uint64_t variant, std::vector<std::uint8_t>& row) override {
    all_.read_row(variant, row);
  }
  void add_inputs(Run&) override {}

 private:
  VariantSource& all_;
  std::uint64_t limit_;
  std::uint64_t taken_ = 0;
};

Estimate estimate_scan(Run& run, SelectInput& input, const ScanSettings& settings) {
  const std::unique_ptr<VariantSource> all = std::move(input.source);
  Estimate estimate = pilot(all->n_variants(), "variants", [&](std::size_t n) {
    input.source = std::make_unique<NextVariants>(*all, n);
    return static_cast<std::size_t>(scan(run, input, settings, nullptr).n_variants);
  });
  const std::string& method = run.parameters().text("method");
  if (is_joint(method)) estimate.basis += ", without the joint models of " + method;
  return estimate;
}

void work(Run& run) {
  run.phase("opening");
  SelectInput input = open_select_input(run);
  ScanSettings settings = settings_of(run, input.task);
  clumping_of(run.parameters());
  run.log().info(base::format_count(input.source->n_variants()) + " variants × " +
                 base::format_count(input.task.n_in_use()) + " samples");
  if (run.parameters().integer("refit") > 0 &&
      input.task.outcome.kind != cohort::OutcomeKind::kBinary &&
      input.task.outcome.kind != cohort::OutcomeKind::kContinuous) {
    throw base::MismatchError("--refit needs a binary or continuous outcome, '" +
                              input.task.outcome.name + "' is " +
                              std::string(cohort::to_string(input.task.outcome.kind)));
  }
  if (run.dry_run()) return run.estimate(estimate_scan(run, input, settings));
  if (is_joint(run.parameters().text("method"))) {
    settings.order = order_of(run, input, settings.pool_limit);
  }
  run.phase("scan");
  auto& out = run.outputs().open(".scan.tsv");
  ScanResult result = scan(run, input, settings, &out);
  run.phase("selection");
  input.source->add_inputs(run);
  const std::size_t n_tested = result.p.size();
  run.count_kept("variants", n_tested);
  run.count_dropped("variants", "no variation or one class only", result.n_variants - n_tested);
  if (n_tested == 0) {
    throw base::DegenerateError("no variant could be tested: all " +
                                base::format_count(result.n_variants) + " are constant among the " +
                                base::format_count(input.task.n_in_use()) + " samples");
  }
  report::Page page = new_scan_page(input.task, settings);
  run.context().threads->run(2, [&](std::size_t task, std::size_t) {
    if (task == 0) {
      add_charts(page, result.plots);
    } else {
      select::sort_p_values(result.p);
    }
  });
  const Choice choice = choose(run, input, result);
  const double lambda = result.plots.lambda_gc();
  const std::string method =
      settings.order.empty() ? settings.methods[settings.rank_by]->name : settings.order.method;
  run.note("method", method);
  run.note("variants_tested", static_cast<double>(n_tested));
  run.note("variants_selected", static_cast<double>(choice.chosen.size()));
  run.note("lambda_gc", lambda);
  run.log().info(base::format_count(n_tested) + " tested, genomic inflation " +
                 base::format_number(lambda, 4) + ", " + base::format_count(choice.chosen.size()) +
                 " selected by " + method);

  const auto fits = refit_best(run, input, result, choice);
  const SelectedTable table = selected_table(settings, result, choice, fits);
  run.outputs().open(".selected.tsv").write(table.text());
  run.phase("report");
  add_results(page, input.task, settings, result, table);
  run.outputs().open(".html").write(page.html());
}

}  // namespace

const CommandEntry& select_command() {
  static const CommandEntry kEntry = {
      .name = "select",
      .category = "data",
      .summary = "rank and choose variants",
      .description =
          "Tests every variant against the outcome in one pass and writes P.scan.tsv, one row a "
          "variant in the order of the file, P.selected.tsv, the chosen ones, best first, and "
          "P.html with Manhattan and QQ plots.\n"
          "With --study only the training rows are seen, after the study's quality control. "
          "Counting is always of allele A1, column 5 of the .bim.",
      .examples = {{"gcrisk select --bfile cohort --pheno cohort.tsv --pheno-name asthma "
                    "--method trend --top 500 --out results/asthma",
                    "the 500 variants with the strongest trend"},
                   {"gcrisk select --bfile cohort --pheno cohort.tsv --pheno-name asthma --covar "
                    "cohort.tsv --covar-name age,sex --method score --fdr 0.05 --clump 0.1,250 "
                    "--out results/adjusted",
                    "adjusted for age and sex, at 5 % false discoveries, one variant a locus"}},
      .parameters = select_parameters(),
      .work = &work,
  };
  return kEntry;
}

}  // namespace gcrisk::pipeline
