// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/cohort/dataset.hpp"

#include <algorithm>

#include "gcrisk/base/error.hpp"
#include "select_rows.hpp"

namespace gcrisk::cohort {

namespace {

Eigen::MatrixXd pick_rows(const Eigen::MatrixXd& from, std::span<const std::uint32_t> rows) {
  Eigen::MatrixXd to(static_cast<Eigen::Index>(rows.size()), from.cols());
  if (from.rows() == 0) return to;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    to.row(static_cast<Eigen::Index>(i)) = from.row(static_cast<Eigen::Index>(rows[i]));
  }
  return to;
}

void to_dense(const clinical::Table& table,
              Eigen::MatrixXd& values,
              std::vector<std::string>& names) {
  values.resize(static_cast<Eigen::Index>(table.n_rows()),
                static_cast<Eigen::Index>(table.n_columns()));
  for (std::size_t c = 0; c < table.n_columns(); ++c) {
    const clinical::Column& column = table.columns()[c];
    if (!column.is_numeric()) {
      throw base::MismatchError("column '" + column.field.name + "' holds " +
                                    std::string(clinical::to_string(column.field.type)) +
                                    " values, a model needs numbers",
                                "encode it (--encode onehot), or leave it out");
    }
    names.push_back(column.field.name);
    std::copy(column.numbers.begin(),
              column.numbers.end(),
              values.col(static_cast<Eigen::Index>(c)).begin());
  }
}

}  // namespace

Dataset Dataset::select_rows(std::span<const std::uint32_t> rows) const {
  Dataset out = *this;
  out.ids = pick(ids, rows);
  out.genotypes = genotypes.with_samples(rows);
  out.clinical = pick_rows(clinical, rows);
  out.molecular = pick_rows(molecular, rows);
  out.outcome = outcome.select_rows(rows);
  if (weights.size() > 0) out.weights = pick_rows(weights, rows);
  out.groups = pick(groups, rows);
  return out;
}

Dataset Dataset::select_variants(std::span<const std::uint32_t> columns) const {
  Dataset out = *this;
  out.genotypes = genotypes.with_variants(columns);
  out.variants = pick(variants, columns);
  return out;
}

Dataset to_dataset(const Cohort& cohort) {
  Dataset out;
  out.ids = cohort.ids;
  out.genotypes = cohort.genotypes;
  out.variants = cohort.variants;
  to_dense(cohort.clinical, out.clinical, out.clinical_names);
  to_dense(cohort.molecular, out.molecular, out.molecular_names);
  const auto n = static_cast<Eigen::Index>(cohort.n_samples());
  if (out.clinical_names.empty()) out.clinical.resize(n, 0);
  if (out.molecular_names.empty()) out.molecular.resize(n, 0);
  out.outcome = cohort.outcome;
  out.groups = cohort.groups;
  return out;
}

Inputs parse_inputs(std::string_view text) {
  if (text == "all") return Inputs::kAll;
  if (text == "genotypes") return Inputs::kGenotypes;
  if (text == "molecular") return Inputs::kMolecular;
  if (text == "clinical") return Inputs::kClinical;
  throw base::UsageError("--inputs " + std::string(text) +
                         ": expected one of: all, genotypes, molecular, clinical");
}

Dataset restrict_inputs(Dataset dataset, std::span<const Inputs> inputs) {
  const auto wanted = [&](Inputs part) {
    return std::find(inputs.begin(), inputs.end(), part) != inputs.end() ||
           std::find(inputs.begin(), inputs.end(), Inputs::kAll) != inputs.end();
  };
  if (!wanted(Inputs::kGenotypes)) dataset = dataset.select_variants({});
  if (!wanted(Inputs::kClinical)) {
    dataset.clinical.resize(dataset.clinical.rows(), 0);
    dataset.clinical_names.clear();
  }
  if (!wanted(Inputs::kMolecular)) {
    dataset.molecular.resize(dataset.molecular.rows(), 0);
    dataset.molecular_names.clear();
  }
  if (dataset.n_features() == 0) {
    throw base::DegenerateError("no feature is left: the study has none of the inputs asked for",
                                "see what it holds with gcrisk show, or change --inputs");
  }
  return dataset;
}

}  // namespace gcrisk::cohort
