// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "svg.hpp"

#include <charconv>
#include <cmath>

#include "gcrisk/report/chart.hpp"

namespace gcrisk::report {

void append_pixel(std::string& out, double value) {
  char buffer[32];
  const double tenths = std::round(value * 10);
  // Charts have thousands of them: where whole numbers do, they are used.
  if (std::abs(tenths) < 100000) {
    const int size = std::abs(static_cast<int>(tenths));
    if (tenths < 0) out += '-';
    char* end = std::to_chars(buffer, buffer + sizeof buffer, size / 10).ptr;
    if (size % 10 != 0) {
      *end++ = '.';
      *end++ = static_cast<char>('0' + size % 10);
    }
    out.append(buffer, end);
    return;
  }
  const double rounded = tenths / 10;
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, rounded).ptr;
  out.append(buffer, end);
}

double text_width(std::string_view text, double font_size) {
  double em = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;  // inside a UTF-8 character
    if (c == 'i' || c == 'l' || c == 'j' || c == '.' || c == ',' || c == '|' || c == '\'') {
      em += 0.32;
    } else if (c == ' ' || c == 't' || c == 'f' || c == 'r' || c == '(' || c == ')' || c == '-') {
      em += 0.38;
    } else if (c == 'm' || c == 'w' || c == 'M' || c == 'W') {
      em += 0.95;
    } else if (c >= 'A' && c <= 'Z') {
      em += 0.72;
    } else {
      em += 0.62;
    }
  }
  return em * font_size;
}

std::string colour_class(int colour) {
  if (colour == kMuted) return "cm";
  if (colour == kInk) return "ci";
  return "c" + std::to_string(colour % 8);
}

}  // namespace gcrisk::report
