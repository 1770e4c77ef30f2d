// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Small text tools that every room needs: numbers in and out, missing values, lists for people.
namespace gcrisk::base {

// A number with `digits` significant digits as tables show it; NaN is "NA". No locale.
std::string format_number(double value, int digits = 6);
void append_number(std::string& out, double value, int digits = 6);
// The same with six digits, for tables of millions: writes at `to`, where `kNumberRoom` bytes must
// be free, and returns the end of the text.
inline constexpr std::size_t kNumberRoom = 40;
char* write_number(char* to, double value);

// The shortest text that reads back as the same double; for JSON and model files.
std::string format_exact(double value);

// A count with thousands separators for messages: 81,204.
std::string format_count(std::uint64_t value);

// Bytes for people: 1.5 GiB.
std::string format_bytes(std::uint64_t bytes);

// The whole of `text` as a number; nothing if any character is left over. Accepts inf, not NaN.
std::optional<double> parse_number(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);

// "512" MiB, "4G", "800M", "2T": bytes. Nothing if it is none of these.
std::optional<std::uint64_t> parse_memory(std::string_view text);

// NA, NaN, ".", and the empty cell, in any case of letters.
bool is_missing(std::string_view cell);

std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string to_lower(std::string_view text);

// The candidates nearest to `name` by edit distance, nearest first, at most `limit`, none that
// shares nothing with it. For "did you mean".
std::vector<std::string> nearest_names(std::string_view name,
                                       std::span<const std::string> candidates,
                                       std::size_t limit = 3);

}  // namespace gcrisk::base
