// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace gcrisk::report {

// A coordinate in pixels with one decimal, as short as it can be written.
void append_pixel(std::string& out, double value);

// How wide a text is at most at a font size, by the widest of the usual fonts (DejaVu Sans), for
// margins and legends.
double text_width(std::string_view text, double font_size);

// The class of a colour by role: "c0" … "c7", "cm", "ci".
std::string colour_class(int colour);

}  // namespace gcrisk::report
