// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/pipeline/study.hpp"
#include "select_input.hpp"
#include "select_source.hpp"

namespace gcrisk::pipeline {

SelectInput open_study_input(Run& run) {
  const auto& p = run.parameters();
  const std::string& path = p.text("study");
  const Study study = open_study(path, run.context());
  run.add_input("study", study.path + "study.json");
  cohort::Dataset data = study.dataset(run.context());
  SelectInput input;
  select::Task& task = input.task;
  task.outcome = data.outcome;
  const auto n = static_cast<Eigen::Index>(data.n_samples());
  task.covariates.resize(n, 0);
  for (const auto& name : p.texts("covar-name")) {
    const auto at = std::find(data.clinical_names.begin(), data.clinical_names.end(), name);
    if (at == data.clinical_names.end()) {
      const auto nearest = base::nearest_names(name, data.clinical_names);
      throw base::MismatchError("--covar-name " + name + ": the study has no such column",
                                nearest.empty() ? "" : "did you mean " + nearest.front() + "?");
    }
    const Eigen::Index c = task.covariates.cols();
    task.covariates.conservativeResize(n, c + 1);
    task.covariates.col(c) = data.clinical.col(at - data.clinical_names.begin());
    task.covariate_names.push_back(name);
  }
  task.in_use.assign(data.n_samples(), 0);
  std::uint64_t unknown = 0;
  for (const auto row : study.rows(cohort::Set::kTrain)) {
    const bool known =
        !std::isnan(task.outcome.values[row]) && !task.covariates.row(row).array().isNaN().any();
    task.in_use[row] = known ? 1 : 0;
    unknown += known ? 0 : 1;
  }
  run.count_dropped("samples", "outcome or covariate not known", unknown);
  run.log().info("training set: " + base::format_count(task.n_in_use()) + " of " +
                 base::format_count(data.n_samples()) + " samples");
  input.source = std::make_unique<DatasetSource>(data.genotypes, std::move(data.variants));
  return input;
}

}  // namespace gcrisk::pipeline
