// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "line_count.hpp"

#include <hwy/highway.h>

namespace gcrisk::io {

std::uint64_t count_lines(std::string_view text) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::ScalableTag<std::uint8_t> d;
  const auto newline = hn::Set(d, static_cast<std::uint8_t>('\n'));
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  std::uint64_t n = 0;
  std::size_t at = 0;
  for (; at + hn::Lanes(d) <= text.size(); at += hn::Lanes(d)) {
    n += hn::CountTrue(d, hn::Eq(hn::LoadU(d, bytes + at), newline));
  }
  for (; at < text.size(); ++at) n += text[at] == '\n' ? 1 : 0;
  return n;
}

}  // namespace gcrisk::io
