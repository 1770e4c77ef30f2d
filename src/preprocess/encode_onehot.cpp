// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "encode.hpp"

namespace gcrisk::preprocess {

namespace {

using clinical::Column;

class EncodeOnehot : public Encoder {
 protected:
  std::vector<Column> encode(const Column& column,
                             const std::vector<std::string>& levels) const override {
    std::vector<Column> out;
    for (std::size_t l = 1; l < levels.size(); ++l) {
      Column indicator;
      indicator.field.name = column.field.name + "=" + levels[l];
      indicator.field.type = clinical::FieldType::kBoolean;
      indicator.field.description =
          "1 where " + column.field.name + " is " + levels[l] + ", against " + levels[0];
      indicator.numbers.reserve(column.codes.size());
      for (const std::int32_t code : column.codes) {
        indicator.numbers.push_back(code < 0 ? std::numeric_limits<double>::quiet_NaN()
                                             : static_cast<double>(code == static_cast<int>(l)));
      }
      out.push_back(std::move(indicator));
    }
    return out;
  }
};

}  // namespace

const StepEntry& encode_onehot_entry() {
  static const StepEntry kEntry = {
      .name = "encode-onehot",
      .title = "one column a level",
      .purpose =
          "A category of L levels becomes L - 1 columns NAME=LEVEL of 0 and 1; the first "
          "level (order of the dictionary) is the reference, as in the treatment contrasts "
          "of clinical regression models. A level that the training set does not have is 0 "
          "in all of them; a missing value that no imputer filled is missing in all.",
      .parameters = {},
      .make = [](const base::Parameters&) -> std::unique_ptr<Step> {
        return std::make_unique<EncodeOnehot>();
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
