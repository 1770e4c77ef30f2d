// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "gcrisk/clinical/table.hpp"

namespace gcrisk::io {

// What `write_dictionary` (io/table.hpp) writes, as text, for columns whose table is nowhere in
// memory.
std::string dictionary_text(std::span<const clinical::Field> fields);

}  // namespace gcrisk::io
