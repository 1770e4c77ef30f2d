// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/svm/support.hpp"

#include <algorithm>

#include "gcrisk/base/error.hpp"

namespace gcrisk::models::svm {

namespace {

using Eigen::Index;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t kPeopleAtOnce = 128;
constexpr std::uint32_t kSupportAtOnce = 256;
constexpr std::uint8_t kMissingCopies = 3;

base::Tensor tensor_of(const Eigen::MatrixXd& m) {
  const RowMajor rows = m;
  return {{static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols())},
          std::vector<double>(rows.data(), rows.data() + rows.size())};
}

template <class Values>
const Values& values_of(const base::TensorMap& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  if (found == tensors.end() || !std::holds_alternative<Values>(found->second.values)) {
    throw base::MalformedError("weights.safetensors: tensor '" + name +
                               "' is absent or of another type, the model cannot be used");
  }
  return std::get<Values>(found->second.values);
}

Eigen::MatrixXd matrix_of(const base::TensorMap& tensors, const std::string& name) {
  const auto& values = values_of<std::vector<double>>(tensors, name);
  const auto& shape = tensors.at(name).shape;
  return Eigen::Map<const RowMajor>(
      values.data(), static_cast<Index>(shape.at(0)), static_cast<Index>(shape.at(1)));
}

}  // namespace

SupportVectors::SupportVectors(const cohort::Dataset& data,
                               const linear::Design& design,
                               const std::vector<std::uint32_t>& people,
                               const Eigen::MatrixXd& weights,
                               const Eigen::RowVectorXd& b)
    : n_support_(people.size()), weights_(weights), b_(b) {
  const std::size_t v = data.n_variants();
  const std::size_t p = design.n_features();
  copies_.resize(n_support_ * v);
  genotype::RowScratch scratch;
  for (std::size_t j = 0; j < v; ++j) {
    const std::uint8_t* row = data.genotypes.row(j, scratch);
    for (std::size_t s = 0; s < n_support_; ++s) {
      const unsigned code = row[people[s] / 4] >> (2 * (people[s] % 4)) & 3;
      const int copies = genotype::kA1Count[code];
      copies_[s * v + j] = copies < 0 ? kMissingCopies : static_cast<std::uint8_t>(copies);
    }
  }
  means_.resize(static_cast<Index>(p));
  inverse_sds_.resize(static_cast<Index>(p));
  dense_.resize(static_cast<Index>(p - v), static_cast<Index>(n_support_));
  Eigen::VectorXd column(static_cast<Index>(data.n_samples()));
  for (std::size_t j = 0; j < p; ++j) {
    means_(static_cast<Index>(j)) = design.mean(j);
    inverse_sds_(static_cast<Index>(j)) = design.is_constant(j) ? 0 : 1 / design.sd(j);
    if (j < v) continue;
    design.decode(static_cast<std::uint32_t>(j), column.data());
    for (std::size_t s = 0; s < n_support_; ++s) {
      dense_(static_cast<Index>(j - v), static_cast<Index>(s)) = column(people[s]);
    }
  }
}

SupportVectors::SupportVectors(const base::TensorMap& tensors)
    : copies_(values_of<std::vector<std::uint8_t>>(tensors, "support_copies")),
      dense_(matrix_of(tensors, "support_columns")),
      means_(matrix_of(tensors, "training_means").col(0)),
      inverse_sds_(matrix_of(tensors, "inverse_sds").col(0)),
      weights_(matrix_of(tensors, "support_weights")),
      b_(matrix_of(tensors, "intercepts").row(0)) {
  n_support_ = static_cast<std::size_t>(weights_.rows());
  const Index v = means_.size() - dense_.rows();
  if (v < 0 || copies_.size() != n_support_ * static_cast<std::size_t>(v) ||
      dense_.cols() != weights_.rows() || inverse_sds_.size() != means_.size() ||
      b_.size() != weights_.cols()) {
    throw base::MalformedError(
        "weights.safetensors: the support vectors' tensors do not fit "
        "together, the model cannot be used");
  }
}

void SupportVectors::save(base::TensorMap& tensors) const {
  const auto v = static_cast<std::size_t>(means_.size() - dense_.rows());
  tensors["support_copies"] = {{n_support_, v}, copies_};
  tensors["support_columns"] = tensor_of(dense_);
  tensors["training_means"] = tensor_of(means_);
  tensors["inverse_sds"] = tensor_of(inverse_sds_);
  tensors["support_weights"] = tensor_of(weights_);
  tensors["intercepts"] = tensor_of(b_);
}

// Features × support vectors first … last-1.
Eigen::MatrixXd SupportVectors::standardised(std::uint32_t first, std::uint32_t last) const {
  const Index v = means_.size() - dense_.rows();
  Eigen::MatrixXd out(means_.size(), static_cast<Index>(last - first));
  for (std::uint32_t s = first; s < last; ++s) {
    const auto c = static_cast<Index>(s - first);
    const std::uint8_t* copies = copies_.data() + s * static_cast<std::size_t>(v);
    for (Index j = 0; j < v; ++j) {
      out(j, c) = copies[j] == kMissingCopies ? 0 : (copies[j] - means_(j)) * inverse_sds_(j);
    }
    out.col(c).tail(dense_.rows()) = dense_.col(s);
  }
  return out;
}

Eigen::MatrixXd SupportVectors::margins(const cohort::Dataset& data,
                                        const KernelSpec& kernel,
                                        const base::Context& context) const {
  const std::size_t n = data.n_samples();
  const auto v = static_cast<Index>(data.n_variants());
  const Index c = data.clinical.cols();
  Eigen::MatrixXd out = b_.replicate(static_cast<Index>(n), 1);
  for (std::uint32_t first = 0; first < n_support_; first += kSupportAtOnce) {
    const auto last = static_cast<std::uint32_t>(
        std::min<std::size_t>(n_support_, std::size_t{first} + kSupportAtOnce));
    const Eigen::MatrixXd support = standardised(first, last);
    const Eigen::VectorXd support_squares = support.colwise().squaredNorm();
    context.for_chunks(n, kPeopleAtOnce, [&](std::size_t begin, std::size_t end) {
      context.cancellation->check();
      const auto rows = static_cast<Index>(end - begin);
      Eigen::MatrixXd x(rows, means_.size());
      genotype::RowScratch scratch;
      for (Index j = 0; j < v; ++j) {
        const double unit = inverse_sds_(j);
        const double mean = means_(j);
        const genotype::CodeTable table = {(2 - mean) * unit, 0, (1 - mean) * unit, -mean * unit};
        // Chunks begin at a whole byte.
        genotype::decode_row(data.genotypes.row(static_cast<std::size_t>(j), scratch) + begin / 4,
                             end - begin,
                             table,
                             x.col(j).data());
      }
      for (Index j = v; j < means_.size(); ++j) {
        const auto column = j < v + c ? data.clinical.col(j - v) : data.molecular.col(j - v - c);
        x.col(j) =
            (column.segment(static_cast<Index>(begin), rows).array() - means_(j)) * inverse_sds_(j);
      }
      const Eigen::VectorXd squares = x.rowwise().squaredNorm();
      Eigen::MatrixXd k = x * support;
      for (Index s = 0; s < k.cols(); ++s) {
        for (Index i = 0; i < rows; ++i) {
          k(i, s) = kernel.value(k(i, s), squares(i), support_squares(s));
        }
      }
      out.middleRows(static_cast<Index>(begin), rows).noalias() +=
          k * weights_.middleRows(first, k.cols());
    });
  }
  return out;
}

}  // namespace gcrisk::models::svm
