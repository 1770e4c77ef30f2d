// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>

#include "gcrisk/base/context.hpp"
#include "gcrisk/genotype/kernels.hpp"

namespace gcrisk::preprocess {

// The leading singular vectors of a decoded view X̃ (n samples × p variants), largest first.
struct Components {
  Eigen::VectorXd singular_values;  // k
  Eigen::MatrixXd left;             // n × k, orthonormal
  Eigen::MatrixXd right;            // p × k, orthonormal
};

// From the eigenvectors of X̃ X̃ᵀ. Memory n², time n² p.
Components exact_components(const genotype::GenotypeView& view,
                            std::span<const genotype::CodeTable> tables,
                            std::size_t k,
                            const base::Context& context);

// From a Krylov space that random vectors span under X̃ X̃ᵀ (Halko, Martinsson and Tropp 2011;
// Musco and Musco 2015): k + 10 vectors, enlarged until the k values have settled to one part in
// a million, at most 12 times. Memory n × 13 (k + 10) + p (k + 10), time about 24 passes.
Components random_components(const genotype::GenotypeView& view,
                             std::span<const genotype::CodeTable> tables,
                             std::size_t k,
                             const base::Context& context);

}  // namespace gcrisk::preprocess
