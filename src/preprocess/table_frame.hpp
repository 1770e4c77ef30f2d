// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/json.hpp"
#include "gcrisk/clinical/table.hpp"

namespace gcrisk::preprocess {

// The columns of a table as one matrix of numbers, for imputers that look at several columns at
// once: measured and two-valued columns as they are, categories as the code of their level,
// missing as NaN. Learned from the training rows: mean and standard deviation of each column, so
// that distances and penalties treat columns alike.
class TableFrame {
 public:
  struct Column {
    std::string name;
    std::size_t n_levels = 0;  // of a category; 0: a number
    bool two_valued = false;
    double mean = 0;  // of a category: its most frequent code
    double sd = 1;
  };

  TableFrame() = default;
  explicit TableFrame(const clinical::Table& training);

  const std::vector<Column>& columns() const noexcept { return columns_; }
  std::size_t n_columns() const noexcept { return columns_.size(); }

  // Rows × columns; a level that the training set does not have is NaN. MismatchError where a
  // column is absent.
  Eigen::MatrixXd values(const clinical::Table& table, std::string_view part) const;
  // Puts numbers into the gaps of the table's columns, and nowhere else.
  void fill(clinical::Table& table, const Eigen::MatrixXd& values) const;

  base::Json to_json() const;
  static TableFrame from_json(const base::Json& json);

 private:
  std::vector<Column> columns_;
};

}  // namespace gcrisk::preprocess
