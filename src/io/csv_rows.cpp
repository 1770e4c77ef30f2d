// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <hwy/highway.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "csv_pieces.hpp"

namespace gcrisk::io {

namespace {

constexpr std::size_t kBlock = 64;
constexpr std::size_t kMostUnquoted = 256;  // a row with more such cells keeps their doubled quotes

// Bit i: byte i of 64 is a separator or ends a line; `lines`: only the latter.
void find_ends(const char* bytes, char separator, std::uint64_t& cells, std::uint64_t& lines) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::CappedTag<std::uint8_t, kBlock> d;
  const auto a = hn::Set(d, static_cast<std::uint8_t>(separator));
  const auto b = hn::Set(d, static_cast<std::uint8_t>('\n'));
  cells = lines = 0;
  for (std::size_t at = 0; at < kBlock; at += hn::Lanes(d)) {
    const auto v = hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(bytes) + at);
    const auto is_line = hn::Eq(v, b);
    std::uint64_t bits = 0;
    std::array<std::uint8_t, 8> packed{};
    hn::StoreMaskBits(d, is_line, packed.data());
    std::memcpy(&bits, packed.data(), packed.size());
    lines |= bits << at;
    packed = {};
    hn::StoreMaskBits(d, hn::Or(hn::Eq(v, a), is_line), packed.data());
    std::memcpy(&bits, packed.data(), packed.size());
    cells |= bits << at;
  }
}

}  // namespace

CsvRows::CsvRows(const CsvPiece& piece, char separator)
    : data_(piece.text.data()),
      size_(piece.text.size()),
      separator_(separator),
      next_line_(piece.first_line) {
  if (size_ == 0) return;
  has_quotes_ = separator != '\t' && std::memchr(data_, '"', size_) != nullptr;
  is_utf8_ = simdjson::validate_utf8(data_, size_);
  // Views into it must stay.
  if (has_quotes_) unquoted_.reserve(kMostUnquoted);
  if (!has_quotes_) look_at_block();
}

bool CsvRows::is_utf8() const {
  return is_utf8_ || simdjson::validate_utf8(data_ + row_, after_ - row_);
}

bool CsvRows::next() { return has_quotes_ ? next_quoted() : next_plain(); }

void CsvRows::look_at_block() {
  find_ends(data_ + block_, separator_, cell_bits_, line_bits_);
  const std::size_t left = size_ - block_;
  if (left < kBlock) {
    cell_bits_ &= (std::uint64_t{1} << left) - 1;
    line_bits_ &= cell_bits_;
  }
}

bool CsvRows::next_plain() {
  while (after_ < size_) {
    row_ = static_cast<std::uint32_t>(after_);
    line_ = next_line_++;
    ends_.clear();
    while (true) {
      if (cell_bits_ == 0) {
        if (size_ - block_ <= kBlock) {
          // The last line of a file may lack its end.
          ends_.push_back(static_cast<std::uint32_t>(size_));
          after_ = size_;
          break;
        }
        block_ += kBlock;
        look_at_block();
        continue;
      }
      const auto bit = cell_bits_ & (0 - cell_bits_);
      const auto end = static_cast<std::uint32_t>(
          block_ + static_cast<std::size_t>(std::countr_zero(cell_bits_)));
      ends_.push_back(end);
      cell_bits_ ^= bit;
      if ((line_bits_ & bit) != 0) {
        after_ = end + 1;
        break;
      }
    }
    std::uint32_t& last = ends_.back();
    const std::uint32_t begin = ends_.size() == 1 ? row_ : ends_[ends_.size() - 2] + 1;
    if (last > begin && data_[last - 1] == '\r') --last;
    if (ends_.size() > 1 || last > begin) return true;  // else the line is blank
  }
  ends_.clear();
  return false;
}

// The cell that begins with the quote at data_[at]; moves behind its closing quote.
std::string_view CsvRows::quoted(std::size_t& at) {
  const std::string_view all(data_, size_);
  const std::size_t begin = ++at;
  bool doubled = false;
  while (true) {
    const auto quote = all.find('"', at);
    if (quote == std::string_view::npos) {
      at = size_;
      return all.substr(begin);
    }
    at = quote + 1;
    if (at < size_ && all[at] == '"') {
      doubled = true;
      ++at;
      continue;
    }
    break;
  }
  const std::string_view inner = all.substr(begin, at - 1 - begin);
  if (!doubled || n_unquoted_ == kMostUnquoted) return inner;
  if (unquoted_.size() == n_unquoted_) unquoted_.emplace_back();
  std::string& cell = unquoted_[n_unquoted_++];
  cell.clear();
  for (std::size_t i = 0; i < inner.size(); ++i) {
    cell += inner[i];
    if (inner[i] == '"') ++i;
  }
  return cell;
}

bool CsvRows::next_quoted() {
  while (after_ < size_ && (data_[after_] == '\n' || (data_[after_] == '\r' && after_ + 1 < size_ &&
                                                      data_[after_ + 1] == '\n'))) {
    after_ += data_[after_] == '\n' ? 1 : 2;
    ++next_line_;
  }
  cells_.clear();
  n_unquoted_ = 0;
  if (after_ >= size_) return false;
  row_ = static_cast<std::uint32_t>(after_);
  line_ = next_line_;
  std::size_t at = after_;
  while (true) {
    if (at < size_ && data_[at] == '"') {
      const std::size_t from = at;
      cells_.push_back(quoted(at));
      next_line_ += static_cast<std::uint64_t>(std::count(data_ + from, data_ + at, '\n'));
      while (at < size_ && data_[at] != separator_ && data_[at] != '\n') ++at;
    } else {
      const std::size_t begin = at;
      while (at < size_ && data_[at] != separator_ && data_[at] != '\n') ++at;
      std::string_view cell(data_ + begin, at - begin);
      if ((at == size_ || data_[at] == '\n') && !cell.empty() && cell.back() == '\r') {
        cell.remove_suffix(1);
      }
      cells_.push_back(cell);
    }
    if (at == size_) break;
    if (data_[at++] == '\n') {
      ++next_line_;
      break;
    }
  }
  after_ = at;
  return true;
}

}  // namespace gcrisk::io
