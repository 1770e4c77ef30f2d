// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <simdjson.h>

#include <algorithm>
#include <bit>

#include "csv_pieces.hpp"
#include "csv_quotes.hpp"
#include "line_count.hpp"

namespace gcrisk::io {

namespace {

constexpr std::size_t kBlock = 64;

// What stands between quotes, with doubled quotes made single where there are any.
std::string_view without_doubled(std::string_view inner, std::deque<std::string>& kept) {
  if (inner.find('"') == std::string_view::npos) return inner;
  std::string& cell = kept.emplace_back();
  for (std::size_t i = 0; i < inner.size(); ++i) {
    cell += inner[i];
    if (inner[i] == '"') ++i;
  }
  return cell;
}

}  // namespace

CsvRows::CsvRows(const CsvPiece& piece, char separator)
    : data_(piece.text.data()),
      size_(piece.text.size()),
      separator_(separator),
      next_line_(piece.first_line) {
  if (size_ == 0) return;
  const QuoteLook look = look_at_quotes(piece.text, separator);
  has_quotes_ = look.any;
  has_quoted_lines_ = look.has_lines;
  is_regular_ = look.regular;
  is_utf8_ = simdjson::validate_utf8(data_, size_);
  if (is_regular_) look_at_block();
}

bool CsvRows::is_utf8() const {
  return is_utf8_ || simdjson::validate_utf8(data_ + row_, after_ - row_);
}

void CsvRows::look_at_block() {
  CsvBits bits;
  if (has_quotes_) {
    bits = csv_bits<true>(data_ + block_, separator_);
    const std::uint64_t inside = inside_of(bits.quotes) ^ inside_;
    inside_ = 0 - (inside >> (kBlock - 1));
    bits.cells &= ~inside;
    bits.lines &= ~inside;
  } else {
    bits = csv_bits<false>(data_ + block_, separator_);
  }
  const std::size_t left = size_ - block_;
  const std::uint64_t mask = left < kBlock ? (std::uint64_t{1} << left) - 1 : ~std::uint64_t{0};
  cell_bits_ = bits.cells & mask;
  line_bits_ = bits.lines & mask;
}

// The ends of the row's cells within the block; true where the row ends in it. Leaves room for one
// end more.
bool CsvRows::take_ends() {
  const std::uint64_t line = line_bits_ & (0 - line_bits_);
  // Everything up to the line end; without one, 0 - 1 is all bits.
  std::uint64_t bits = cell_bits_ & (line | (line - 1));
  cell_bits_ ^= bits;
  line_bits_ ^= line;
  if (ends_.size() < n_ends_ + kBlock + 1) ends_.resize(2 * (n_ends_ + kBlock));
  const auto block = static_cast<std::uint32_t>(block_);
  std::uint32_t* to = ends_.data() + n_ends_;
  n_ends_ += static_cast<std::size_t>(std::popcount(bits));
  // Four at a time, whether there are as many or not: that is cheaper than to ask each time.
  while (bits != 0) {
    for (int i = 0; i < 4; ++i) {
      *to++ = block + static_cast<std::uint32_t>(std::countr_zero(bits));
      bits &= bits - 1;
    }
  }
  if (line == 0) return false;
  after_ = ends_[n_ends_ - 1] + std::size_t{1};
  return true;
}

bool CsvRows::next_regular() {
  while (after_ < size_) {
    row_ = static_cast<std::uint32_t>(after_);
    line_ = next_line_;
    n_ends_ = 0;
    if (has_quotes_) single_.clear();
    while (!take_ends()) {
      if (size_ - block_ <= kBlock) {
        // The last line of a file may lack its end.
        ends_[n_ends_++] = static_cast<std::uint32_t>(size_);
        after_ = size_;
        break;
      }
      block_ += kBlock;
      look_at_block();
    }
    ++next_line_;
    if (has_quoted_lines_) next_line_ += count_lines({data_ + row_, ends_[n_ends_ - 1] - row_});
    std::uint32_t& last = ends_[n_ends_ - 1];
    const std::uint32_t begin = n_ends_ == 1 ? row_ : ends_[n_ends_ - 2] + 1;
    if (last > begin && data_[last - 1] == '\r') --last;
    if (n_ends_ > 1 || last > begin) return true;  // else the line is blank
  }
  n_ends_ = 0;
  return false;
}

// A cell of a regular piece that begins with a quote; behind the one that closes nothing counts.
std::string_view CsvRows::unquote(std::string_view cell) const {
  const auto last = cell.rfind('"');
  return without_doubled(cell.substr(1, last == 0 ? std::string_view::npos : last - 1), single_);
}

// Of an irregular piece the cell that begins with the quote at data_[at]; moves behind the quote
// that closes it.
std::string_view CsvRows::quoted(std::size_t& at) {
  const std::string_view all(data_, size_);
  const std::size_t begin = ++at;
  while (true) {
    const auto quote = all.find('"', at);
    if (quote == std::string_view::npos) {
      at = size_;
      return all.substr(begin);
    }
    at = quote + 1;
    if (at < size_ && all[at] == '"') {
      ++at;
      continue;
    }
    break;
  }
  return without_doubled(all.substr(begin, at - 1 - begin), single_);
}

bool CsvRows::next_stray() {
  while (after_ < size_ && (data_[after_] == '\n' || (data_[after_] == '\r' && after_ + 1 < size_ &&
                                                      data_[after_ + 1] == '\n'))) {
    after_ += data_[after_] == '\n' ? 1 : 2;
    ++next_line_;
  }
  cells_.clear();
  single_.clear();
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
