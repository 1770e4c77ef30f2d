// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/nets/net.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/hash.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/nn/backend.hpp"
#include "models/nets/options.hpp"
#include "models/nets/start.hpp"

namespace gcrisk::models {

std::string start_name(const genotype::Variant& variant) {
  return genotype::key_of(variant) + " " + variant.a1;
}

}  // namespace gcrisk::models

namespace gcrisk::models::nets {

using base::Json;
using cohort::OutcomeKind;
using Eigen::Index;

namespace {

void check_trainable(const cohort::Dataset& train) {
  if (train.outcome.kind == OutcomeKind::kNone) {
    throw base::UsageError("the study has no outcome to learn");
  }
  if (train.n_features() == 0 || train.n_samples() == 0) {
    throw base::DegenerateError("nothing to learn from: " + std::to_string(train.n_samples()) +
                                    " people, " + std::to_string(train.n_features()) + " features",
                                "see --inputs and --variants");
  }
  const auto& values = train.outcome.values;
  const bool all_equal =
      std::all_of(values.begin(), values.end(), [&](double v) { return v == values.front(); });
  const bool all_events = train.outcome.kind == OutcomeKind::kSurvival && values.front() == 1;
  if (all_equal && !all_events) {
    throw base::DegenerateError(
        "outcome '" + train.outcome.name + "' is the same for everybody in the training set",
        "check --keep and the split");
  }
}

std::vector<std::uint32_t> range(std::size_t begin, std::size_t end) {
  std::vector<std::uint32_t> rows(end - begin);
  std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(begin));
  return rows;
}

// Ends of intervals with about as many events in each; the last one has no end.
std::vector<double> intervals_of(const cohort::Outcome& outcome, std::size_t n) {
  std::vector<double> times;
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    if (outcome.values[i] > 0) times.push_back(outcome.times[i]);
  }
  std::sort(times.begin(), times.end());
  std::vector<double> ends;
  for (std::size_t k = 1; k < n && !times.empty(); ++k) {
    const double end = times[std::min(times.size() - 1, k * times.size() / n)];
    if (ends.empty() || end > ends.back()) ends.push_back(end);
  }
  return ends;
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

Net::Net(base::Parameters parameters, Preset preset)
    : parameters_(std::move(parameters)), preset_(preset) {}

void Net::choose_loss(const cohort::Outcome& outcome) {
  kind_ = outcome.kind;
  n_outputs_ = 1;
  class_weights_.clear();
  const bool classes = kind_ == OutcomeKind::kBinary || kind_ == OutcomeKind::kMulticlass;
  if (kind_ == OutcomeKind::kBinary) {
    loss_ = nn::Loss::kBinary;
  } else if (kind_ == OutcomeKind::kMulticlass) {
    loss_ = nn::Loss::kMulticlass;
    n_outputs_ = outcome.n_classes();
  } else if (kind_ == OutcomeKind::kContinuous) {
    loss_ = nn::Loss::kSquared;
    const Eigen::Map<const Eigen::VectorXd> y(outcome.values.data(),
                                              static_cast<Index>(outcome.size()));
    target_.mean = y.mean();
    target_.sd = std::sqrt((y.array() - target_.mean).square().mean());
  } else if (parameters_.text("survival-loss") == "cox") {
    loss_ = nn::Loss::kCox;
  } else {
    loss_ = nn::Loss::kDiscreteTime;
    interval_ends_ =
        intervals_of(outcome, static_cast<std::size_t>(parameters_.integer("intervals")));
    n_outputs_ = interval_ends_.size() + 1;
  }
  if (parameters_.text("class-weight") == "balanced") {
    if (!classes) {
      throw base::UsageError("--class-weight balanced: outcome '" + outcome.name +
                             "' has no classes");
    }
    class_weights_.assign(std::max<std::size_t>(2, outcome.n_classes()), 0);
    for (const double value : outcome.values) class_weights_[static_cast<std::size_t>(value)] += 1;
    for (double& w : class_weights_) {
      w = w > 0 ? static_cast<double>(outcome.size()) /
                      (static_cast<double>(class_weights_.size()) * w)
                : 0;
    }
  }
}

void Net::add_targets(const cohort::Outcome& outcome, nn::Data& data) const {
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    const double value = outcome.values[i];
    data.target.push_back(static_cast<float>(
        kind_ == OutcomeKind::kContinuous ? (value - target_.mean) / target_.sd : value));
    if (kind_ == OutcomeKind::kSurvival) {
      data.time.push_back(static_cast<float>(outcome.times[i]));
      data.interval.push_back(static_cast<std::uint32_t>(
          std::lower_bound(interval_ends_.begin(), interval_ends_.end(), outcome.times[i]) -
          interval_ends_.begin()));
    }
    if (!class_weights_.empty()) {
      data.weight.push_back(static_cast<float>(class_weights_[static_cast<std::size_t>(value)]));
    }
  }
}

