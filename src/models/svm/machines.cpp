// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/svm/machines.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "gcrisk/cohort/split.hpp"
#include "models/svm/dual_descent.hpp"
#include "models/svm/smo.hpp"

namespace gcrisk::models::svm {

namespace {

using cohort::OutcomeKind;
using Eigen::Index;
using People = std::vector<std::uint32_t>;

// One machine on some people, in whichever form.
struct Machine {
  Eigen::VectorXd w;
  Eigen::VectorXd weights;  // of each person in `people`
  double b = 0;
  double objective = 0;
  long iterations = 0;
  std::size_t n_support = 0;
  bool converged = true;
};

class Trainer {
 public:
  Trainer(const cohort::Dataset& data,
          const linear::Design& design,
          const SvmOptions& options,
          const base::Context& context)
      : data_(data), options_(options), context_(context) {
    if (options.is_linear()) rows_ = std::make_unique<SampleRows>(data, design);
    const bool wide =
        design.n_features() > data.n_samples() && KernelRows::fits(data.n_samples(), context);
    if (wide || !options.is_linear()) {
      kernel_ = std::make_unique<KernelRows>(data, design, options.kernel, context);
    }
  }

  bool can_run_side_by_side() const { return rows_ || kernel_->is_whole(); }

  // `y` has -1 and 1 (or amounts) in the order of `people`.
  Machine fit(const People& people, const Eigen::VectorXd& y) const {
    return rows_ ? fit_linear(people, y) : fit_kernel(people, y);
  }

  Eigen::VectorXd margins(const Machine& machine,
                          const People& learned,
                          const People& people) const {
    Eigen::VectorXd out(static_cast<Index>(people.size()));
    if (rows_) {
      Eigen::VectorXf z(static_cast<Index>(rows_->n_features()));
      const Eigen::VectorXd u = machine.w.array() * rows_->scales().cast<double>().array().sqrt();
      const double shift = u.dot(rows_->means().cast<double>());
      for (std::size_t s = 0; s < people.size(); ++s) {
        rows_->load(people[s], z.data());
        out(static_cast<Index>(s)) = u.dot(z.cast<double>()) - shift + machine.b;
      }
      return out;
    }
    for (std::size_t s = 0; s < people.size(); ++s) {
      const float* row = kernel_->row(people[s]);
      double sum = machine.b;
      for (std::size_t t = 0; t < learned.size(); ++t) {
        const double weight = machine.weights(static_cast<Index>(t));
        if (weight != 0) sum += weight * static_cast<double>(row[learned[t]]);
      }
      out(static_cast<Index>(s)) = sum;
    }
    return out;
  }

 private:
  // C of each person: balanced classes weigh the same within what is fitted.
  Eigen::VectorXd costs(const People& people, const Eigen::VectorXd& y) const {
    const auto n = static_cast<double>(people.size());
    const auto n_positive = static_cast<double>((y.array() > 0).count());
    Eigen::VectorXd out(y.size());
    for (Index s = 0; s < y.size(); ++s) {
      const auto person = static_cast<Index>(people[static_cast<std::size_t>(s)]);
      double cost = options_.cost;
      if (data_.weights.size() > 0) cost *= data_.weights(person);
      if (options_.balanced) cost *= n / (2 * (y(s) > 0 ? n_positive : n - n_positive));
      out(s) = cost;
    }
    return out;
  }

  Machine fit_linear(const People& people, const Eigen::VectorXd& y) const {
    LinearProblem problem;
    problem.people = people;
    problem.y = y;
    problem.amounts = data_.outcome.kind == OutcomeKind::kContinuous;
    problem.cost = costs(people, y);
    problem.squared = options_.squared;
    problem.epsilon = options_.epsilon;
    problem.tolerance = options_.tolerance;
    problem.max_passes = options_.max_passes;
    const LinearMachine fit = dual_descent(*rows_, kernel_.get(), problem, context_);
    return {fit.w, {}, fit.b, fit.objective, fit.passes, fit.n_support, fit.converged};
  }

