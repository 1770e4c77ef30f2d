// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/models/model.hpp"
#include "models/linear/coefficients.hpp"
#include "models/linear/family.hpp"
#include "models/svm/machines.hpp"
#include "models/svm/support.hpp"

namespace gcrisk::models {

namespace {

using base::Json;
using base::ParameterType;
using cohort::OutcomeKind;
using Eigen::Index;

base::ParameterTable svm_parameters() {
  const std::string machine = "machine";
  const std::string liblinear = "Fan et al. 2008, J Mach Learn Res 9:1871 (LIBLINEAR)";
  const std::string libsvm = "Chang, Lin 2011, ACM Trans Intell Syst Technol 2:27 (LIBSVM)";
  return {
      {.name = "kernel",
       .type = ParameterType::kChoice,
       .meaning = "how alike two people are, of standardised features: linear (a sum over "
                  "features, fast with many people), rbf exp(-gamma |x - z|^2), or poly "
                  "(gamma x'z + coef0)^degree",
       .default_value = "linear",
       .choices = {"linear", "rbf", "poly"},
       .source = libsvm,
       .group = machine,
       .search = "choice"},
      {.name = "cost",
       .type = ParameterType::kNumber,
       .meaning = "C, the price of a person on the wrong side of the margin: the objective is "
                  "|w|^2 / 2 + C * sum of losses; smaller is smoother",
       .default_value = "1",
       .min = 0,
       .open_min = true,
       .placeholder = "C",
       .source = libsvm,
       .group = machine,
       .search = "log:1e-4:1e2"},
      {.name = "loss",
       .type = ParameterType::kChoice,
       .meaning = "of the linear machine: hinge, or its square; for an amount the distance beyond "
                  "--epsilon, or its square",
       .default_value = "hinge",
       .choices = {"hinge", "squared-hinge"},
       .source = liblinear,
       .group = machine},
      {.name = "gamma",
       .type = ParameterType::kNumber,
       .meaning = "of rbf and poly; without it 1 / features",
       .min = 0,
       .open_min = true,
       .placeholder = "G",
       .source = libsvm,
       .group = machine,
       .search = "log:1e-6:1"},
      {.name = "degree",
       .type = ParameterType::kInteger,
       .meaning = "of poly",
       .default_value = "3",
       .min = 1,
       .max = 20,
       .placeholder = "D",
       .group = machine},
      {.name = "coef0",
       .type = ParameterType::kNumber,
       .meaning = "of poly: what is added before the power",
       .default_value = "0",
       .placeholder = "X",
       .group = machine},
      {.name = "epsilon",
       .type = ParameterType::kNumber,
       .meaning = "for an amount: errors up to this size, in units of the outcome, cost nothing",
       .default_value = "0.1",
       .min = 0,
       .placeholder = "E",
       .group = machine},
      {.name = "class-weight",
       .type = ParameterType::kChoice,
       .meaning = "balanced lets each class weigh the same, whatever its share",
       .default_value = "none",
       .choices = {"none", "balanced"},
       .group = machine},
      {.name = "platt-folds",
       .type = ParameterType::kInteger,
       .meaning = "folds within the training set whose left-out margins turn margins into risks "
                  "(Platt); 0 uses the margins of the people learned from, which is quicker and "
                  "too sure of itself. Related people are never split",
       .default_value = "5",
       .min = 0,
       .max = 1000,
       .placeholder = "K",
       .source = "Platt 1999; Lin, Lin, Weng 2007, Machine Learning 68:267",
       .group = "risks"},
      {.name = "tolerance",
       .type = ParameterType::kNumber,
       .meaning = "of the conditions of the optimum: the largest difference of their gradients",
       .default_value = "1e-3",
       .min = 1e-10,
       .max = 1,
       .placeholder = "T",
       .source = libsvm,
       .group = "solver"},
      {.name = "max-passes",
       .type = ParameterType::kInteger,
       .meaning = "most rounds over the people by the linear machine",
       .default_value = "1000",
       .min = 1,
       .max = 1000000,
       .placeholder = "N",
       .source = liblinear,
       .group = "solver"},
  };
}

class SupportVectorMachine final : public Model {
 public:
  explicit SupportVectorMachine(const base::Parameters& parameters)
      : options_(svm::SvmOptions::read(parameters)) {}

