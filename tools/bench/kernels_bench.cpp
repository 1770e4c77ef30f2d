// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <vector>

#include "gcrisk/base/random.hpp"
#include "gcrisk/genotype/kernels.hpp"

// The kernels on one thread, 20,000 samples, rows that fit the second-level cache: "items" are
// calls (samples × variants).
namespace {

using namespace gcrisk;
using genotype::GenotypeView;

constexpr std::size_t kSamples = 20000;

GenotypeView make_view(std::size_t n_variants) {
  base::Random random(1, "bench");
  std::vector<std::uint8_t> bytes(genotype::packed_bytes(kSamples) * n_variants);
  for (auto& byte : bytes) {
    for (unsigned k = 0; k < 4; ++k) {
      const double u = random.uniform();
      const unsigned code = u < 0.01 ? 1 : u < 0.1 ? 0 : u < 0.5 ? 2 : 3;
      byte = static_cast<std::uint8_t>(byte | code << 2 * k);
    }
  }
  return GenotypeView(genotype::PackedMatrix::own(std::move(bytes), kSamples, n_variants));
}

Eigen::MatrixXd make_matrix(std::size_t rows, std::int64_t columns) {
  base::Random random(2, "bench");
  Eigen::MatrixXd m(static_cast<Eigen::Index>(rows), columns);
  for (double& x : m.reshaped()) x = random.normal();
  return m;
}

void count_calls(benchmark::State& state, std::size_t n_variants) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n_variants * kSamples));
}

void BM_CountRow(benchmark::State& state) {
  const auto view = make_view(64);
  genotype::RowScratch scratch;
  for (auto _ : state) {
    for (std::size_t j = 0; j < 64; ++j) {
      benchmark::DoNotOptimize(genotype::count_row(view.row(j, scratch), kSamples));
    }
  }
  count_calls(state, 64);
}
BENCHMARK(BM_CountRow);

void BM_ClassCounter(benchmark::State& state) {
  const auto view = make_view(64);
  std::vector<std::int32_t> class_of(kSamples);
  for (std::size_t i = 0; i < kSamples; ++i) class_of[i] = i % 3 == 0 ? 1 : 0;
  const genotype::ClassCounter counter(class_of, 2);
  std::vector<genotype::GenotypeCounts> counts(2);
  genotype::RowScratch scratch;
  for (auto _ : state) {
    for (std::size_t j = 0; j < 64; ++j) {
      counter.count(view.row(j, scratch), counts);
      benchmark::DoNotOptimize(counts.data());
    }
  }
  count_calls(state, 64);
}
BENCHMARK(BM_ClassCounter);

template <typename Value>
void BM_DecodeRow(benchmark::State& state) {
  const auto view = make_view(8);
  std::vector<Value> out(kSamples);
  genotype::RowScratch scratch;
  const auto table = genotype::dosage_table(0.5);
  for (auto _ : state) {
    for (std::size_t j = 0; j < 8; ++j) {
      genotype::decode_row(view.row(j, scratch), kSamples, table, out.data());
      benchmark::ClobberMemory();
    }
  }
  count_calls(state, 8);
}
BENCHMARK(BM_DecodeRow<float>);
BENCHMARK(BM_DecodeRow<double>);

void BM_PairSums(benchmark::State& state) {
  const auto view = make_view(64);
  genotype::RowScratch a;
  genotype::RowScratch b;
  for (auto _ : state) {
    for (std::size_t j = 1; j < 64; ++j) {
      benchmark::DoNotOptimize(genotype::pair_sums(view.row(0, a), view.row(j, b), kSamples));
    }
  }
  count_calls(state, 63);
}
BENCHMARK(BM_PairSums);

// Argument: columns of weights.
void BM_WeightedSums(benchmark::State& state) {
  const auto view = make_view(512);
  const auto weights = make_matrix(kSamples, state.range(0));
  Eigen::MatrixXd out(4 * 512, weights.cols());
  for (auto _ : state) {
    genotype::weighted_sums(view, 0, 512, weights, out);
    benchmark::DoNotOptimize(out.data());
  }
  count_calls(state, 512);
}
BENCHMARK(BM_WeightedSums)->Arg(1)->Arg(2);

void BM_Multiply(benchmark::State& state) {
  const auto view = make_view(512);
  const std::vector<genotype::CodeTable> tables(512, {1.3, 0, 0.2, -0.9});
  const auto b = make_matrix(512, state.range(0));
  Eigen::MatrixXd y = Eigen::MatrixXd::Zero(kSamples, b.cols());
  const auto context = base::Context::make(1);
  for (auto _ : state) genotype::multiply(view, tables, b, y, context);
  count_calls(state, 512);
}
BENCHMARK(BM_Multiply)->Arg(1)->Arg(20);

void BM_MultiplyTransposed(benchmark::State& state) {
  const auto view = make_view(512);
  const std::vector<genotype::CodeTable> tables(512, {1.3, 0, 0.2, -0.9});
  const auto w = make_matrix(kSamples, state.range(0));
  Eigen::MatrixXd z(512, w.cols());
  const auto context = base::Context::make(1);
  for (auto _ : state) genotype::multiply_transposed(view, tables, w, z, context);
  count_calls(state, 512);
}
BENCHMARK(BM_MultiplyTransposed)->Arg(1)->Arg(20);

}  // namespace
