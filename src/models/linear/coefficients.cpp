// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/linear/coefficients.hpp"

#include "gcrisk/base/error.hpp"

namespace gcrisk::models::linear {

using Eigen::Index;

namespace {

std::vector<double> row_major(const Eigen::MatrixXd& m) {
  std::vector<double> out;
  out.reserve(static_cast<std::size_t>(m.size()));
  for (Index i = 0; i < m.rows(); ++i) {
    for (Index j = 0; j < m.cols(); ++j) out.push_back(m(i, j));
  }
  return out;
}

}  // namespace

Eigen::MatrixXd Coefficients::scores(const cohort::Dataset& data,
                                     const base::Context& context) const {
  Eigen::MatrixXd out = intercepts.replicate(static_cast<Index>(data.n_samples()), 1);
  std::vector<std::uint32_t> variants;
  std::vector<genotype::CodeTable> tables;
  for (std::size_t j = 0; j < data.n_variants(); ++j) {
    if (beta.row(static_cast<Index>(j)).isZero(0)) continue;
    variants.push_back(static_cast<std::uint32_t>(j));
    tables.push_back(genotype::dosage_table(means(static_cast<Index>(j))));
  }
  if (!variants.empty()) {
    Eigen::MatrixXd used(static_cast<Index>(variants.size()), beta.cols());
    for (std::size_t s = 0; s < variants.size(); ++s) {
      used.row(static_cast<Index>(s)) = beta.row(static_cast<Index>(variants[s]));
    }
    genotype::multiply(data.genotypes.with_variants(variants), tables, used, out, context);
  }
  const auto v = static_cast<Index>(data.n_variants());
  const Index c = data.clinical.cols();
  if (c > 0) out.noalias() += data.clinical * beta.middleRows(v, c);
  if (data.molecular.cols() > 0)
    out.noalias() += data.molecular * beta.bottomRows(data.molecular.cols());
  return out;
}

Coefficients to_original(const Design& design,
                         const Eigen::RowVectorXd& intercepts,
                         const Features& features,
                         const Eigen::MatrixXd& coefficients) {
  Coefficients out;
  const auto size = static_cast<Index>(design.n_features());
  out.intercepts = intercepts;
  out.beta = Eigen::MatrixXd::Zero(size, intercepts.size());
  out.means.resize(size);
  for (Index j = 0; j < size; ++j) out.means(j) = design.mean(static_cast<std::size_t>(j));
  for (std::size_t s = 0; s < features.size(); ++s) {
    const std::uint32_t j = features[s];
    out.beta.row(j) = coefficients.row(static_cast<Index>(s)) / design.sd(j);
    out.intercepts -= design.mean(j) * out.beta.row(j);
  }
  return out;
}

Coefficients to_original(const Design& design, const PathPoint& point) {
  return to_original(design, point.intercepts, point.features, point.coefficients);
}

void save(const Coefficients& coefficients, base::TensorMap& tensors) {
  const auto columns = static_cast<std::size_t>(coefficients.intercepts.size());
  const auto features = static_cast<std::size_t>(coefficients.beta.rows());
  tensors["intercepts"] = base::Tensor::of(row_major(coefficients.intercepts));
  tensors["coefficients"] = {{features, columns}, row_major(coefficients.beta)};
  tensors["training_means"] = base::Tensor::of(row_major(coefficients.means));
}

Coefficients load_coefficients(const base::TensorMap& tensors) {
  Coefficients out;
  const auto values = [&](const char* name) -> const std::vector<double>& {
    const auto found = tensors.find(name);
    if (found == tensors.end() ||
        !std::holds_alternative<std::vector<double>>(found->second.values)) {
      throw base::MalformedError("weights.safetensors: tensor '" + std::string(name) +
                                 "' of 64-bit numbers is absent, the model cannot be used");
    }
    return std::get<std::vector<double>>(found->second.values);
  };
  const auto& intercepts = values("intercepts");
  const auto& means = values("training_means");
  const auto& beta = values("coefficients");
  const std::size_t columns = intercepts.size();
  if (columns == 0 || beta.size() != means.size() * columns) {
    throw base::MalformedError("weights.safetensors: " + std::to_string(beta.size()) +
                               " coefficients, expected " + std::to_string(means.size()) +
                               " features times " + std::to_string(columns) + " columns");
  }
  out.intercepts =
      Eigen::Map<const Eigen::RowVectorXd>(intercepts.data(), static_cast<Index>(columns));
  out.means = Eigen::Map<const Eigen::VectorXd>(means.data(), static_cast<Index>(means.size()));
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  out.beta = Eigen::Map<const RowMajor>(
      beta.data(), static_cast<Index>(means.size()), static_cast<Index>(columns));
  return out;
}

Attribution attribute(const Coefficients& coefficients,
                      const cohort::Dataset& data,
                      const base::Context& context) {
  const auto n = static_cast<Index>(data.n_samples());
  const auto v = static_cast<Index>(data.n_variants());
  const Index c = data.clinical.cols();
  Attribution out;
  out.features = feature_names(data);
  out.baseline = coefficients.intercepts(0) + coefficients.beta.col(0).dot(coefficients.means);
  out.values = Eigen::MatrixXd::Zero(n, static_cast<Index>(data.n_features()));
  genotype::RowScratch scratch;
  for (Index j = 0; j < v; ++j) {
    const double beta = coefficients.beta(j, 0);
    if (beta == 0) continue;
    const double mean = coefficients.means(j);
    const genotype::CodeTable table = {beta * (2 - mean), 0, beta * (1 - mean), -beta * mean};
    genotype::decode_row(data.genotypes.row(static_cast<std::size_t>(j), scratch),
                         data.n_samples(),
                         table,
                         out.values.col(j).data());
  }
  for (Index j = v; j < out.values.cols(); ++j) {
    const auto column = j < v + c ? data.clinical.col(j - v) : data.molecular.col(j - v - c);
    out.values.col(j) = coefficients.beta(j, 0) * (column.array() - coefficients.means(j));
  }
  const Eigen::VectorXd score = coefficients.scores(data, context).col(0);
  const Eigen::VectorXd sum = out.values.rowwise().sum().array() + out.baseline;
  out.largest_error = n == 0 ? 0 : (score - sum).cwiseAbs().maxCoeff();
  return out;
}

}  // namespace gcrisk::models::linear
