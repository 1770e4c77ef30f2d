// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace gcrisk::base {

// JSON that keeps the order in which keys were written, so that files read well and compare.
// Public headers use this forward declaration; sources that build values include
// <nlohmann/json.hpp>.
using Json = nlohmann::ordered_json;

}  // namespace gcrisk::base
