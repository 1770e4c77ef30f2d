// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "explanation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gcrisk/base/text.hpp"
#include "gcrisk/io/tsv.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::size_t kBlock = 256;  // people at once
constexpr std::size_t kCharts = 12;  // people with a figure of their own

PersonExplanation person_of(const std::string& id,
                            double score,
                            const Eigen::RowVectorXd& contributions,
                            std::size_t top) {
  PersonExplanation out{id, score, {}, 0};
  std::vector<std::size_t> order(static_cast<std::size_t>(contributions.size()));
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto larger = [&](std::size_t a, std::size_t b) {
    const double x = std::abs(contributions[static_cast<Eigen::Index>(a)]);
    const double y = std::abs(contributions[static_cast<Eigen::Index>(b)]);
    return x != y ? x > y : a < b;
  };
  const std::size_t n = std::min(top, order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n), order.end(), larger);
  double shown = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double value = contributions[static_cast<Eigen::Index>(order[i])];
    if (value == 0) break;
    out.largest.emplace_back(order[i], value);
    shown += value;
  }
  out.rest = contributions.sum() - shown;
  return out;
}

report::Chart bar_chart(const std::string& title,
                        const std::string& description,
                        const std::string& axis,
                        const std::vector<std::pair<std::string, double>>& bars) {
  using report::Mark;
  using report::MarkKind;
  report::Chart chart(title, description);
  chart.x.title = axis;
  chart.y().grid = false;
  chart.width = 720;
  const auto n = static_cast<double>(bars.size());
  chart.height = static_cast<int>(100 + 24 * n);
  chart.y().min = 0.4;
  chart.y().max = n + 0.6;
  Mark up{.kind = MarkKind::kIntervalsX, .name = "raises", .colour = 1, .size = 12};
  Mark down{.kind = MarkKind::kIntervalsX, .name = "lowers", .colour = 0, .size = 12};
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double at = n - static_cast<double>(i);
    const double value = bars[i].second;
    chart.y().ticks.emplace_back(at, bars[i].first);
    chart.y().far_labels.emplace_back(at, base::format_number(value, 3));
    Mark& mark = value >= 0 ? up : down;
    mark.y.push_back(at);
    mark.low.push_back(std::min(0.0, value));
    mark.high.push_back(std::max(0.0, value));
  }
  const bool signs = !down.y.empty();
  if (!signs) up.name.clear();
  chart.add({.kind = MarkKind::kVertical, .x = {0}, .colour = report::kMuted});
  if (!up.y.empty()) chart.add(std::move(up));
  if (signs) chart.add(std::move(down));
  return chart;
}

report::Page make_page(const Explanation& e, std::size_t top) {
  report::Page page("What drives " + e.outcome, "Contributions to the score of " + e.model);
  if (e.simulated) page.badge("simulated data");
  page.fact("people", base::format_count(e.people.size()));
  page.fact("set", e.set);
  page.fact("baseline", base::format_number(e.baseline, 4));
  page.fact("largest error of the sum", base::format_number(e.largest_error, 2));
  page.section("All people",
               "Each person's score (" + e.score_meaning +
                   ") is the baseline and the contributions added up. Contributions describe this "
                   "model; they are not causes.");
  std::vector<std::pair<std::string, double>> bars;
  for (std::size_t i = 0; i < std::min(top, e.order.size()); ++i) {
    const double value = e.mean_absolute[static_cast<Eigen::Index>(e.order[i])];
    if (value > 0) bars.emplace_back(e.groups[e.order[i]].name, value);
  }
  if (bars.empty()) {
    page.paragraph("No feature contributes: everybody has the same score.");
  } else {
    page.chart(bar_chart("Mean size of contributions",
                         "The largest mean absolute contributions, one bar a feature",
                         "mean absolute contribution",
                         bars),
               "How far a feature moves the score, up or down, in the mean of all people.");
  }
  if (e.people.size() <= kCharts) {
    page.section("Each person");
    for (const PersonExplanation& person : e.people) {
      std::vector<std::pair<std::string, double>> parts;
      for (const auto& [group, value] : person.largest) {
        parts.emplace_back(e.groups[group].name, value);
      }
      parts.emplace_back("all others", person.rest);
      page.chart(
          bar_chart(
              person.id, "Contributions to one person's score", "contribution to the score", parts),
          "Score " + base::format_number(person.score, 4) + ", baseline " +
              base::format_number(e.baseline, 4) + ".");
    }
  }
  page.made_by(e.made_by);
  return page;
}

}  // namespace

