// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/svm/sample_rows.hpp"

namespace gcrisk::models::svm {

// How alike two people are, of their standardised features:
//   linear x'z, rbf exp(-gamma |x - z|²), poly (gamma x'z + coef0)^degree.
struct KernelSpec {
  std::string name = "rbf";
  double gamma = 1;
  double coef0 = 0;
  int degree = 3;

  // From the inner product and the squared lengths.
  double value(double product, double square_x, double square_z) const;
};

// The kernel between all people of a training set, row by row. Where the memory limit allows it
// the whole matrix is made at once from packed tiles (8 n² bytes while it is made, 4 n² kept);
// otherwise rows are made when they are asked for, and the last ones that fit are kept.
class KernelRows {
 public:
  KernelRows(const cohort::Dataset& data,
             const linear::Design& design,
             const KernelSpec& spec,
             const base::Context& context);

  // The row of one person, one value a person; valid until the next call where rows are made on
  // demand.
  const float* row(std::size_t person);
  // Does the limit allow the whole matrix of so many people?
  static bool fits(std::size_t n_people, const base::Context& context) {
    return 12 * n_people * n_people <= context.memory_bytes / 2;
  }
  float diagonal(std::size_t person) const { return diagonal_[person]; }
  // All in memory: `row` may then be called by several threads.
  bool is_whole() const noexcept { return whole_.size() > 0; }

 private:
  struct Cached {
    std::vector<float> values;
    std::list<std::size_t>::iterator use;
  };

  void make_row(std::size_t person, std::vector<float>& out) const;

  const linear::Design& design_;
  KernelSpec spec_;
  const base::Context& context_;
  Eigen::MatrixXf whole_;
  std::vector<float> diagonal_;
  std::unique_ptr<SampleRows> people_;
  std::vector<double> squares_;
  linear::Features features_;
  std::unordered_map<std::size_t, Cached> cache_;
  std::list<std::size_t> last_used_;
  std::size_t most_cached_ = 2;
};

}  // namespace gcrisk::models::svm
