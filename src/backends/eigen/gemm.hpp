// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace gcrisk::backends::eigen {

// A matrix as a pointer and two strides: element (r, c) is at data[r * row + c * column]. To go
// backwards, subtract a stride from std::size_t{0}; C's rows (`ldc`) may do so too.
struct MatrixIn {
  const float* data;
  std::size_t row;
  std::size_t column;
};

// C (m × n, rows `ldc` apart) = A (m × k) B (k × n), or C += A B. Rows of A may overlap, which
// makes a convolution of a sequence a product without im2col.
//
// Every element is one chain of fused multiply-adds in the order of k, whatever m and n are: a
// person's result does not depend on who else is in the batch, nor on how work is cut.
// Cost: about nine tenths of the processor's peak where m >= 6 and n is a multiple of 16.
// Fast for b.column == 1; for b.row == 1 panels of B are transposed on the way.
void gemm(std::size_t m,
          std::size_t n,
          std::size_t k,
          MatrixIn a,
          MatrixIn b,
          float* c,
          std::size_t ldc,
          bool add);

// B (k × n, rows n apart) in panels that the product below reads from front to end.
std::size_t packed_size(std::size_t n, std::size_t k);
void pack_panels(const float* b, std::size_t n, std::size_t k, float* packed);
// C = A B for a B that was packed once.
void gemm_packed(std::size_t m,
                 std::size_t n,
                 std::size_t k,
                 MatrixIn a,
                 const float* packed,
                 float* c,
                 std::size_t ldc);

}  // namespace gcrisk::backends::eigen
