// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/compare_files.hpp"

#include <algorithm>
#include <vector>

#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"

namespace gcrisk::pipeline {

namespace {

std::string replaced(std::string_view line, const std::string& from, const std::string& to) {
  std::string out(line);
  for (std::size_t at = out.find(from); at != std::string::npos;
       at = out.find(from, at + to.size())) {
    out.replace(at, from.size(), to);
  }
  return out;
}

// The part of a line around its first difference, short enough for a message.
std::string excerpt(const std::string& line, std::size_t at) {
  constexpr std::size_t kBefore = 20;
  constexpr std::size_t kLength = 60;
  const std::size_t begin = at > kBefore ? at - kBefore : 0;
  std::string out = line.substr(std::min(begin, line.size()), kLength);
  std::replace(out.begin(), out.end(), '\t', ' ');
  return (begin > 0 ? "…" : "") + out + (begin + kLength < line.size() ? "…" : "");
}

bool is_text(const std::string& path) {
  io::Input input(path);
  std::vector<char> head(4096);
  const std::size_t n = input.read(head.data(), head.size());
  return std::find(head.begin(), head.begin() + static_cast<std::ptrdiff_t>(n), '\0') ==
         head.begin() + static_cast<std::ptrdiff_t>(n);
}

std::string first_differing_byte(const std::string& old_path, const std::string& new_path) {
  io::Input a(old_path);
  io::Input b(new_path);
  std::vector<char> left(1 << 16);
  std::vector<char> right(left.size());
  std::uint64_t at = 0;
  const auto fill = [](io::Input& input, std::vector<char>& buffer) {
    std::size_t n = 0;
    while (n < buffer.size()) {
      const std::size_t got = input.read(buffer.data() + n, buffer.size() - n);
      if (got == 0) break;
      n += got;
    }
    return n;
  };
  while (true) {
    const std::size_t n = fill(a, left);
    const std::size_t m = fill(b, right);
    const std::size_t common = std::min(n, m);
    for (std::size_t i = 0; i < common; ++i) {
      if (left[i] != right[i]) return old_path + ": byte " + std::to_string(at + i) + " differs";
    }
    if (n != m) {
      return old_path + ": the second run's file is " + (m < n ? "shorter" : "longer");
    }
    if (n < left.size()) return {};
    at += n;
  }
}

}  // namespace

std::string first_difference(const std::string& old_path,
                             const std::string& new_path,
                             const std::string& old_prefix,
                             const std::string& new_prefix) {
  if (!is_text(old_path)) return first_differing_byte(old_path, new_path);
  io::Input a(old_path);
  io::Input b(new_path);
  std::string_view left;
  std::string_view right;
  while (true) {
    const bool more_left = a.next_line(left);
    const bool more_right = b.next_line(right);
    if (!more_left && !more_right) return {};
    const std::string place =
        old_path + ":" + std::to_string(more_left ? a.line_number() : b.line_number());
    if (!more_left) return place + ": the second run's file goes on where this one ends";
    if (!more_right) return place + ": the second run's file ends before this line";
    if (left == right) continue;
    const std::string was(left);
    const std::string is = replaced(right, new_prefix, old_prefix);
    if (was == is) continue;
    const auto [at, ignored] =
        std::mismatch(was.begin(),
                      was.begin() + static_cast<std::ptrdiff_t>(std::min(was.size(), is.size())),
                      is.begin());
    const auto offset = static_cast<std::size_t>(at - was.begin());
    return place + ": was '" + excerpt(was, offset) + "', the second run gave '" +
           excerpt(is, offset) + "'";
  }
}

}  // namespace gcrisk::pipeline
