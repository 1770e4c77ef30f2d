// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gcrisk/base/parameters.hpp"
#include "gcrisk/pipeline/run.hpp"

// The run.json of an earlier run, for those who do its work again (`verify`, `merge`).
namespace gcrisk::pipeline {

// ReadError; MalformedError where the file is no manifest.
base::Json read_manifest(const std::string& path);

// MalformedError where this version has no such command.
const CommandEntry& recorded_command(const base::Json& manifest);

// The options as they were, but `out` and those that say how and not what (threads, memory, quiet,
// config). A value that is the default is not set, so that "given by the user" is answered as it
// was then. MalformedError for an option that this version does not know.
base::Parameters recorded_parameters(const CommandEntry& entry,
                                     const base::Json& manifest,
                                     const std::string& out);

}  // namespace gcrisk::pipeline
