// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "chained_regression.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "state.hpp"

namespace gcrisk::preprocess {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::RowVectorXd;

// Changes of a value below this part of its standard deviation are none.
constexpr double kSettled = 1e-7;
// Of a table with more columns only those with gaps in the training set get predictors; gaps that
// turn up elsewhere later are filled with the mean.
constexpr std::size_t kWide = 500;

Index width_of(const TableFrame::Column& column) {
  return column.n_levels > 0 ? static_cast<Index>(column.n_levels) : 1;
}

// Standardised number, or indicators of the level.
template <typename Out>
void write_features(const TableFrame::Column& column, double value, Out&& out) {
  if (column.n_levels == 0) {
    out[0] = (value - column.mean) / column.sd;
    return;
  }
  for (std::size_t l = 0; l < column.n_levels; ++l) {
    out[static_cast<Index>(l)] = value == static_cast<double>(l) ? 1 : 0;
  }
}

double start_value(const TableFrame::Column& column) {
  return column.two_valued ? std::round(column.mean) : column.mean;
}

// Which columns go with which most closely.
class Correlations {
 public:
  explicit Correlations(const MatrixXd& completed)
      : centred_(completed.rowwise() - completed.colwise().mean()),
        norms_(centred_.colwise().norm()) {}

  // The columns most correlated with `target`, at most `most`, in their own order.
  std::vector<std::int32_t> strongest(Index target, std::size_t most) const {
    std::vector<std::int32_t> all;
    for (Index c = 0; c < centred_.cols(); ++c) {
      if (c != target) all.push_back(static_cast<std::int32_t>(c));
    }
    if (all.size() <= most) return all;
    const RowVectorXd products = centred_.col(target).transpose() * centred_;
    const auto strength = [&](std::int32_t c) {
      return norms_[c] > 0 ? std::abs(products[c]) / norms_[c] : 0;
    };
    std::stable_sort(all.begin(), all.end(), [&](std::int32_t a, std::int32_t b) {
      return strength(a) > strength(b);
    });
    all.resize(most);
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  MatrixXd centred_;
  RowVectorXd norms_;
};

}  // namespace

double decide(const TableFrame::Column& column, const RowVectorXd& prediction) {
  if (column.n_levels > 0) {
    Index best = 0;
    prediction.maxCoeff(&best);
    return static_cast<double>(best);
  }
  return column.two_valued ? (prediction[0] >= 0.5 ? 1 : 0) : prediction[0];
}

ChainedRegression::ChainedRegression(const TableFrame& frame,
                                     const Settings& settings,
                                     MatrixXd& values)
    : settings_(settings), equations_(frame.n_columns()) {
  const MatrixXd seen = values;
  std::vector<std::size_t> incomplete;
  std::vector<std::size_t> gaps(frame.n_columns());
  for (std::size_t c = 0; c < frame.n_columns(); ++c) {
    auto column = values.col(static_cast<Index>(c));
    for (double& value : column) {
      if (!std::isnan(value)) continue;
      value = start_value(frame.columns()[c]);
      ++gaps[c];
    }
    if (gaps[c] > 0) incomplete.push_back(c);
  }
  const Correlations correlations(values);
  const bool is_wide = frame.n_columns() > kWide;
  for (std::size_t c = 0; c < frame.n_columns(); ++c) {
    if (is_wide && gaps[c] == 0) continue;
    equations_[c].predictors = correlations.strongest(static_cast<Index>(c), settings_.predictors);
  }
  // Fewest gaps first: what is known best helps the others.
  std::stable_sort(incomplete.begin(), incomplete.end(), [&](std::size_t a, std::size_t b) {
    return gaps[a] < gaps[b];
  });
  for (std::size_t round = 0; round < settings_.rounds; ++round) {
    double change = 0;
    for (const std::size_t c : incomplete) {
      fit_equation(frame, c, values, seen);
      const auto column = static_cast<Index>(c);
      for (Index i = 0; i < values.rows(); ++i) {
        if (!std::isnan(seen(i, column))) continue;
        const double value = decide(frame.columns()[c], predict(frame, c, values.row(i)));
        change = std::max(change, std::abs(value - values(i, column)) / frame.columns()[c].sd);
        values(i, column) = value;
      }
    }
    if (change < kSettled) break;
  }
  for (std::size_t c = 0; c < frame.n_columns(); ++c) fit_equation(frame, c, values, seen);
}

void ChainedRegression::fit_equation(const TableFrame& frame,
                                     std::size_t column,
                                     const MatrixXd& completed,
                                     const MatrixXd& values) {
  Equation& equation = equations_[column];
  const TableFrame::Column& target = frame.columns()[column];
  std::vector<Index> rows;
  for (Index i = 0; i < values.rows(); ++i) {
    if (!std::isnan(values(i, static_cast<Index>(column)))) rows.push_back(i);
  }
  Index width = 0;
  for (const auto c : equation.predictors)
    width += width_of(frame.columns()[static_cast<std::size_t>(c)]);
  const auto n = static_cast<Index>(rows.size());
  MatrixXd x(n, width);
  MatrixXd y(n, width_of(target));
  for (Index i = 0; i < n; ++i) {
    const Index row = rows[static_cast<std::size_t>(i)];
    Index at = 0;
    for (const auto c : equation.predictors) {
      const auto& predictor = frame.columns()[static_cast<std::size_t>(c)];
      write_features(predictor, completed(row, c), x.row(i).segment(at, width_of(predictor)));
      at += width_of(predictor);
    }
    const double value = values(row, static_cast<Index>(column));
    if (target.n_levels > 0) {
      write_features(target, value, y.row(i));
    } else {
      y(i, 0) = value;
    }
  }
  const RowVectorXd x_mean = x.colwise().mean();
  const RowVectorXd y_mean = y.colwise().mean();
  x.rowwise() -= x_mean;
  y.rowwise() -= y_mean;
  MatrixXd normal = x.transpose() * x;
  normal.diagonal().array() += settings_.ridge;
  equation.coefficients = Eigen::LDLT<MatrixXd>(normal).solve(x.transpose() * y);
  equation.intercepts = y_mean - x_mean * equation.coefficients;
}

RowVectorXd ChainedRegression::predict(const TableFrame& frame,
                                       std::size_t column,
                                       const Eigen::Ref<const RowVectorXd>& row) const {
  const Equation& equation = equations_[column];
  RowVectorXd features(equation.coefficients.rows());
  Index at = 0;
  for (const auto c : equation.predictors) {
    const auto& predictor = frame.columns()[static_cast<std::size_t>(c)];
    write_features(predictor, row[c], features.segment(at, width_of(predictor)));
    at += width_of(predictor);
  }
  return equation.intercepts + features * equation.coefficients;
}

void ChainedRegression::fill(const TableFrame& frame, Eigen::Ref<RowVectorXd> row) const {
  std::vector<std::size_t> gaps;
  for (std::size_t c = 0; c < frame.n_columns(); ++c) {
    double& value = row[static_cast<Index>(c)];
    if (!std::isnan(value)) continue;
    value = start_value(frame.columns()[c]);
    gaps.push_back(c);
  }
  for (std::size_t round = 0; round < settings_.rounds && !gaps.empty(); ++round) {
    double change = 0;
    for (const std::size_t c : gaps) {
      const double value = decide(frame.columns()[c], predict(frame, c, row));
      double& now = row[static_cast<Index>(c)];
      change = std::max(change, std::abs(value - now) / frame.columns()[c].sd);
      now = value;
    }
    if (change < kSettled) break;
  }
}

base::TensorMap ChainedRegression::tensors() const {
  // One after the other for all columns; their sizes follow from the frame and the predictors.
  std::vector<std::int32_t> counts;
  std::vector<std::int32_t> predictors;
  std::vector<double> coefficients;
  for (const Equation& e : equations_) {
    counts.push_back(static_cast<std::int32_t>(e.predictors.size()));
    predictors.insert(predictors.end(), e.predictors.begin(), e.predictors.end());
    coefficients.insert(coefficients.end(), e.intercepts.begin(), e.intercepts.end());
    coefficients.insert(
        coefficients.end(), e.coefficients.data(), e.coefficients.data() + e.coefficients.size());
  }
  return {{"n_predictors", base::Tensor::of(std::move(counts))},
          {"predictors", base::Tensor::of(std::move(predictors))},
          {"coefficients", base::Tensor::of(std::move(coefficients))}};
}

ChainedRegression ChainedRegression::load(const TableFrame& frame,
                                          const Settings& settings,
                                          const base::TensorMap& tensors) {
  const StepState state{"", tensors};
  const auto& counts = tensor_values<std::int32_t>(state, "n_predictors", frame.n_columns());
  const auto total = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  const auto& predictors = tensor_values<std::int32_t>(state, "predictors", total);
  ChainedRegression out;
  out.settings_ = settings;
  std::size_t at = 0;
  std::size_t n_values = 0;
  for (std::size_t c = 0; c < frame.n_columns(); ++c) {
    Equation equation;
    Index width = 0;
    for (std::int32_t k = 0; k < counts[c]; ++k) {
      const std::int32_t predictor = predictors[at++];
      if (predictor < 0 || static_cast<std::size_t>(predictor) >= frame.n_columns()) {
        throw base::MalformedError("recipe.safetensors: array 'predictors' names column " +
                                   std::to_string(predictor) + " of " +
                                   std::to_string(frame.n_columns()));
      }
      equation.predictors.push_back(predictor);
      width += width_of(frame.columns()[static_cast<std::size_t>(predictor)]);
    }
    const Index outputs = width_of(frame.columns()[c]);
    equation.coefficients.resize(width, outputs);
    equation.intercepts.resize(outputs);
    n_values += static_cast<std::size_t>((width + 1) * outputs);
    out.equations_.push_back(std::move(equation));
  }
  const double* from = tensor_values<double>(state, "coefficients", n_values).data();
  for (Equation& e : out.equations_) {
    std::copy_n(from, e.intercepts.size(), e.intercepts.data());
    from += e.intercepts.size();
    std::copy_n(from, e.coefficients.size(), e.coefficients.data());
    from += e.coefficients.size();
  }
  return out;
}

}  // namespace gcrisk::preprocess
