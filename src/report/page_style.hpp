// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace gcrisk::report {

// The style of pages; colours are the variables of chart_style().
std::string_view page_style();

}  // namespace gcrisk::report
