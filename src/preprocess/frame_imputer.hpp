// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "column_step.hpp"
#include "table_frame.hpp"

namespace gcrisk::preprocess {

// What the imputers over several columns share: each of the two tables is a frame of its own, and
// a person's gaps are filled from that person's values and the stored state alone, so that the
// answer does not depend on who else is in the file.
class FrameImputer : public Step {
 public:
  void fit(const cohort::Cohort& training, const base::Context& context) final;
  void apply(cohort::Cohort& cohort, const base::Context& context) const final;
  StepState save() const final;
  void load(const StepState& state) final;

 protected:
  // What is remembered of one table beside its frame.
  struct Memory {
    TableFrame frame;
    base::TensorMap tensors;
  };
  // `values` has a row a training sample, missing as NaN. Fills memory.tensors.
  virtual void learn(Memory& memory,
                     const Eigen::MatrixXd& values,
                     const base::Context& context) = 0;
  // Called after learn and after load, to make whatever `fill_rows` wants ready.
  virtual void prepare(std::size_t part, const Memory& memory) = 0;
  // Replaces the NaN of rows begin … end-1. Called from several threads.
  virtual void fill_rows(std::size_t part,
                         Eigen::MatrixXd& values,
                         const std::vector<std::string>& ids,
                         std::size_t begin,
                         std::size_t end) const = 0;

  std::array<Memory, kTableParts.size()> memory_;
};

}  // namespace gcrisk::preprocess
