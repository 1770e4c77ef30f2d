// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "certificate.hpp"
#include "comparison.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/evaluate/metric.hpp"
#include "measure_of.hpp"
#include "tests.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

evaluate::Scored scored_of(const Predictions& p, std::span<const std::uint32_t> rows) {
  return evaluate::make_scored(p.outcome, {p.score, p.risk}, rows);
}

std::vector<std::uint32_t> all_rows(std::size_t n) {
  std::vector<std::uint32_t> rows(n);
  for (std::uint32_t i = 0; i < n; ++i) rows[i] = i;
  return rows;
}

// The mean over repeats, people in the order of the study.
class Pool {
 public:
  explicit Pool(const std::vector<std::string>& ids) {
    for (std::size_t i = 0; i < ids.size(); ++i) at_.emplace(ids[i], i);
    out_.ids = ids;
    n_.assign(ids.size(), 0);
  }
  void add(const Predictions& p) {
    const auto n = static_cast<Eigen::Index>(n_.size());
    if (out_.outcome.values.empty()) {
      out_.outcome = p.outcome;
      out_.outcome.values.assign(n_.size(), kNaN);
      if (!p.outcome.times.empty()) out_.outcome.times.assign(n_.size(), kNaN);
      out_.score = Eigen::VectorXd::Zero(p.score.size() > 0 ? n : 0);
      out_.risk = Eigen::MatrixXd::Zero(n, p.risk.cols());
    }
    for (std::size_t i = 0; i < p.ids.size(); ++i) {
      const std::size_t to = at_.at(p.ids[i]);
      const auto row = static_cast<Eigen::Index>(to);
      const auto from = static_cast<Eigen::Index>(i);
      ++n_[to];
      out_.outcome.values[to] = p.outcome.values[i];
      if (!p.outcome.times.empty()) out_.outcome.times[to] = p.outcome.times[i];
      if (p.score.size() > 0) out_.score[row] += p.score[from];
      if (p.risk.cols() > 0) out_.risk.row(row) += p.risk.row(from);
    }
  }
  evaluate::Scored people() {
    std::vector<std::uint32_t> rows;
    for (std::uint32_t i = 0; i < n_.size(); ++i) {
      if (n_[i] == 0) continue;
      rows.push_back(i);
      if (out_.score.size() > 0) out_.score[i] /= n_[i];
      if (out_.risk.cols() > 0) out_.risk.row(i) /= n_[i];
    }
    return scored_of(out_, rows);
  }

 private:
  std::map<std::string, std::size_t> at_;
  std::vector<int> n_;
  Predictions out_;
};

double value_of(const RowResult& row, const std::string& metric) {
  for (const MetricRow& m : row.metrics) {
    if (m.metric == metric) return m.value;
  }
  return kNaN;
}

RowResult row_result(const ComparePlan& plan,
                     std::size_t index,
                     const Study& study,
                     const std::vector<CellResult>& cells,
                     const MeasureSettings& settings,
                     const base::Context& context) {
  RowResult out;
  out.row = plan.rows[index];
  Pool pool(study.cohort.ids);
  std::size_t n_cells = 0;
  for (std::size_t i = index; i < cells.size(); i += plan.rows.size()) {
    const CellResult& cell = cells[i];
    if (!cell.done) {
      out.failure = cell.reason;
      return out;
    }
    pool.add(cell.predictions);
    out.by_fold.push_back(
        first_measure(scored_of(cell.predictions, all_rows(cell.predictions.ids.size()))));
    out.fit_s += cell.fit_s;
    out.predict_s += cell.predict_s;
    out.peak_memory_bytes = std::max(out.peak_memory_bytes, cell.peak_memory_bytes);
    if (n_cells++ == 0) out.n_features = cell.n_features;
  }
  out.fit_s /= static_cast<double>(n_cells);
  out.predict_s /= static_cast<double>(n_cells);
  out.people = pool.people();
  const auto wanted = compare_metrics(out.people.kind);
  const auto rows = measure(out.people, settings, context);
  for (std::string metric : wanted) {
    std::replace(metric.begin(), metric.end(), '-', '_');
    for (const MetricRow& row : rows) {
      if (row.metric == metric) out.metrics.push_back(row);
    }
  }
  return out;
}

// What `all` has beyond the clinical columns.
std::string added_of(const Study& study) {
  const bool genotypes = study.cohort.genotypes.n_variants() > 0;
  const bool molecular = !study.cohort.molecular.columns().empty();
  if (genotypes && molecular) return "genotypes and molecular values";
  return molecular ? "molecular values" : "genotypes";
}

