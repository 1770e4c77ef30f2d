// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "cell.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "../peak_memory.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/random.hpp"
#include "tune.hpp"

namespace gcrisk::pipeline {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

cohort::Dataset shown(const cohort::Dataset& data, const CompareRow& row, const FoldData& fold) {
  const cohort::Inputs inputs[] = {cohort::parse_inputs(row.inputs)};
  cohort::Dataset out = cohort::restrict_inputs(data, inputs);
  return out.n_variants() > 0 ? out.select_variants(fold.selected) : out;
}

void permute_outcome(cohort::Dataset& data, std::uint64_t seed) {
  std::vector<std::uint32_t> order(data.n_samples());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  base::Random random(seed, "permuted outcome");
  random.shuffle(std::span(order));
  const cohort::Outcome before = data.outcome;
  for (std::size_t i = 0; i < order.size(); ++i) {
    data.outcome.values[i] = before.values[order[i]];
    if (!before.times.empty()) data.outcome.times[i] = before.times[order[i]];
  }
}

void fit_and_predict(const CompareRow& row,
                     const ComparePlan& plan,
                     const FoldData& fold,
                     const base::Context& context,
                     CellResult& result) {
  const auto kind = fold.train.outcome.kind;
  const auto& kinds = row.entry->outcomes;
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
    throw base::MismatchError(row.entry->name + " does not predict a " +
                              std::string(cohort::to_string(kind)) + " outcome");
  }
  cohort::Dataset train = shown(fold.train, row, fold);
  cohort::Dataset validation = shown(fold.validation, row, fold);
  const cohort::Dataset test = shown(fold.test, row, fold);
  if (row.permuted) {
    permute_outcome(train, context.seed);
    permute_outcome(validation, context.seed + 1);
  }
  result.n_train = train.n_samples();
  result.n_features = train.n_features();
  const auto begin = Clock::now();
  auto model = tuned_model(row, plan, train, validation, context, result.tuned);
  result.fit_s = seconds_since(begin);
  const auto middle = Clock::now();
  const models::Prediction prediction = model->predict(test, context);
  result.predict_s = seconds_since(middle);

  Predictions& out = result.predictions;
  out.ids = test.ids;
  out.sets.assign(test.n_samples(), "test");
  out.outcome = test.outcome;
  if (prediction.score.cols() == 1) out.score = prediction.score.col(0);
  out.risk = prediction.risk;
  if (out.risk.cols() == 0) out.risk.resize(prediction.score.rows(), 0);
}

}  // namespace

CellResult run_cell(const CompareRow& row,
                    const ComparePlan& plan,
                    const FoldData& fold,
                    const base::Context& context) {
  CellResult result;
  result.trained_on = fold.trained_on;
  result.n_shared_people = fold.n_shared_people;
  result.n_shared_groups = fold.n_shared_groups;
  if (row.inputs == "all" || row.inputs == "genotypes") result.selected = fold.selected_keys;
  reset_peak_memory();
  try {
    fit_and_predict(row, plan, fold, context, result);
    result.done = true;
  } catch (const std::bad_alloc&) {
    result.reason = "the memory was not enough";
  } catch (const base::Error& error) {
    if (context.cancellation->requested()) throw;
    result.reason = error.what();
  }
  result.peak_memory_bytes = peak_memory_bytes();
  return result;
}

void save_cell(const std::string& path, const std::string& key, const CellResult& result) {
  if (result.done) {
    base::OutputFile table(path + ".tsv");
    write_predictions(table, result.predictions);
    table.commit();
  }
  const base::Json json = {{"key", key},
                           {"done", result.done},
                           {"reason", result.reason},
                           {"outcome", result.predictions.outcome.name},
                           {"n_train", result.n_train},
                           {"n_features", result.n_features},
                           {"fit_s", result.fit_s},
                           {"predict_s", result.predict_s},
                           {"peak_memory_bytes", result.peak_memory_bytes},
                           {"trained_on", result.trained_on},
                           {"n_shared_people", result.n_shared_people},
                           {"n_shared_groups", result.n_shared_groups},
                           {"selected", result.selected},
                           {"tuned", result.tuned}};
  base::OutputFile facts(path + ".json");
  facts.write(json.dump(1) + "\n");
  facts.commit();
}

bool load_cell(const std::string& path, const std::string& key, CellResult& result) {
  std::ifstream file(path + ".json");
  if (!file) return false;
  const base::Json json = base::Json::parse(file, nullptr, false);
  if (json.is_discarded() || json.value("key", "") != key) return false;
  result.done = json["done"];
  result.reason = json["reason"];
  result.n_train = json["n_train"];
  result.n_features = json["n_features"];
  result.fit_s = json["fit_s"];
  result.predict_s = json["predict_s"];
  result.peak_memory_bytes = json["peak_memory_bytes"];
  result.trained_on = json["trained_on"];
  result.n_shared_people = json["n_shared_people"];
  result.n_shared_groups = json["n_shared_groups"];
  result.selected = json["selected"].get<std::vector<std::string>>();
  result.tuned = json["tuned"];
  if (result.done) result.predictions = read_predictions(path + ".tsv");
  return true;
}

}  // namespace gcrisk::pipeline
