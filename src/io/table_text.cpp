// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "table_text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <unordered_map>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::io {

namespace {

// Large enough that the work per block outweighs its book-keeping, also for wide tables.
constexpr std::size_t kBlockBytes = std::size_t{1} << 19;
constexpr std::size_t kBlockRows = 128;

// Names without a repeat: the second "x" becomes "x.2".
void make_unique(std::vector<std::string>& names) {
  std::unordered_map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) names[i] = "column." + std::to_string(i + 1);
    std::string name = names[i];
    for (std::size_t n = 2; seen.contains(name); ++n) name = names[i] + "." + std::to_string(n);
    seen.emplace(name, i);
    names[i] = std::move(name);
  }
}

}  // namespace

TableText::TableText(std::string_view text, std::string name, base::ThreadPool* threads)
    : text_(text), name_(std::move(name)), dialect_(sniff_dialect(text, name_)) {
  std::size_t open = 0;
  const std::size_t begin = dialect_.header_begin;
  const std::size_t end = boundary_after(text_, begin, begin, dialect_, &open);
  if (end == std::string_view::npos) {
    throw base::MalformedError(place(open) + ": a quote opens here and is never closed",
                               "close it, or double it: \"\"");
  }
  const std::size_t bad = find_invalid_utf8(text_.substr(0, end));
  if (bad == std::string_view::npos)
    header_ = split_row(text_.substr(begin, end - begin), dialect_);
  if (!header_.empty() && header_.size() > 1 && header_.back().empty()) header_.pop_back();
  if (!header_.empty() && dialect_.has_row_names) header_.insert(header_.begin(), "row.names");
  make_unique(header_);
  cut(end);
  check_utf8(threads);

  const bool only_numbers =
      std::all_of(header_.begin(), header_.end(), [](const std::string& cell) {
        return base::parse_number(cell).has_value() || base::is_missing(cell);
      });
  if (only_numbers) {
    throw base::MalformedError(header_place() +
                                   ": the first row holds only numbers, expected the "
                                   "names of the columns",
                               "put a header in front, such as: IID\tage\tsex");
  }
}

void TableText::cut(std::size_t begin) {
  std::size_t open = 0;
  std::size_t step = kBlockBytes;
  bounds_.push_back(begin);
  while (begin < text_.size()) {
    std::size_t end = boundary_after(text_, begin, begin, dialect_, &open);
    if (end != std::string_view::npos) {
      step = std::max(step, kBlockRows * (end - begin));
      end = boundary_after(text_, begin, begin + step, dialect_, &open);
    }
    if (end == std::string_view::npos) {
      throw base::MalformedError(place(open) + ": a quote opens here and is never closed",
                                 "close it, or double it: \"\"");
    }
    bounds_.push_back(end);
    begin = end;
  }
}

CellBlock TableText::block(std::size_t i) const {
  return CellBlock(
      text_, bounds_[i], bounds_[i + 1], dialect_, header_.size(), [&](std::size_t offset) {
        return place(offset);
      });
}

std::string TableText::place(std::size_t offset) const {
  const auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text_.size()));
  const auto line = 1 + std::count(text_.begin(), end, dialect_.line_end);
  return name_ + ":" + std::to_string(line);
}

void TableText::check_utf8(base::ThreadPool* threads) const {
  const std::size_t n = std::max<std::size_t>(1, bounds_.size());
  std::vector<std::size_t> bad(n, std::string_view::npos);
  for_each_block(n, threads, [&](std::size_t i) {
    const std::size_t begin = i == 0 ? 0 : bounds_[i - 1];
    const std::size_t at = find_invalid_utf8(text_.substr(begin, bounds_[i] - begin));
    if (at != std::string_view::npos) bad[i] = begin + at;
  });
  for (const std::size_t at : bad) {
    if (at == std::string_view::npos) continue;
    char byte[8];
    std::snprintf(byte, sizeof byte, "0x%02X", static_cast<unsigned char>(text_[at]));
    throw base::MalformedError(
        place(at) + ": byte " + byte + " is not UTF-8 text, expected UTF-8",
        "if the file is Latin-1 (older spreadsheets), convert it: iconv -f latin1 -t utf-8");
  }
}

std::size_t find_invalid_utf8(std::string_view text) {
  const auto* const base = reinterpret_cast<const unsigned char*>(text.data());
  const std::size_t n = text.size();
  std::size_t i = 0;
  const auto follows = [&](std::size_t at) { return at < n && (base[at] & 0xC0) == 0x80; };
  while (i < n) {
    while (i + 8 <= n) {
      std::uint64_t eight;
      std::memcpy(&eight, base + i, 8);
      if ((eight & 0x8080808080808080ULL) != 0) break;
      i += 8;
    }
    if (i >= n) break;
    const unsigned char c = base[i];
    if (c < 0x80) {
      ++i;
    } else if (c >= 0xC2 && c <= 0xDF) {
      if (!follows(i + 1)) return i;
      i += 2;
    } else if (c >= 0xE0 && c <= 0xEF) {
      if (!follows(i + 1) || !follows(i + 2)) return i;
      if (c == 0xE0 && base[i + 1] < 0xA0) return i;  // overlong
      if (c == 0xED && base[i + 1] > 0x9F) return i;  // surrogate
      i += 3;
    } else if (c >= 0xF0 && c <= 0xF4) {
      if (!follows(i + 1) || !follows(i + 2) || !follows(i + 3)) return i;
      if (c == 0xF0 && base[i + 1] < 0x90) return i;
      if (c == 0xF4 && base[i + 1] > 0x8F) return i;
      i += 4;
    } else {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace gcrisk::io