Explanation explain_people(const models::Model& model,
                           const cohort::Dataset& data,
                           std::vector<FeatureGroup> groups,
                           std::size_t top,
                           const base::Context& context) {
  Explanation out;
  out.groups = std::move(groups);
  const auto n_groups = static_cast<Eigen::Index>(out.groups.size());
  out.mean_absolute = Eigen::VectorXd::Zero(n_groups);
  out.mean = Eigen::VectorXd::Zero(n_groups);
  context.progress->start("explaining", data.n_samples(), "people");
  for (std::uint32_t first = 0; first < data.n_samples(); first += kBlock) {
    context.cancellation->check();
    std::vector<std::uint32_t> rows;
    for (std::uint32_t i = first; i < std::min<std::size_t>(data.n_samples(), first + kBlock);
         ++i) {
      rows.push_back(i);
    }
    const cohort::Dataset block = data.select_rows(rows);
    const models::Attribution found = model.explain(block, context);
    const Eigen::VectorXd score = model.predict(block, context).score.col(0);
    out.baseline = found.baseline;
    for (Eigen::Index i = 0; i < score.size(); ++i) {
      Eigen::RowVectorXd sums = Eigen::RowVectorXd::Zero(n_groups);
      for (Eigen::Index g = 0; g < n_groups; ++g) {
        for (const std::size_t feature : out.groups[static_cast<std::size_t>(g)].features) {
          sums[g] += found.values(i, static_cast<Eigen::Index>(feature));
        }
      }
      out.mean_absolute += sums.cwiseAbs().transpose();
      out.mean += sums.transpose();
      out.largest_error =
          std::max(out.largest_error, std::abs(found.baseline + sums.sum() - score[i]));
      out.people.push_back(person_of(block.ids[static_cast<std::size_t>(i)], score[i], sums, top));
    }
    context.progress->advance(rows.size());
  }
  context.progress->finish();
  const double n = std::max<double>(1, static_cast<double>(data.n_samples()));
  out.mean_absolute /= n;
  out.mean /= n;
  out.order.resize(out.groups.size());
  std::iota(out.order.begin(), out.order.end(), std::size_t{0});
  std::stable_sort(out.order.begin(), out.order.end(), [&](std::size_t a, std::size_t b) {
    return out.mean_absolute[static_cast<Eigen::Index>(a)] >
           out.mean_absolute[static_cast<Eigen::Index>(b)];
  });
  return out;
}

void write_explanation(base::OutputSet& outputs, const Explanation& e, std::size_t top) {
  {
    io::TsvWriter out(outputs.open(".overall.tsv"),
                      {"#RANK", "FEATURE", "KIND", "N_FEATURES", "MEAN_ABS", "MEAN"});
    for (std::size_t i = 0; i < e.order.size(); ++i) {
      const FeatureGroup& group = e.groups[e.order[i]];
      const auto at = static_cast<Eigen::Index>(e.order[i]);
      out.integer(static_cast<std::int64_t>(i + 1)).text(group.name).text(group.kind);
      out.integer(static_cast<std::int64_t>(group.features.size()));
      out.number(e.mean_absolute[at]).number(e.mean[at]).end_row();
    }
  }
  {
    io::TsvWriter out(outputs.open(".people.tsv"),
                      {"#IID", "RANK", "FEATURE", "CONTRIBUTION", "BASELINE", "SCORE"});
    const auto row = [&](const PersonExplanation& person,
                         std::size_t rank,
                         const std::string& name,
                         double value) {
      out.text(person.id).integer(static_cast<std::int64_t>(rank)).text(name);
      out.number(value).number(e.baseline).number(person.score).end_row();
    };
    for (const PersonExplanation& person : e.people) {
      for (std::size_t i = 0; i < person.largest.size(); ++i) {
        row(person, i + 1, e.groups[person.largest[i].first].name, person.largest[i].second);
      }
      row(person, person.largest.size() + 1, "(all others)", person.rest);
    }
  }
  outputs.open(".html").write(make_page(e, top).html());
}

}  // namespace gcrisk::pipeline
