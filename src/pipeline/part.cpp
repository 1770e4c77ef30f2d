// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "part.hpp"

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::pipeline {

Part parse_part(const base::Parameters& parameters, const std::string& option) {
  if (!parameters.has(option)) return {};
  const std::string& text = parameters.text(option);
  const auto numbers = base::split(text, '/');
  const auto index = numbers.size() == 2 ? base::parse_integer(numbers[0]) : std::nullopt;
  const auto count = numbers.size() == 2 ? base::parse_integer(numbers[1]) : std::nullopt;
  if (!index || !count || *index < 1 || *count < *index) {
    throw base::UsageError("--" + option + " " + text + ": expected I/N with I from 1 to N",
                           "for example --" + option + " ${SLURM_ARRAY_TASK_ID}/20");
  }
  return {static_cast<std::size_t>(*index), static_cast<std::size_t>(*count)};
}

std::string part_suffix(std::size_t index, std::size_t count) {
  return ".part-" + std::to_string(index) + "-of-" + std::to_string(count);
}

}  // namespace gcrisk::pipeline