  Machine fit_kernel(const People& people, const Eigen::VectorXd& y) const {
    const bool amounts = data_.outcome.kind == OutcomeKind::kContinuous;
    const auto n = static_cast<Index>(people.size());
    KernelProblem problem;
    problem.people = people;
    problem.cost = costs(people, y);
    problem.tolerance = options_.tolerance;
    if (amounts) {
      problem.people.insert(problem.people.end(), people.begin(), people.end());
      problem.cost = problem.cost.replicate(2, 1).eval();
      problem.y.resize(2 * n);
      problem.y << Eigen::VectorXd::Ones(n), -Eigen::VectorXd::Ones(n);
      problem.linear.resize(2 * n);
      problem.linear << options_.epsilon - y.array(), options_.epsilon + y.array();
    } else {
      problem.y = y;
      problem.linear = -Eigen::VectorXd::Ones(n);
    }
    KernelMachine fit = minimise_sequentially(*kernel_, problem, context_);
    Machine out;
    out.weights = amounts ? Eigen::VectorXd(fit.weights.head(n) + fit.weights.tail(n))
                          : std::move(fit.weights);
    out.b = fit.b;
    out.objective = fit.dual_objective;
    out.iterations = fit.iterations;
    out.n_support = static_cast<std::size_t>((out.weights.array() != 0).count());
    out.converged = fit.converged;
    return out;
  }