nn::NetworkSpec Net::make_spec(const nn::InputSizes& sizes) const {
  const auto file = parameters_.text_if("network");
  if (!file) return preset_(parameters_, sizes, n_outputs_);
  std::ifstream stream(*file, std::ios::binary);
  if (!stream) throw base::ReadError("--network " + *file + ": cannot be opened");
  try {
    return nn::network_from_json(Json::parse(stream), *file);
  } catch (const nlohmann::json::parse_error& reason) {
    throw base::MalformedError(*file + ": is not JSON: " + reason.what());
  }
}

nn::Data Net::to_data(const cohort::Dataset& data, const base::Context& context) const {
  nn::Data out;
  append_people(data, scales_, context, out);
  return out;
}

// Whatever decides what is learned: a checkpoint of anything else is not taken.
std::string Net::fingerprint(const nn::Data& data, std::uint64_t seed) const {
  base::Hasher hasher;
  const auto add = [&](const auto& values) {
    hasher.update(values.data(), values.size() * sizeof(values[0]));
  };
  add(data.genotypes);
  add(scales_.dosage);
  add(data.clinical);
  add(data.molecular);
  add(data.target);
  add(data.time);
  if (start_) {
    for (const auto& [name, tensor] : start_->state.tensors) {
      std::visit(add, tensor.values);
    }
    for (const std::string& branch : start_->frozen) add(branch);
  }
  const std::string text =
      nn::to_json(spec_).dump() + parameters_.to_json().dump() + std::to_string(seed);
  hasher.update(text.data(), text.size());
  return hasher.hex();
}

// Drawn, or taken from another net; arrays that are to stay are frozen.
base::TensorMap Net::first_parameters(const cohort::Dataset& train,
                                      const nn::Plan& plan,
                                      std::size_t member,
                                      std::uint64_t seed,
                                      nn::Executor& executor,
                                      const base::Context& context) const {
  base::TensorMap parameters = nn::initial_parameters(plan, seed);
  if (!start_) return parameters;
  InputNames names{{}, train.clinical_names, train.molecular_names};
  for (const std::int32_t v : scales_.order) {
    names.genotypes.push_back(start_name(train.variants[static_cast<std::size_t>(v)]));
  }
  const Begun begun = begin_with(*start_, plan, names, member, parameters);
  const auto frozen = frozen_arrays(start_->frozen, spec_, plan, begun);
  executor.freeze(frozen);
  context.log->info("begun with " + start_->folder + ": " + std::to_string(begun.n_whole) + " of " +
                    std::to_string(begun.n_arrays) + " arrays whole, " +
                    base::format_count(begun.n_found) + " of " +
                    base::format_count(begun.n_inputs) + " variants and columns found by name, " +
                    std::to_string(frozen.size()) + " arrays stay as they are");
  for (const std::string& name : begun.not_whole) {
    context.log->info("  not whole in it, begun at random: " + name);
  }
  return parameters;
}

