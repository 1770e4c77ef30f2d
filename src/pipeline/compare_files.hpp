// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace gcrisk::pipeline {

// Where two files differ first, as a sentence for people; empty if they do not. Text (also
// compressed) is compared by lines, `new_prefix` in the second counting as `old_prefix`; other
// files by bytes.
std::string first_difference(const std::string& old_path,
                             const std::string& new_path,
                             const std::string& old_prefix,
                             const std::string& new_prefix);

}  // namespace gcrisk::pipeline
