// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace gcrisk::base {

// Version of the library behind `Log`, for `doctor`.
std::string log_library_version();

}  // namespace gcrisk::base
