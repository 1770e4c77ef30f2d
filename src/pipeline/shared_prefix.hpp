// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace gcrisk::pipeline {

// P.run.json is the manifest of the command that used the prefix last. Where the result of another
// command stands there, its manifest and log get that command's name (P.predict.run.json,
// P.predict.log), so that both results stay complete. A folder belongs to one command.
// UsageError where a result of `command` already stands under its own name, unless `force`, which
// takes away its manifest.
void make_way(const std::string& out, std::string_view command, bool force);

// The manifest of `command` under a prefix: P.run.json or P.<command>.run.json; the first where
// neither is there.
std::string manifest_path(const std::string& prefix, std::string_view command);

}  // namespace gcrisk::pipeline
