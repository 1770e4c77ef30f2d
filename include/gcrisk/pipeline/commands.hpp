// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "gcrisk/pipeline/run.hpp"

namespace gcrisk::pipeline {

// Every command in the order of registry.inc, with `train` expanded to one entry a model
// ("train lr"). Touches no file and no device.
const std::vector<CommandEntry>& all_commands();

}  // namespace gcrisk::pipeline
