// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace gcrisk::io {

// Name and version of each library that reads or writes files, as it is loaded now (not as it was
// compiled against), for `doctor`.
std::vector<std::pair<std::string, std::string>> library_versions();

}  // namespace gcrisk::io
