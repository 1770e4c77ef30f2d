// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "gcrisk/genotype/packed_matrix.hpp"

namespace gcrisk::genotype {

// Some consecutive variants of a view, side by side: rows of the matrix where they can be used as
// they lie, gathered copies where the view leaves samples out.
class RowTile {
 public:
  void load(const GenotypeView& view, std::size_t first, std::size_t last) {
    const std::size_t row_bytes = packed_bytes(view.n_samples());
    rows_.resize(last - first);
    for (std::size_t j = first; j < last; ++j) {
      const std::uint8_t* row = view.row(j, scratch_);
      if (row == scratch_.data()) {
        copies_.resize((last - first) * row_bytes);
        std::uint8_t* copy = copies_.data() + (j - first) * row_bytes;
        std::memcpy(copy, row, row_bytes);
        row = copy;
      }
      rows_[j - first] = row;
    }
  }
  std::size_t size() const { return rows_.size(); }
  const std::uint8_t* operator[](std::size_t i) const { return rows_[i]; }

 private:
  std::vector<const std::uint8_t*> rows_;
  std::vector<std::uint8_t> copies_;
  RowScratch scratch_;
};

}  // namespace gcrisk::genotype
