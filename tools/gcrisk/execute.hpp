// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parse.hpp"

namespace gcrisk::tool {

// Threads, memory limit, log, progress and signals as the options and the job ask, then the work.
void execute(const Invocation& invocation);

}  // namespace gcrisk::tool
