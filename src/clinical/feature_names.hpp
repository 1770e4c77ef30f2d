// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <utility>

#include "gcrisk/clinical/features.hpp"

namespace gcrisk::clinical {

// An event without a date is KIND/VALUE: GENDER/female.
inline std::string_view static_kind(std::string_view code) {
  return code.substr(0, code.find('/'));
}
inline std::string_view static_value(std::string_view code) {
  const auto slash = code.find('/');
  return slash == std::string_view::npos ? std::string_view() : code.substr(slash + 1);
}

// "last:365d"; UsageError
std::pair<Aggregate, Window> parse_feature(std::string_view text);

}  // namespace gcrisk::clinical
