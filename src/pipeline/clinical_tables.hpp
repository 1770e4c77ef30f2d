// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/base/log.hpp"
#include "gcrisk/clinical/table.hpp"

namespace gcrisk::pipeline {

struct NamedTable {
  std::string path;
  clinical::Table table;
};

// One table with everybody of all tables, in the order in which they first appear; a person absent
// from a table has missing values in its columns. A column that two tables have is one column
// where the two never contradict each other; otherwise the later one is called
// "<column>.<table>", and `log` tells.
// Errors: MismatchError where a table shares nobody with those before it.
clinical::Table unite_tables(std::vector<NamedTable> tables, base::Log& log);

}  // namespace gcrisk::pipeline
