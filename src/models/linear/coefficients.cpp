// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/linear/coefficients.hpp"

namespace gcrisk::models::linear {

using Eigen::Index;

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

}  // namespace gcrisk::models::linear
