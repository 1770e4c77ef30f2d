// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "backends/eigen/op.hpp"

namespace gcrisk::backends::eigen {

namespace {

// Fills the first value of a branch: packed genotypes decoded, columns copied.
class Input : public Op {
 public:
  Input(const nn::InputStep& input, std::size_t index, Value* output)
      : input_(input), index_(index), out_(*output) {}
  double cost() const override { return 2 * static_cast<double>(out_.size()); }
  void forward(const Batch& batch, std::size_t begin, std::size_t end) override {
    const std::size_t n = out_.size();
    for (std::size_t i = begin; i < end; ++i) {
      if (batch.dense != nullptr) {
        std::copy_n((*batch.dense)[index_].data() + i * n, n, out_.at(i));
        continue;
      }
      nn::read_input(*batch.data, input_, out_.shape, batch.rows[i], out_.at(i));
    }
  }
  void backward(const Batch&, std::size_t, std::size_t, std::size_t) override {}

 private:
  nn::InputStep input_;
  std::size_t index_;
  Value& out_;
};

}  // namespace

std::unique_ptr<Op> make_input(const nn::InputStep& input, std::size_t index, Value* output) {
  return std::make_unique<Input>(input, index, output);
}

}  // namespace gcrisk::backends::eigen
