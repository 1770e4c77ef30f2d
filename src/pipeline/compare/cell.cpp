// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "cell.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "../peak_memory.hpp"
#include "gcrisk/base/error.hpp"
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

// What a row is shown of a fold, with its own options or the best of the candidates.
class CellWork {
 public:
  CellWork(const CompareRow& row,
           const ComparePlan& plan,
           FoldWork& fold,
           const base::Context& context)
      : row_(row), plan_(plan), fold_(fold), context_(context) {}

  // Everything that all rows share, so that it is in no row's time.
  void prepare() {
    const bool hold_back = holds_back(row_);
    data_ = &fold_.data(row_.permuted, hold_back);
    train_ = shown(data_->train, row_, *data_);
    validation_ = shown(data_->validation, row_, *data_);
    test_ = shown(data_->test, row_, *data_);
    if (plan_.tuning == Tuning::kNone) return;
    if (plan_.n_inner_folds == 0) {
      add_judging(fold_.data(row_.permuted, true), hold_back, true);
    } else {
      for (const FoldData& inner : fold_.inner(row_.permuted, hold_back)) {
        add_judging(inner, hold_back, false);
      }
    }
  }

  void work(CellResult& result) {
    const auto begin = Clock::now();
    base::Parameters parameters = row_.parameters;
    if (!judged_.empty()) {
      std::vector<Judging> judging;
      for (const Shown& part : judged_) {
        judging.push_back({&part.train, part.stop ? &*part.stop : nullptr, &part.judged});
      }
      Tuned tuned = tune(row_, plan_, judging, context_);
      parameters = std::move(tuned.parameters);
      result.tuned = std::move(tuned.text);
    }
    auto model = row_.entry->make(parameters);
    model->fit(train_, validation_.n_samples() > 0 ? &validation_ : nullptr, context_);
    result.fit_s = seconds_since(begin);
    const auto middle = Clock::now();
    const models::Prediction prediction = model->predict(test_, context_);
    result.predict_s = seconds_since(middle);
    result.n_train = train_.n_samples();
    result.n_features = train_.n_features();
    keep(prediction, result.predictions);
  }

  const FoldData& data() const { return *data_; }

 private:
  struct Shown {
    cohort::Dataset train;
    std::optional<cohort::Dataset> stop;
    cohort::Dataset judged;
  };

  void add_judging(const FoldData& data, bool hold_back, bool by_validation) {
    Shown part;
    part.train = shown(data.train, row_, data);
    cohort::Dataset validation = shown(data.validation, row_, data);
    part.judged = by_validation ? validation : shown(data.test, row_, data);
    if (hold_back && validation.n_samples() > 0) part.stop = std::move(validation);
    judged_.push_back(std::move(part));
  }

  void keep(const models::Prediction& prediction, Predictions& out) const {
    out.ids = test_.ids;
    out.sets.assign(test_.n_samples(), "test");
    out.outcome = test_.outcome;
    if (prediction.score.cols() == 1) out.score = prediction.score.col(0);
    out.risk = prediction.risk;
    if (out.risk.cols() == 0) out.risk.resize(prediction.score.rows(), 0);
  }

  const CompareRow& row_;
  const ComparePlan& plan_;
  FoldWork& fold_;
  const base::Context& context_;
  const FoldData* data_ = nullptr;
  cohort::Dataset train_;
  cohort::Dataset validation_;
  cohort::Dataset test_;
  std::vector<Shown> judged_;
};

void check_outcome(const CompareRow& row, cohort::OutcomeKind kind) {
  const auto& kinds = row.entry->outcomes;
  if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return;
  throw base::MismatchError(row.entry->name + " does not predict a " +
                            std::string(cohort::to_string(kind)) + " outcome");
}

base::Json fitted_json(const std::vector<FittedOn>& fitted) {
  base::Json out = base::Json::array();
  for (const FittedOn& f : fitted) {
    out.push_back({{"part", f.part}, {"people", f.n_people}, {"hash", f.people}});
  }
  return out;
}

}  // namespace

CellResult run_cell(const CompareRow& row,
                    const ComparePlan& plan,
                    cohort::OutcomeKind kind,
                    FoldWork& fold,
                    const base::Context& context) {
  CellResult result;
  try {
    check_outcome(row, kind);
    CellWork work(row, plan, fold, context);
    work.prepare();
    result.fitted = work.data().fitted;
    result.n_shared_people = work.data().n_shared_people;
    result.n_shared_groups = work.data().n_shared_groups;
    if (row.inputs == "all" || row.inputs == "genotypes") {
      result.selected = work.data().selected_keys;
    }
    begin_part_peak();
    work.work(result);
    result.done = true;
  } catch (const std::bad_alloc&) {
    result.reason = "the memory was not enough";
  } catch (const base::Error& error) {
    if (context.cancellation->requested()) throw;
    result.reason = error.what();
  }
  result.peak_memory_bytes = part_peak_memory_bytes();
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
                           {"fitted", fitted_json(result.fitted)},
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
  for (const auto& f : json["fitted"]) {
    result.fitted.push_back({f["part"], f["people"], f["hash"]});
  }
  result.n_shared_people = json["n_shared_people"];
  result.n_shared_groups = json["n_shared_groups"];
  result.selected = json["selected"].get<std::vector<std::string>>();
  result.tuned = json["tuned"];
  if (result.done) result.predictions = read_predictions(path + ".tsv");
  return true;
}

}  // namespace gcrisk::pipeline
