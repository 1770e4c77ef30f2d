// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "encode.hpp"

namespace gcrisk::preprocess {

namespace {

using clinical::Column;

class EncodeOrdinal : public Encoder {
 protected:
  std::vector<Column> encode(const Column& column,
                             const std::vector<std::string>& levels) const override {
    Column rank;
    rank.field = column.field;
    rank.field.type = clinical::FieldType::kInteger;
    rank.field.levels.clear();
    rank.numbers.reserve(column.codes.size());
    for (const std::int32_t code : column.codes) {
      const bool known = code >= 0 && static_cast<std::size_t>(code) < levels.size();
      rank.numbers.push_back(known ? code : std::numeric_limits<double>::quiet_NaN());
    }
    return {std::move(rank)};
  }
};

}  // namespace

const StepEntry& encode_ordinal_entry() {
  static const StepEntry kEntry = {
      .name = "encode-ordinal",
      .title = "rank of the level",
      .purpose =
          "A category becomes the rank of its level, from 0, in the order of the dictionary: "
          "for levels with a natural order, and for trees. A level that the training set "
          "does not have is missing.",
      .parameters = {},
      .make = [](const base::Parameters&) -> std::unique_ptr<Step> {
        return std::make_unique<EncodeOrdinal>();
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
