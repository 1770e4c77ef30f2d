// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace gcrisk::base {

void append_number(std::string& out, double value, int digits) {
  if (digits == 6) {
    std::array<char, kNumberRoom> quick;
    out.append(quick.data(), write_number(quick.data(), value));
    return;
  }
  if (std::isnan(value)) {
    out += "NA";
    return;
  }
  std::array<char, 64> buffer;
  const auto end = std::to_chars(buffer.data(),
                                 buffer.data() + buffer.size(),
                                 value + 0.0,
                                 std::chars_format::general,
                                 digits)
                       .ptr;
  out.append(buffer.data(), end);
}

std::string format_number(double value, int digits) {
  std::string out;
  append_number(out, value, digits);
  return out;
}

std::string format_exact(double value) {
  std::array<char, 64> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

std::string format_count(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

std::string format_bytes(std::uint64_t bytes) {
  static constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024.0 && unit + 1 < kUnits.size()) {
    value /= 1024.0;
    ++unit;
  }
  return format_number(value, 3) + " " + kUnits[unit];
}

namespace {

// Plain decimals of up to fifteen digits: the digits and the power of ten are both exact doubles,
// so that their quotient is rounded once and correctly. False: look closer.
bool parse_short_decimal(std::string_view text, double& value) {
  constexpr std::size_t kExactDigits = 15;
  static constexpr std::array<double, 16> kPowers = {
      1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  if (text.empty() || text.size() > kExactDigits + 1) return false;
  std::uint64_t digits = 0;
  std::size_t n = 0;
  std::size_t point = text.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned digit = static_cast<unsigned char>(text[i]) - unsigned{'0'};
    if (digit <= 9) {
      digits = 10 * digits + digit;
      ++n;
    } else if (text[i] == '.' && point == text.size()) {
      point = i;
    } else {
      return false;
    }
  }
  if (n == 0 || n > kExactDigits) return false;
  const std::size_t fraction = point == text.size() ? 0 : text.size() - point - 1;
  value = static_cast<double>(digits) / kPowers[fraction];
  return true;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  double quick = 0;
  if (parse_short_decimal(text, quick)) return quick;
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status == std::errc::result_out_of_range) {
    // Beyond the range of a double: the sign and the exponent decide between infinity and zero.
    const std::string copy(text);
    char* stop = nullptr;
    value = std::strtod(copy.c_str(), &stop);
    if (stop != copy.c_str() + copy.size()) return std::nullopt;
    return value;
  }
  if (status != std::errc{} || end != text.data() + text.size() || std::isnan(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_memory(std::string_view text) {
  double scale = 1024.0 * 1024.0;
  if (!text.empty()) {
    switch (text.back()) {
      case 'k':
      case 'K':
        scale = 1024.0;
        text.remove_suffix(1);
        break;
      case 'm':
      case 'M': text.remove_suffix(1); break;
      case 'g':
      case 'G':
        scale = 1024.0 * 1024.0 * 1024.0;
        text.remove_suffix(1);
        break;
      case 't':
      case 'T':
        scale = 1024.0 * 1024.0 * 1024.0 * 1024.0;
        text.remove_suffix(1);
        break;
      default: break;
    }
  }
  const auto value = parse_number(text);
  if (!value || !(*value > 0) || *value * scale > 9e18) return std::nullopt;
  return static_cast<std::uint64_t>(*value * scale);
}

bool is_missing(std::string_view cell) {
  if (cell.empty() || cell == ".") return true;
  if (cell.size() == 2) return (cell[0] | 32) == 'n' && (cell[1] | 32) == 'a';
  if (cell.size() == 3) {
    return (cell[0] | 32) == 'n' && (cell[1] | 32) == 'a' && (cell[2] | 32) == 'n';
  }
  return false;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view name,
                                       std::span<const std::string> candidates,
                                       std::size_t limit) {
  std::vector<std::pair<std::size_t, std::size_t>> ranked;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::size_t distance = edit_distance(name, candidates[i]);
    if (distance <= std::max<std::size_t>(2, std::max(name.size(), candidates[i].size()) / 3)) {
      ranked.emplace_back(distance, i);
    }
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> nearest;
  for (std::size_t i = 0; i < std::min(limit, ranked.size()); ++i) {
    nearest.push_back(candidates[ranked[i].second]);
  }
  return nearest;
}

}  // namespace gcrisk::base