void Net::fit(const cohort::Dataset& train,
              const cohort::Dataset* validation,
              const base::Context& context) {
  check_trainable(train);
  choose_loss(train.outcome);
  scales_ = InputScales::learn(train, context);
  nn::Data data = to_data(train, context);
  add_targets(train.outcome, data);
  const std::size_t n_train = data.n_people;
  if (validation != nullptr) {
    append_people(*validation, scales_, context, data);
    add_targets(validation->outcome, data);
  }
  spec_ = make_spec(data.sizes);
  const nn::Plan plan = nn::make_plan(spec_, data.sizes, n_outputs_);
  for (const std::string& line : nn::describe(plan)) context.log->info("  " + line);
  context.log->info("  " + base::format_count(plan.n_parameters()) + " weights in all");

  nn::TrainingSettings settings = training_settings(parameters_);
  const nn::Processes& processes = execution_.processes;
  const nn::BackendEntry& backend = nn::choose_backend(execution_.backend, context, processes);
  if (settings.half_precision && backend.name == "eigen") {
    throw base::DeviceError("--precision mixed: the eigen backend has single precision alone",
                            "use --backend torch, or --precision single");
  }
  settings.writes_checkpoints = processes.rank == 0;
  const auto n_members = static_cast<std::size_t>(parameters_.integer("ensemble"));
  for (std::size_t m = 0; m < n_members; ++m) {
    settings.seed = context.seed + 1000003 * m;
    if (!execution_.checkpoint_folder.empty()) {
      settings.checkpoint_folder = execution_.checkpoint_folder + "/" + std::to_string(m + 1);
      settings.fingerprint = fingerprint(data, settings.seed);
    }
    const auto executor = processes.alone()
                              ? backend.compile(plan, loss_, context)
                              : backend.compile_together(plan, loss_, context, processes);
    executor->bind(data);
    executor->set_parameters(first_parameters(train, plan, m, settings.seed, *executor, context));
    trainings_.push_back(nn::train(*executor,
                                   loss_,
                                   data,
                                   range(0, n_train),
                                   range(n_train, data.n_people),
                                   settings,
                                   context,
                                   n_outputs_));
    device_ = executor->device();
    members_.push_back(executor->parameters());
    const nn::TrainingResult& result = trainings_.back();
    context.log->info("stopped by " + result.stopped_by + " after " +
                      std::to_string(result.history.size()) + " epochs, weights of epoch " +
                      std::to_string(result.best_epoch));
  }
}

Eigen::MatrixXd Net::raw_scores(const cohort::Dataset& dataset,
                                const base::Context& context) const {
  const nn::Data data = to_data(dataset, context);
  const nn::Plan plan = nn::make_plan(spec_, data.sizes, n_outputs_);
  const nn::BackendEntry& backend = nn::choose_backend(execution_.backend, context);
  const auto rows = range(0, data.n_people);
  std::vector<float> scores(data.n_people * n_outputs_);
  Eigen::MatrixXd sum =
      Eigen::MatrixXd::Zero(static_cast<Index>(data.n_people), static_cast<Index>(n_outputs_));
  for (const base::TensorMap& member : members_) {
    const auto executor = backend.compile(plan, loss_, context);
    executor->bind(data);
    executor->set_parameters(member);
    executor->predict(rows, scores.data());
    using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    sum += Eigen::Map<const Rows>(scores.data(), sum.rows(), sum.cols()).cast<double>();
  }
  return sum / static_cast<double>(members_.size());
}

Prediction Net::predict(const cohort::Dataset& data, const base::Context& context) const {
  Prediction out;
  out.score = raw_scores(data, context);
  const Index n = out.score.rows();
  switch (loss_) {
    case nn::Loss::kBinary: out.risk = out.score.unaryExpr(&sigmoid); break;
    case nn::Loss::kMulticlass: {
      out.risk = (out.score.colwise() - out.score.rowwise().maxCoeff()).array().exp();
      const Eigen::VectorXd sums = out.risk.rowwise().sum();
      out.risk = sums.cwiseInverse().asDiagonal() * out.risk;
      break;
    }
    case nn::Loss::kSquared: out.score = out.score.array() * target_.sd + target_.mean; break;
    case nn::Loss::kCox: break;
    case nn::Loss::kDiscreteTime: {  // log of the hazard summed over all intervals
      Eigen::MatrixXd total(n, 1);
      for (Index i = 0; i < n; ++i) {
        double sum = 0;
        for (Index c = 0; c < out.score.cols(); ++c) sum += -std::log1p(-sigmoid(out.score(i, c)));
        total(i, 0) = std::log(std::max(sum, std::numeric_limits<double>::min()));
      }
      out.score = total;
      break;
    }
  }
  return out;
}

}  // namespace gcrisk::models::nets