  void fit(const cohort::Dataset& train,
           const cohort::Dataset*,
           const base::Context& context) override {
    kind_ = train.outcome.kind;
    if (kind_ == OutcomeKind::kNone || kind_ == OutcomeKind::kSurvival) {
      throw base::UsageError("svm: outcome '" + train.outcome.name + "' is " +
                                 std::string(cohort::to_string(kind_)) +
                                 ", expected binary, multiclass or continuous",
                             "give an outcome without --time-name");
    }
    if (train.n_features() == 0) {
      throw base::DegenerateError("no feature to learn from", "see --inputs and --variants");
    }
    if (!options_.idle.empty()) throw base::UsageError(options_.idle, options_.idle_hint);
    if (options_.epsilon_given && kind_ != OutcomeKind::kContinuous) {
      throw base::UsageError("--epsilon " + base::format_number(options_.epsilon) + ": outcome '" +
                                 train.outcome.name + "' has classes",
                             "it is for an amount, leave it out");
    }
    if (options_.balanced && kind_ == OutcomeKind::kContinuous) {
      throw base::UsageError("--class-weight balanced: outcome '" + train.outcome.name +
                             "' has no classes, it is an amount");
    }
    context.cancellation->check();
    std::vector<std::uint32_t> known;
    for (std::uint32_t i = 0; i < train.outcome.size(); ++i) {
      if (!std::isnan(train.outcome.values[i])) known.push_back(i);
    }
    if (known.size() < train.n_samples()) {
      context.log->warning(base::format_count(train.n_samples() - known.size()) +
                           " people without a known outcome are not learned from");
    }
    const cohort::Dataset data = train.select_rows(known);
    const linear::Family checked(data.outcome, {});  // refuses an outcome of one value
    const linear::Design design(data, true, context);
    options_.kernel.gamma = options_.gamma.value_or(1.0 / static_cast<double>(design.n_features()));
    const svm::Machines fit = svm::train_machines(data, design, options_, context);
    if (!fit.converged) {
      if (context.strict) {
        throw base::ConvergenceError("the fit of '" + train.outcome.name + "' did not converge",
                                     "use a smaller --cost or a larger --max-passes");
      }
      context.log->warning("the fit of '" + train.outcome.name +
                           "' did not converge: use a smaller --cost or a larger --max-passes");
    }
    pairs_ = fit.pairs;
    platt_ = fit.platt;
    n_classes_ = static_cast<Index>(data.outcome.n_classes());
    if (options_.is_linear()) {
      linear::Features all(design.n_features());
      for (std::uint32_t j = 0; j < all.size(); ++j) all[j] = j;
      coefficients_ = linear::to_original(design, fit.b, all, fit.w);
    } else {
      support_ = svm::SupportVectors(data, design, fit.support, fit.weights, fit.b);
    }
    report_ = {{"kernel", options_.kernel.name},
               {"cost", options_.cost},
               {"people", data.n_samples()},
               {"features", data.n_features()},
               {"converged", fit.converged},
               {"support_vectors", fit.n_support},
               {"iterations", fit.iterations},
               {options_.is_linear() ? "objective" : "dual_objective", fit.objectives}};
    if (options_.is_linear()) {
      report_["loss"] = options_.squared ? "squared-hinge" : "hinge";
    } else {
      report_["gamma"] = options_.kernel.gamma;
    }
  }

