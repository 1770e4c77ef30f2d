// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "normalise.hpp"

namespace gcrisk::preprocess {

namespace {

class NormaliseLog2 : public RowNormaliser {
 protected:
  void change(const std::vector<std::string>& names, std::span<double> values) const override {
    expect_no_negative("log2", names, values);
    for (double& value : values) value = std::log2(value + 1);
  }
};

}  // namespace

const StepEntry& normalise_log2_entry() {
  static const StepEntry kEntry = {.name = "normalise-log2",
                                   .title = "logarithm of molecular values",
                                   .purpose = "x becomes log2(x + 1), for counts and abundances.",
                                   .parameters = {},
                                   .make = [](const base::Parameters&) -> std::unique_ptr<Step> {
                                     return std::make_unique<NormaliseLog2>();
                                   }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
