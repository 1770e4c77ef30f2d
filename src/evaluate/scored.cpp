// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/evaluate/scored.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::evaluate {

using cohort::OutcomeKind;

namespace {

void check_risks(const Eigen::MatrixXd& risk, OutcomeKind kind, std::size_t n_levels) {
  if (risk.cols() == 0) {
    if (kind != OutcomeKind::kMulticlass) return;
    throw base::MismatchError("the predictions have no RISK_<class> columns, expected " +
                              std::to_string(n_levels) + " for an outcome of that many classes");
  }
  if (kind == OutcomeKind::kMulticlass && risk.cols() != static_cast<Eigen::Index>(n_levels)) {
    throw base::MismatchError("the predictions have " + std::to_string(risk.cols()) +
                              " RISK_<class> columns, the outcome has " + std::to_string(n_levels) +
                              " classes");
  }
  if (kind != OutcomeKind::kBinary && kind != OutcomeKind::kMulticlass) return;
  for (Eigen::Index i = 0; i < risk.size(); ++i) {
    const double value = risk.data()[i];
    if (value < 0 || value > 1) {
      throw base::MismatchError("a RISK of " + base::format_number(value) +
                                    " is not a probability, expected a number in [0, 1]",
                                "give a score on another scale as SCORE, without RISK");
    }
  }
}

void finish(Scored& people, std::vector<std::size_t> order) {
  const auto sorted = [&](std::vector<double>& values) {
    if (values.empty()) return;
    std::vector<double> out(values.size());
    for (std::size_t i = 0; i < order.size(); ++i) out[i] = values[order[i]];
    values = std::move(out);
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return people.rank[a] < people.rank[b];
  });
  sorted(people.truth);
  sorted(people.time);
  sorted(people.rank);
  sorted(people.risk);
  std::vector<std::uint32_t> row(order.size());
  Eigen::MatrixXd class_risk(people.class_risk.rows(), people.class_risk.cols());
  for (std::size_t i = 0; i < order.size(); ++i) {
    row[i] = people.row[order[i]];
    if (people.class_risk.cols() > 0) {
      class_risk.row(static_cast<Eigen::Index>(i)) =
          people.class_risk.row(static_cast<Eigen::Index>(order[i]));
    }
  }
  people.row = std::move(row);
  people.class_risk = std::move(class_risk);

  people.by_time.clear();
  if (people.kind != OutcomeKind::kSurvival) return;
  people.by_time.resize(people.size());
  std::iota(people.by_time.begin(), people.by_time.end(), 0U);
  std::stable_sort(
      people.by_time.begin(), people.by_time.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (people.time[a] != people.time[b]) return people.time[a] < people.time[b];
        return people.truth[a] > people.truth[b];
      });
}

std::vector<std::size_t> identity(std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

}  // namespace

std::size_t Scored::n_events() const {
  if (kind != OutcomeKind::kBinary && kind != OutcomeKind::kSurvival) return 0;
  return static_cast<std::size_t>(std::count(truth.begin(), truth.end(), 1.0));
}

Scored make_scored(const cohort::Outcome& outcome,
                   const Predicted& predicted,
                   std::span<const std::uint32_t> rows,
                   LeftOut* left_out) {
  Scored people;
  people.kind = outcome.kind;
  check_risks(predicted.risk, outcome.kind, outcome.n_classes());
  const bool has_risk = predicted.risk.cols() > 0;
  const bool has_score = predicted.score.size() > 0;
  if (!has_risk && !has_score && !outcome.values.empty()) {
    throw base::MismatchError("the predictions have neither a RISK nor a SCORE column");
  }
  const bool binary = outcome.kind == OutcomeKind::kBinary;
  const bool multiclass = outcome.kind == OutcomeKind::kMulticlass;
  const bool survival = outcome.kind == OutcomeKind::kSurvival;
  const bool by_risk = binary ? has_risk : !has_score;

  std::vector<std::uint32_t> kept;
  for (const std::uint32_t row : rows) {
    const auto at = static_cast<Eigen::Index>(row);
    if (std::isnan(outcome.values[row]) || (survival && std::isnan(outcome.times[row]))) {
      if (left_out != nullptr) ++left_out->unknown_outcome;
      continue;
    }
    const bool unknown = multiclass ? predicted.risk.row(at).hasNaN()
                         : by_risk  ? std::isnan(predicted.risk(at, 0))
                                    : std::isnan(predicted.score(at));
    if (unknown) {
      if (left_out != nullptr) ++left_out->unknown_prediction;
      continue;
    }
    kept.push_back(row);
    people.truth.push_back(outcome.values[row]);
    if (survival) people.time.push_back(outcome.times[row]);
    people.rank.push_back(multiclass ? 0.0 : by_risk ? predicted.risk(at, 0) : predicted.score(at));
    if (binary && has_risk) people.risk.push_back(predicted.risk(at, 0));
  }
  if (multiclass) {
    people.class_risk.resize(static_cast<Eigen::Index>(kept.size()), predicted.risk.cols());
    for (std::size_t i = 0; i < kept.size(); ++i) {
      people.class_risk.row(static_cast<Eigen::Index>(i)) =
          predicted.risk.row(static_cast<Eigen::Index>(kept[i]));
    }
  }
  people.row = std::move(kept);
  finish(people, identity(people.size()));
  return people;
}

Scored subset(const Scored& all, std::span<const std::uint8_t> keep) {
  Scored part;
  part.kind = all.kind;
  part.threshold = all.threshold;
  std::vector<Eigen::Index> rows;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (keep[i] == 0) continue;
    rows.push_back(static_cast<Eigen::Index>(i));
    part.truth.push_back(all.truth[i]);
    part.rank.push_back(all.rank[i]);
    part.row.push_back(all.row[i]);
    if (!all.time.empty()) part.time.push_back(all.time[i]);
    if (!all.risk.empty()) part.risk.push_back(all.risk[i]);
  }
  if (all.class_risk.cols() > 0) part.class_risk = all.class_risk(rows, Eigen::all);
  finish(part, identity(part.size()));
  return part;
}

Scored one_against_rest(const Scored& multiclass, std::size_t c) {
  Scored people;
  people.kind = OutcomeKind::kBinary;
  people.row = multiclass.row;
  for (std::size_t i = 0; i < multiclass.size(); ++i) {
    people.truth.push_back(multiclass.truth[i] == static_cast<double>(c) ? 1.0 : 0.0);
    people.rank.push_back(
        multiclass.class_risk(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(c)));
  }
  people.risk = people.rank;
  finish(people, identity(people.size()));
  return people;
}

}  // namespace gcrisk::evaluate