  Prediction predict(const cohort::Dataset& data, const base::Context& context) const override {
    const Eigen::MatrixXd margins = options_.is_linear()
                                        ? coefficients_.scores(data, context)
                                        : support_.margins(data, options_.kernel, context);
    Prediction out;
    if (kind_ == OutcomeKind::kContinuous) {
      out.score = margins;
      return out;
    }
    Eigen::MatrixXd risk(margins.rows(), margins.cols());
    for (Index m = 0; m < margins.cols(); ++m) {
      const svm::Platt& platt = platt_[static_cast<std::size_t>(m)];
      risk.col(m) = margins.col(m).unaryExpr([&](double margin) { return platt.risk(margin); });
    }
    if (kind_ == OutcomeKind::kBinary) {
      out.score = margins;
      out.risk = std::move(risk);
      return out;
    }
    // The score of a class: its mean margin against the others.
    out.score = Eigen::MatrixXd::Zero(margins.rows(), n_classes_);
    out.risk.resize(margins.rows(), n_classes_);
    Eigen::MatrixXd pair = Eigen::MatrixXd::Constant(n_classes_, n_classes_, 0.5);
    for (Index i = 0; i < margins.rows(); ++i) {
      for (std::size_t m = 0; m < pairs_.size(); ++m) {
        const auto [a, b] = pairs_[m];
        const auto c = static_cast<Index>(m);
        pair(a, b) = risk(i, c);
        pair(b, a) = 1 - risk(i, c);
        out.score(i, a) += margins(i, c) / static_cast<double>(n_classes_ - 1);
        out.score(i, b) -= margins(i, c) / static_cast<double>(n_classes_ - 1);
      }
      out.risk.row(i) = svm::couple(pair);
    }
    return out;
  }

  State save() const override {
    State state;
    Json platt = Json::array();
    for (const auto& p : platt_) platt.push_back({p.a, p.b});
    state.json_text = Json{
        {"outcome_kind", cohort::to_string(kind_)},
        {"classes", n_classes_},
        {"kernel",
         {{"name", options_.kernel.name},
          {"gamma", options_.kernel.gamma},
          {"coef0", options_.kernel.coef0},
          {"degree", options_.kernel.degree}}},
        {"platt", platt},
        {"fit", report_}}.dump(2);
    if (options_.is_linear()) {
      linear::save(coefficients_, state.tensors);
    } else {
      support_.save(state.tensors);
    }
    return state;
  }

  void load(const State& state) override {
    const Json json = Json::parse(state.json_text);
    report_ = json.at("fit");
    kind_ = cohort::parse_outcome_kind(json.at("outcome_kind").get<std::string>());
    n_classes_ = json.at("classes");
    const Json& kernel = json.at("kernel");
    options_.kernel = {
        kernel.at("name"), kernel.at("gamma"), kernel.at("coef0"), kernel.at("degree")};
    platt_.clear();
    for (const Json& p : json.at("platt")) platt_.push_back({p.at(0), p.at(1)});
    pairs_.clear();
    for (Index i = 0; i < n_classes_; ++i) {
      for (Index j = i + 1; j < n_classes_; ++j) pairs_.push_back({i, j});
    }
    if (options_.is_linear()) {
      coefficients_ = linear::load_coefficients(state.tensors);
    } else {
      support_ = svm::SupportVectors(state.tensors);
    }
  }

  Attribution explain(const cohort::Dataset& data, const base::Context& context) const override {
    if (!options_.is_linear() || coefficients_.intercepts.size() != 1) {
      throw base::UsageError("svm: contributions to a score need the linear kernel and one score",
                             "train with --kernel linear, on one class against the others");
    }
    return linear::attribute(coefficients_, data, context);
  }

  Json summary() const override { return report_; }

 private:
  svm::SvmOptions options_;
  OutcomeKind kind_ = OutcomeKind::kNone;
  Index n_classes_ = 0;
  std::vector<svm::Pair> pairs_;
  std::vector<svm::Platt> platt_;
  linear::Coefficients coefficients_;
  svm::SupportVectors support_;
  Json report_ = Json::object();
};

std::unique_ptr<Model> make_svm(const base::Parameters& parameters) {
  return std::make_unique<SupportVectorMachine>(parameters);
}

}  // namespace

const ModelEntry& svm_entry() {
  static const ModelEntry kEntry = {
      .name = "svm",
      .title = "support vector machine, linear or with a kernel",
      .purpose =
          "Separates cases from controls by the widest margin, or fits an amount within a tube. "
          "Linear machines read the packed genotypes person by person and serve many people and "
          "variants; rbf and poly see interactions and need the likeness of all pairs of people. "
          "Several classes are told apart pair by pair. Margins are no risks: inner folds turn "
          "them into risks by Platt's method.",
      .outcomes = {OutcomeKind::kBinary, OutcomeKind::kMulticlass, OutcomeKind::kContinuous},
      .takes_missing = false,
      .parameters = svm_parameters(),
      .make = &make_svm,
  };
  return kEntry;
}

}  // namespace gcrisk::models
