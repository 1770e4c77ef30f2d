// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

namespace gcrisk::tool {

std::string version_line();
// All commands, a line each, under their headings.
std::string overview();
// The page of what `words` name: a command, or the topic exit-codes; the overview without words.
std::string help_page(std::span<const std::string> words);

}  // namespace gcrisk::tool