std::string sentence_of(const GenomeValue& g, const std::string& added, double level) {
  const auto by = [&](double difference, double low, double high) {
    return "by " + base::format_number(difference, 3) + " (" + base::format_number(100 * level, 3) +
           " % interval " + base::format_number(low, 3) + " to " + base::format_number(high, 3) +
           ")";
  };
  const PairedTest& d = g.area;
  if (d.low > 0) {
    return "With " + g.model + ", " + added + " raise the " + g.measure +
           " above that of the clinical columns " + by(d.difference, d.low, d.high) + ".";
  }
  if (d.high < 0) {
    return "With " + g.model + ", adding " + added + " lowers the " + g.measure + " " +
           by(-d.difference, -d.high, -d.low) + ": they are noise to this method here.";
  }
  return "With " + g.model + ", these people do not show that " + added +
         " add to the clinical columns: the " + g.measure + " changes " +
         by(d.difference, d.low, d.high) + ".";
}

double net_benefit(const evaluate::Scored& people, double threshold) {
  evaluate::Scored at = people;
  at.threshold = threshold;
  const std::vector<double> weights(at.size(), 1.0);
  return evaluate::find_metric("net-benefit").value(at, weights);
}

void add_genome_value(Comparison& out,
                      const std::string& added,
                      double test_share,
                      const MeasureSettings& settings,
                      const base::Context& context) {
  for (const RowResult& all : out.rows) {
    if (all.row.inputs != "all" || !all.failure.empty()) continue;
    for (const RowResult& clinical : out.rows) {
      if (clinical.row.inputs != "clinical" || clinical.row.entry != all.row.entry ||
          !clinical.failure.empty()) {
        continue;
      }
      GenomeValue g;
      g.model = all.row.model();
      g.measure = all.metrics.front().title;
      g.area = paired_test(all, clinical, test_share, settings, context);
      g.net_benefit = kNaN;
      if (out.kind == cohort::OutcomeKind::kBinary) {
        const double share =
            static_cast<double>(all.people.n_events()) / static_cast<double>(all.people.size());
        g.net_benefit = net_benefit(all.people, share) - net_benefit(clinical.people, share);
      }
      g.slope_all = value_of(all, "calibration_slope");
      g.slope_clinical = value_of(clinical, "calibration_slope");
      g.sentence = sentence_of(g, added, settings.level);
      out.genome.push_back(std::move(g));
    }
  }
}

void add_frequencies(Comparison& out,
                     const ComparePlan& plan,
                     const std::vector<CellResult>& cells) {
  std::map<std::string, std::size_t> counts;
  for (std::size_t i = 0; i < cells.size(); i += plan.rows.size()) {
    // Rows that learn from the same people have the same selection in a fold; that of the first
    // row that sees genotypes counts.
    for (std::size_t r = 0; r < plan.rows.size(); ++r) {
      if (cells[i + r].selected.empty() || plan.rows[r].permuted) continue;
      for (const auto& key : cells[i + r].selected) ++counts[key];
      break;
    }
  }
  for (const auto& [key, n] : counts) out.frequencies.push_back({key, n});
  std::stable_sort(out.frequencies.begin(),
                   out.frequencies.end(),
                   [](const auto& a, const auto& b) { return a.n_folds > b.n_folds; });
}

}  // namespace

Comparison summarise(const ComparePlan& plan,
                     const Study& study,
                     const std::vector<CellResult>& cells,
                     const MeasureSettings& settings,
                     const base::Context& context) {
  Comparison out;
  out.outcome_name = study.cohort.outcome.name;
  out.kind = study.cohort.outcome.kind;
  out.n_folds = plan.n_folds;
  out.n_repeats = plan.folds.size();
  out.level = settings.level;
  for (const auto fold : plan.folds.front()) out.n_people += fold >= 0 ? 1 : 0;
  for (std::size_t i = 0; i < plan.rows.size(); ++i) {
    if (plan.rows[i].permuted) continue;
    out.rows.push_back(row_result(plan, i, study, cells, settings, context));
  }
  std::vector<std::vector<double>> by_fold;
  const RowResult* best = nullptr;
  for (const RowResult& row : out.rows) {
    if (!row.failure.empty()) continue;
    by_fold.push_back(row.by_fold);
    if (best == nullptr || row.metrics.front().value > best->metrics.front().value) best = &row;
  }
  const double test_share = 1 / static_cast<double>(plan.n_folds);
  out.ranks = friedman_nemenyi(by_fold);
  for (const RowResult& row : out.rows) {
    if (&row == best || !row.failure.empty()) continue;
    out.tests.push_back(paired_test(row, *best, test_share, settings, context));
  }
  add_genome_value(out, added_of(study), test_share, settings, context);
  out.certificate = certify(plan, study, cells, context);
  if (plan.rows.back().permuted) {
    add_permuted(out.certificate,
                 row_result(plan, plan.rows.size() - 1, study, cells, settings, context));
  }
  add_frequencies(out, plan, cells);
  return out;
}

}  // namespace gcrisk::pipeline
