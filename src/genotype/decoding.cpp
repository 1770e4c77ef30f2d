// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "gcrisk/genotype/kernels.hpp"
#include "gcrisk/genotype/row_words.hpp"

namespace gcrisk::genotype {

namespace {

// Where the four codes of a byte find their values in a table of four: made once, used by every
// row, so that a short row costs no more than its length.
#if defined(__AVX2__)

// Lanes of a table of four doubles seen as eight floats: 2c and 2c + 1 for each code c.
struct DoubleLanes {
  alignas(32) std::int32_t lanes[256][8];
  constexpr DoubleLanes() : lanes() {
    for (int byte = 0; byte < 256; ++byte) {
      for (int k = 0; k < 4; ++k) {
        lanes[byte][2 * k] = 2 * (byte >> 2 * k & 3);
        lanes[byte][2 * k + 1] = 2 * (byte >> 2 * k & 3) + 1;
      }
    }
  }
};
constexpr DoubleLanes kDoubleLanes;

struct Quads {
  explicit Quads(const CodeTable& table)
      : table_(_mm256_castpd_ps(_mm256_loadu_pd(table.data()))) {}
  __m256d operator()(std::uint8_t byte) const {
    const auto* lanes = reinterpret_cast<const __m256i*>(kDoubleLanes.lanes[byte]);
    return _mm256_castps_pd(_mm256_permutevar8x32_ps(table_, _mm256_load_si256(lanes)));
  }
  __m256 table_;
};

void decode_bytes(const std::uint8_t* row,
                  std::size_t n_bytes,
                  const CodeTable& table,
                  double* out) {
  const Quads quads(table);
  for (std::size_t b = 0; b < n_bytes; ++b) _mm256_storeu_pd(out + 4 * b, quads(row[b]));
}

void decode_bytes(const std::uint8_t* row,
                  std::size_t n_bytes,
                  const CodeTable& table,
                  float* out) {
  // vpermilps looks at two bits of each lane, which is one code.
  const __m256 values = _mm256_castpd_ps(_mm256_broadcast_pd(
      reinterpret_cast<const __m128d*>(std::array<float, 4>{static_cast<float>(table[0]),
                                                            static_cast<float>(table[1]),
                                                            static_cast<float>(table[2]),
                                                            static_cast<float>(table[3])}
                                           .data())));
  const __m256i shifts = _mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14);
  std::size_t b = 0;
  for (; b + 2 <= n_bytes; b += 2) {
    std::uint16_t pair;
    std::memcpy(&pair, row + b, 2);
    const __m256i codes = _mm256_srlv_epi32(_mm256_set1_epi32(pair), shifts);
    _mm256_storeu_ps(out + 4 * b, _mm256_permutevar_ps(values, codes));
  }
  if (b < n_bytes) {
    const __m256i codes = _mm256_srlv_epi32(_mm256_set1_epi32(row[b]), shifts);
    _mm_storeu_ps(out + 4 * b, _mm256_castps256_ps128(_mm256_permutevar_ps(values, codes)));
  }
}

double dot_bytes(const std::uint8_t* row,
                 std::size_t n_bytes,
                 const CodeTable& table,
                 const double* w) {
  const Quads quads(table);
  __m256d sum0 = _mm256_setzero_pd();
  __m256d sum1 = _mm256_setzero_pd();
  __m256d sum2 = _mm256_setzero_pd();
  __m256d sum3 = _mm256_setzero_pd();
  std::size_t b = 0;
  for (; b + 4 <= n_bytes; b += 4) {
    const double* at = w + 4 * b;
    sum0 = _mm256_add_pd(sum0, _mm256_mul_pd(quads(row[b]), _mm256_loadu_pd(at)));
    sum1 = _mm256_add_pd(sum1, _mm256_mul_pd(quads(row[b + 1]), _mm256_loadu_pd(at + 4)));
    sum2 = _mm256_add_pd(sum2, _mm256_mul_pd(quads(row[b + 2]), _mm256_loadu_pd(at + 8)));
    sum3 = _mm256_add_pd(sum3, _mm256_mul_pd(quads(row[b + 3]), _mm256_loadu_pd(at + 12)));
  }
  for (; b < n_bytes; ++b) {
    sum0 = _mm256_add_pd(sum0, _mm256_mul_pd(quads(row[b]), _mm256_loadu_pd(w + 4 * b)));
  }
  alignas(32) double lanes[4];
  _mm256_store_pd(lanes, _mm256_add_pd(_mm256_add_pd(sum0, sum1), _mm256_add_pd(sum2, sum3)));
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

void add_bytes(const std::uint8_t* row, std::size_t n_bytes, const CodeTable& table, double* y) {
  const Quads quads(table);
  for (std::size_t b = 0; b < n_bytes; ++b) {
    _mm256_storeu_pd(y + 4 * b, _mm256_add_pd(_mm256_loadu_pd(y + 4 * b), quads(row[b])));
  }
}

#else

template <typename Value>
void decode_bytes(const std::uint8_t* row,
                  std::size_t n_bytes,
                  const CodeTable& table,
                  Value* out) {
  const std::array<Value, 4> values = {static_cast<Value>(table[0]),
                                       static_cast<Value>(table[1]),
                                       static_cast<Value>(table[2]),
                                       static_cast<Value>(table[3])};
  for (std::size_t b = 0; b < n_bytes; ++b) {
    const unsigned byte = row[b];
    out[4 * b] = values[byte & 3];
    out[4 * b + 1] = values[byte >> 2 & 3];
    out[4 * b + 2] = values[byte >> 4 & 3];
    out[4 * b + 3] = values[byte >> 6];
  }
}

double dot_bytes(const std::uint8_t* row,
                 std::size_t n_bytes,
                 const CodeTable& table,
                 const double* w) {
  // Sixteen partial sums in the order of the wide version, so that levels differ by nothing.
  std::array<double, 16> sums{};
  for (std::size_t b = 0; b < n_bytes; ++b) {
    const unsigned byte = row[b];
    double* lanes = sums.data() + (b < n_bytes / 4 * 4 ? 4 * (b % 4) : 0);
    for (unsigned k = 0; k < 4; ++k) lanes[k] += table[byte >> 2 * k & 3] * w[4 * b + k];
  }
  std::array<double, 4> lanes;
  for (unsigned k = 0; k < 4; ++k) {
    lanes[k] = (sums[k] + sums[4 + k]) + (sums[8 + k] + sums[12 + k]);
  }
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

void add_bytes(const std::uint8_t* row, std::size_t n_bytes, const CodeTable& table, double* y) {
  for (std::size_t b = 0; b < n_bytes; ++b) {
    const unsigned byte = row[b];
    for (unsigned k = 0; k < 4; ++k) y[4 * b + k] += table[byte >> 2 * k & 3];
  }
}

#endif

template <typename Value>
void decode(const std::uint8_t* row, std::size_t n, const CodeTable& table, Value* out) {
  decode_bytes(row, n / 4, table, out);
  for (std::size_t i = n / 4 * 4; i < n; ++i) out[i] = static_cast<Value>(table[code_at(row, i)]);
}

}  // namespace

void decode_row(const std::uint8_t* row, std::size_t n, const CodeTable& table, float* out) {
  decode(row, n, table, out);
}

void decode_row(const std::uint8_t* row, std::size_t n, const CodeTable& table, double* out) {
  decode(row, n, table, out);
}

double dot_row(const std::uint8_t* row, std::size_t n, const CodeTable& table, const double* w) {
  double sum = dot_bytes(row, n / 4, table, w);
  for (std::size_t i = n / 4 * 4; i < n; ++i) sum += table[code_at(row, i)] * w[i];
  return sum;
}

void add_row(
    const std::uint8_t* row, std::size_t n, const CodeTable& table, double scale, double* y) {
  const CodeTable scaled = {scale * table[0], scale * table[1], scale * table[2], scale * table[3]};
  add_bytes(row, n / 4, scaled, y);
  for (std::size_t i = n / 4 * 4; i < n; ++i) y[i] += scaled[code_at(row, i)];
}

}  // namespace gcrisk::genotype
