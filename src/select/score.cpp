// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <limits>

#include "gcrisk/genotype/row_words.hpp"
#include "gcrisk/select/null_model.hpp"
#include "gcrisk/select/selector.hpp"
#include "gcrisk/select/statistics.hpp"

namespace gcrisk::select {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string score_refusal(const Task& task) {
  if (task.outcome.kind == cohort::OutcomeKind::kBinary ||
      task.outcome.kind == cohort::OutcomeKind::kContinuous) {
    return {};
  }
  return "it needs a binary or continuous outcome, '" + task.outcome.name + "' is " +
         std::string(cohort::to_string(task.outcome.kind));
}

// With the null model y ~ X fitted once, a variant g needs U = gᵀr and V = gᵀWg - |QᵀWg|², where
// the columns of Q span X and QᵀWQ = 1: all of them sums of weights by genotype. A missing call
// stands at the variant's mean.
class ScoreSelector final : public Selector {
 public:
  explicit ScoreSelector(const Task& task)
      : logistic_(task.outcome.kind == cohort::OutcomeKind::kBinary),
        n_classes_(task.n_classes()),
        null_(fit_null_model(task)) {
    const auto n = static_cast<Eigen::Index>(task.n_samples());
    const Eigen::Index k = null_.basis.cols();
    // Row by row, for missing calls: residual, weight, weighted basis.
    by_sample_.resize(k + 2, n);
    by_sample_.row(0) = null_.residuals.transpose();
    by_sample_.row(1) = null_.weights.transpose();
    by_sample_.bottomRows(k) =
        (null_.basis.array().colwise() * null_.weights.array()).matrix().transpose();
    columns_ = by_sample_.transpose();
    constexpr genotype::CodeTable kCount = {2, 0, 1, 0};
    constexpr genotype::CodeTable kSquare = {4, 0, 1, 0};
    for (Eigen::Index c = 0; c < columns_.cols(); ++c) {
      coded_.push_back({columns_.col(c).data(), c == 1 ? kSquare : kCount});
    }
    in_use_ = genotype::SampleMask::where(task.in_use);
  }

  std::vector<std::string> columns() const override {
    return {"BETA_SCORE", "SE_SCORE", "CHI2_SCORE", "P_SCORE"};
  }
  std::size_t p_column() const override { return 3; }
  double permuted_statistic(ClassCounts) const override { return kNaN; }

  void evaluate(const Batch& batch,
                std::span<double> values,
                std::span<double> log10_p) const override {
    const auto size = static_cast<Eigen::Index>(batch.size());
    Eigen::MatrixXd sums(columns_.cols(), size);
    genotype::coded_sums(batch.genotypes, batch.first, batch.last, coded_, sums);
    genotype::RowScratch scratch;
    Eigen::VectorXd missing(columns_.cols());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto total = total_of(batch.counts.subspan(i * n_classes_, n_classes_));
      auto s = sums.col(static_cast<Eigen::Index>(i));
      if (total.missing > 0 && total.called() > 0) {
        const double mean = total.a1_alleles() / static_cast<double>(total.called());
        sum_missing(batch.genotypes.row(batch.first + i, scratch), missing);
        const double squares = s[1] + mean * mean * missing[1];
        s += mean * missing;
        s[1] = squares;
      }
      const double log10 = test(s, values.subspan(4 * i, 4), !log10_p.empty());
      if (!log10_p.empty()) log10_p[i] = log10;
    }
  }

 private:
  static genotype::GenotypeCounts total_of(ClassCounts counts) {
    genotype::GenotypeCounts total;
    for (const auto& c : counts) {
      total.hom_a1 += c.hom_a1;
      total.het += c.het;
      total.hom_a2 += c.hom_a2;
      total.missing += c.missing;
    }
    return total;
  }

  void sum_missing(const std::uint8_t* row, Eigen::VectorXd& sums) const {
    sums.setZero();
    const auto words = in_use_.words();
    const std::size_t row_bytes = genotype::packed_bytes(in_use_.n_samples());
    for (std::size_t w = 0; w < words.size(); ++w) {
      const std::uint64_t word = genotype::load_word(row, row_bytes, w);
      std::uint64_t missing = word & ~(word >> 1) & words[w];
      while (missing != 0) {
        const int bit = std::countr_zero(missing);
        missing &= missing - 1;
        sums += by_sample_.col(static_cast<Eigen::Index>(32 * w) + bit / 2);
      }
    }
  }

  // `s` holds gᵀr, gᵀWg and QᵀWg.
  template <typename Sums>
  double test(const Sums& s, std::span<double> out, bool want_log10) const {
    const double raw = s[1];
    const double v = raw - s.tail(s.size() - 2).squaredNorm();
    // What is left of a variant that the covariates explain is rounding.
    if (!(v > 1e-9 * raw)) {
      std::fill(out.begin(), out.end(), kNaN);
      return kNaN;
    }
    const double u = s[0];
    if (logistic_) {
      const double chi2 = u * u / v;
      out[0] = u / v;
      out[1] = 1 / std::sqrt(v);
      out[2] = chi2;
      out[3] = chi_square_p(chi2, 1);
      return want_log10 ? log10_chi_square_p(chi2, 1, out[3]) : 0;
    }
    // The exact t test of the coefficient follows from the null model's sum of squares.
    const double df = null_.residual_df - 1;
    const double rest = null_.residual_squares - u * u / v;
    const double t_squared = df > 0 && rest > 0 ? u * u / v / (rest / df) : kNaN;
    out[0] = u / v;
    out[1] = std::sqrt(rest / df / v);
    out[2] = t_squared;
    out[3] = t_squared_p(t_squared, df);
    return want_log10 ? log10_t_squared_p(t_squared, df, out[3]) : 0;
  }

  bool logistic_;
  std::size_t n_classes_;
  NullModel null_;
  Eigen::MatrixXd by_sample_;
  Eigen::MatrixXd columns_;
  std::vector<genotype::CodedColumn> coded_;
  genotype::SampleMask in_use_{0};
};

}  // namespace

const SelectorEntry& score_entry() {
  static const SelectorEntry kEntry = {
      .name = "score",
      .title = "score test with covariates",
      .purpose =
          "logistic or linear regression on A1 counts, adjusted for covariates: the model "
          "without the variant is fitted once, each variant is tested against it (Rao). "
          "Effects are one-step estimates; for a continuous outcome the test is the exact "
          "t test. A missing call stands at the variant's mean.",
      .from_counts = false,
      .offers_permutations = false,
      .refusal = &score_refusal,
      .make = [](const Task& task) -> std::unique_ptr<Selector> {
        return std::make_unique<ScoreSelector>(task);
      },
  };
  return kEntry;
}

}  // namespace gcrisk::select
