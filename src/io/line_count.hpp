// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace gcrisk::io {

// How many '\n' the text holds, a vector at a time.
std::uint64_t count_lines(std::string_view text);

}  // namespace gcrisk::io
