// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/genotype/packed_matrix.hpp"

// Arithmetic on packed genotypes. Every kernel has a scalar reference (kernels_reference.hpp) and
// a test that compares the two on random data with missing calls and ragged ends. Results do not
// depend on the number of threads.
namespace gcrisk::genotype {

struct GenotypeCounts {
  std::uint32_t hom_a1 = 0;
  std::uint32_t het = 0;
  std::uint32_t hom_a2 = 0;
  std::uint32_t missing = 0;

  std::uint32_t called() const { return hom_a1 + het + hom_a2; }
  std::uint32_t a1_alleles() const { return 2 * hom_a1 + het; }
  // Frequency of A1 among called alleles; NaN where nothing is called.
  double a1_frequency() const;
  bool operator==(const GenotypeCounts&) const = default;
};

// The value that stands for each code (index: Code). Standardisation and the imputed value of a
// missing call are folded in here, so that no kernel ever sees them.
using CodeTable = std::array<double, 4>;

// {2, fill, 1, 0}: copies of A1, missing as `fill`.
CodeTable dosage_table(double fill);
// (dosage - mean) / sd with missing at the mean (0); sd from the counts, or sqrt(2p(1-p)) under
// Hardy-Weinberg. A variant without variance gets all zeros.
enum class Scale { kSample, kBinomial };
CodeTable standardised_table(const GenotypeCounts& counts, Scale scale = Scale::kSample);

// A subset of a view's samples for counting: bit 2i is set where sample i belongs.
class SampleMask {
 public:
  explicit SampleMask(std::size_t n_samples);
  static SampleMask where(std::span<const std::uint8_t> belongs);
  void add(std::size_t sample) { words_[sample / 32] |= std::uint64_t{1} << (2 * (sample % 32)); }
  std::size_t n_samples() const noexcept { return n_samples_; }
  std::size_t count() const;
  std::span<const std::uint64_t> words() const noexcept { return words_; }

 private:
  std::size_t n_samples_;
  std::vector<std::uint64_t> words_;
};

// Counts of one packed row of `n_samples`: a few popcounts per 32 samples.
GenotypeCounts count_row(const std::uint8_t* row, std::size_t n_samples);
// The same within each mask; `out` has one entry a mask.
void count_row(const std::uint8_t* row,
               std::span<const SampleMask> masks,
               std::span<GenotypeCounts> out);

// Genotype counts within classes that exclude each other (cases and controls): the class × genotype
// table from which every table statistic of a variant follows.
class ClassCounter {
 public:
  // `class_of` has one entry a sample: 0 … n_classes - 1, or -1 for a sample that is left out.
  ClassCounter(std::span<const std::int32_t> class_of, std::size_t n_classes);
  std::size_t n_classes() const noexcept { return sizes_.size(); }
  std::size_t size(std::size_t c) const noexcept { return sizes_[c]; }
  // `out` has one entry a class.
  void count(const std::uint8_t* row, std::span<GenotypeCounts> out) const;

 private:
  std::size_t n_samples_;
  std::size_t n_words_;
  std::vector<std::size_t> sizes_;
  std::vector<std::uint64_t> masks_;
};

// Counts of every variant of a view.
std::vector<GenotypeCounts> count_genotypes(const GenotypeView& view, const base::Context& context);

// out[i] = table[code of sample i].
void decode_row(const std::uint8_t* row, std::size_t n_samples, const CodeTable& table, float* out);
void decode_row(const std::uint8_t* row,
                std::size_t n_samples,
                const CodeTable& table,
                double* out);

// Sum over samples of table[code] * w[i], in a fixed order of additions.
double dot_row(const std::uint8_t* row,
               std::size_t n_samples,
               const CodeTable& table,
               const double* w);
// y[i] += scale * table[code of sample i].
void add_row(const std::uint8_t* row,
             std::size_t n_samples,
             const CodeTable& table,
             double scale,
             double* y);

// A column of weights, one a sample, and what each code makes of them: Σ values[code] * weight.
struct CodedColumn {
  const double* weights;
  CodeTable values;
};

// out(c, v) = the sum of column c over the samples of variant first + v. Work on four or eight
// columns at once costs little more than on one. Cost: half a load and half an addition a call
// for each four columns.
void coded_sums(const GenotypeView& view,
                std::size_t first,
                std::size_t last,
                std::span<const CodedColumn> columns,
                Eigen::Ref<Eigen::MatrixXd> out);

// Sums of each column of `weights` (n_samples × k) over the samples with each code:
// out(4 * v + code, c) for variants first … last-1 of the view. Everything linear in genotypes
// follows from these. Cost: one pass of the packed rows, k multiply-adds a call.
void weighted_sums(const GenotypeView& view,
                   std::size_t first,
                   std::size_t last,
                   const Eigen::Ref<const Eigen::MatrixXd>& weights,
                   Eigen::Ref<Eigen::MatrixXd> out);
// The same for every variant of the view, in parallel.
void weighted_sums(const GenotypeView& view,
                   const Eigen::Ref<const Eigen::MatrixXd>& weights,
                   Eigen::Ref<Eigen::MatrixXd> out,
                   const base::Context& context);

// y (n × k) += X̃ b (p × k), X̃ the view decoded by `tables` (one a variant). Nothing is decoded
// to a matrix.
void multiply(const GenotypeView& view,
              std::span<const CodeTable> tables,
              const Eigen::Ref<const Eigen::MatrixXd>& b,
              Eigen::Ref<Eigen::MatrixXd> y,
              const base::Context& context);

// z (p × k) = X̃ᵀ w (n × k).
void multiply_transposed(const GenotypeView& view,
                         std::span<const CodeTable> tables,
                         const Eigen::Ref<const Eigen::MatrixXd>& w,
                         Eigen::Ref<Eigen::MatrixXd> z,
                         const base::Context& context);

// X̃ X̃ᵀ (n × n), for PCA of small samples, relationship matrices and linear SVM kernels.
Eigen::MatrixXd gram(const GenotypeView& view,
                     std::span<const CodeTable> tables,
                     const base::Context& context);

// What a pair of variants has in common, over the samples where both are called.
struct PairSums {
  std::int64_t n = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_yy = 0, sum_xy = 0;
  // Squared Pearson correlation of A1 counts; NaN where one of them is constant.
  double r_squared() const;
};
PairSums pair_sums(const std::uint8_t* row_x, const std::uint8_t* row_y, std::size_t n_samples);

}  // namespace gcrisk::genotype