  const cohort::Dataset& data_;
  const SvmOptions& options_;
  const base::Context& context_;
  std::unique_ptr<SampleRows> rows_;
  std::unique_ptr<KernelRows> kernel_;
};

// The people and labels of one machine, and their inner folds.
struct Job {
  People people;
  Eigen::VectorXd y;
  std::vector<std::int32_t> fold;  // empty: Platt's risks are of the machine's own margins
  std::size_t n_folds = 0;
};

Job make_job(const cohort::Dataset& data,
             const Pair& pair,
             const SvmOptions& options,
             const base::Context& context) {
  Job job;
  std::vector<double> y;
  std::vector<std::int32_t> strata;
  std::vector<std::int32_t> groups;
  const bool amounts = data.outcome.kind == OutcomeKind::kContinuous;
  for (std::uint32_t i = 0; i < data.n_samples(); ++i) {
    const double value = data.outcome.values[i];
    const auto level = static_cast<Index>(value);
    if (!amounts && level != pair.positive && level != pair.negative) continue;
    job.people.push_back(i);
    y.push_back(amounts ? value : level == pair.positive ? 1 : -1);
    strata.push_back(y.back() > 0 ? 1 : 0);
    if (!data.groups.empty()) groups.push_back(data.groups[i]);
  }
  job.y = Eigen::Map<const Eigen::VectorXd>(y.data(), static_cast<Index>(y.size()));
  if (amounts) return job;
  // Every fold must leave both classes to learn from.
  const auto n_positive = static_cast<std::size_t>((job.y.array() > 0).count());
  std::size_t most = std::min(n_positive, y.size() - n_positive);
  if (!groups.empty()) {
    most = std::min(most, std::set<std::int32_t>(groups.begin(), groups.end()).size());
  }
  job.n_folds = std::min(options.platt_folds, most);
  if (job.n_folds < 2) {
    job.n_folds = 0;
    return job;
  }
  job.fold = cohort::folds(strata, groups, job.n_folds, context.seed);
  for (std::size_t f = 0; f < job.n_folds; ++f) {
    std::size_t left[2] = {0, 0};
    for (std::size_t s = 0; s < y.size(); ++s) {
      if (job.fold[s] != static_cast<std::int32_t>(f)) ++left[strata[s]];
    }
    if (left[0] > 0 && left[1] > 0) continue;
    job.fold.clear();
    job.n_folds = 0;
    break;
  }
  return job;
}

// What a fold's machine says of the people it did not see goes into `margins`.
void fit_fold(const Trainer& trainer, const Job& job, std::size_t f, Eigen::VectorXd& margins) {
  People inner;
  People outer;
  std::vector<double> y;
  std::vector<Index> at;
  for (std::size_t s = 0; s < job.people.size(); ++s) {
    if (job.fold[s] == static_cast<std::int32_t>(f)) {
      outer.push_back(job.people[s]);
      at.push_back(static_cast<Index>(s));
    } else {
      inner.push_back(job.people[s]);
      y.push_back(job.y(static_cast<Index>(s)));
    }
  }
  const Machine machine =
      trainer.fit(inner, Eigen::Map<const Eigen::VectorXd>(y.data(), static_cast<Index>(y.size())));
  const Eigen::VectorXd found = trainer.margins(machine, inner, outer);
  for (std::size_t s = 0; s < at.size(); ++s) margins(at[s]) = found(static_cast<Index>(s));
}

std::vector<Pair> pairs_of(const cohort::Outcome& outcome) {
  if (outcome.kind != OutcomeKind::kMulticlass) return {Pair{}};
  std::vector<Pair> pairs;
  const auto k = static_cast<Index>(outcome.n_classes());
  for (Index i = 0; i < k; ++i) {
    for (Index j = i + 1; j < k; ++j) pairs.push_back({i, j});
  }
  return pairs;
}

}  // namespace

SvmOptions SvmOptions::read(const base::Parameters& p) {
  SvmOptions o;
  o.kernel.name = p.text("kernel");
  o.gamma = p.number_if("gamma");
  o.kernel.coef0 = p.number("coef0");
  o.kernel.degree = static_cast<int>(p.integer("degree"));
  o.squared = p.text("loss") == "squared-hinge";
  o.cost = p.number("cost");
  o.epsilon = p.number("epsilon");
  o.balanced = p.text("class-weight") == "balanced";
  o.platt_folds = static_cast<std::size_t>(p.integer("platt-folds"));
  o.tolerance = p.number("tolerance");
  o.max_passes = static_cast<int>(p.integer("max-passes"));
  o.epsilon_given = p.given("epsilon");
  const bool poly = o.kernel.name == "poly";
  const auto serves = [&](const char* name, bool does, const char* kernels) {
    if (does || !p.given(name)) return;
    o.idle = "--" + std::string(name) + " " + p.text(name) + ": the kernel is " + o.kernel.name;
    o.idle_hint = std::string("it is for ") + kernels;
  };
  // Tuning sets gamma beside every kernel that it tries.
  serves("gamma", !o.is_linear() || p.given("kernel"), "--kernel rbf and --kernel poly");
  serves("degree", poly, "--kernel poly");
  serves("coef0", poly, "--kernel poly");
  serves("loss", o.is_linear(), "--kernel linear");
  return o;
}

Machines train_machines(const cohort::Dataset& data,
                        const linear::Design& design,
                        const SvmOptions& options,
                        const base::Context& context) {
  const Trainer trainer(data, design, options, context);
  Machines out;
  out.pairs = pairs_of(data.outcome);
  const std::size_t n_pairs = out.pairs.size();
  std::vector<Job> jobs;
  std::vector<std::pair<std::size_t, std::size_t>> tasks;  // machine, and fold or (last) all people
  for (std::size_t m = 0; m < n_pairs; ++m) {
    jobs.push_back(make_job(data, out.pairs[m], options, context));
    for (std::size_t f = 0; f <= jobs[m].n_folds; ++f) tasks.emplace_back(m, f);
  }
  std::vector<Machine> machines(n_pairs);
  std::vector<Eigen::VectorXd> margins(n_pairs);
  for (std::size_t m = 0; m < n_pairs; ++m) margins[m].resize(jobs[m].y.size());
  const auto work = [&](std::size_t task, std::size_t) {
    const auto [m, f] = tasks[task];
    if (f < jobs[m].n_folds) {
      fit_fold(trainer, jobs[m], f, margins[m]);
      return;
    }
    machines[m] = trainer.fit(jobs[m].people, jobs[m].y);
    if (jobs[m].n_folds == 0) {
      margins[m] = trainer.margins(machines[m], jobs[m].people, jobs[m].people);
    }
  };
  if (trainer.can_run_side_by_side()) {
    context.threads->run(tasks.size(), work);
  } else {
    for (std::size_t t = 0; t < tasks.size(); ++t) work(t, 0);
  }

  const auto columns = static_cast<Index>(n_pairs);
  out.b.resize(columns);
  Eigen::MatrixXd weights = Eigen::MatrixXd::Zero(static_cast<Index>(data.n_samples()),
                                                  options.is_linear() ? 0 : columns);
  if (options.is_linear()) out.w.resize(static_cast<Index>(design.n_features()), columns);
  for (std::size_t m = 0; m < n_pairs; ++m) {
    const auto c = static_cast<Index>(m);
    const Machine& machine = machines[m];
    out.b(c) = machine.b;
    if (options.is_linear()) {
      out.w.col(c) = machine.w;
    } else {
      for (std::size_t s = 0; s < jobs[m].people.size(); ++s) {
        weights(jobs[m].people[s], c) = machine.weights(static_cast<Index>(s));
      }
    }
    if (data.outcome.kind != OutcomeKind::kContinuous) {
      out.platt.push_back(fit_platt(margins[m], jobs[m].y));
    }
    out.objectives.push_back(machine.objective);
    out.iterations.push_back(machine.iterations);
    out.n_support.push_back(machine.n_support);
    out.converged = out.converged && machine.converged;
  }
  for (Index i = 0; i < weights.rows() && weights.cols() > 0; ++i) {
    if (!weights.row(i).isZero(0)) out.support.push_back(static_cast<std::uint32_t>(i));
  }
  out.weights = weights(out.support, Eigen::all);
  return out;
}

}  // namespace gcrisk::models::svm
