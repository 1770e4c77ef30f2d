// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "csv_pieces.hpp"

#include <algorithm>
#include <cstring>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::io {

namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
constexpr std::size_t kLongestRow = std::size_t{64} << 20;

char separator_of(std::string_view head) {
  char best = ',';
  std::ptrdiff_t most = 0;
  for (const char candidate : {'\t', ',', ';', '|'}) {
    const auto n = std::count(head.begin(), head.end(), candidate);
    if (n > most) {
      most = n;
      best = candidate;
    }
  }
  return best;
}

// Position behind the last whole row of `text`; 0 where there is none.
std::size_t end_of_rows(std::string_view text, char separator) {
  const void* quote = separator == '\t' ? nullptr : std::memchr(text.data(), '"', text.size());
  if (quote == nullptr) {
    const auto newline = text.rfind('\n');
    return newline == std::string_view::npos ? 0 : newline + 1;
  }
  std::size_t last = 0;
  bool in_quotes = false;
  bool at_cell_start = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_quotes) {
      if (c == '"') in_quotes = false;  // a doubled quote opens again at once
    } else if (c == '"' && (at_cell_start || (i > 0 && text[i - 1] == '"'))) {
      in_quotes = true;
    } else if (c == '\n') {
      last = i + 1;
    }
    at_cell_start = !in_quotes && (c == separator || c == '\n');
  }
  return last;
}

}  // namespace

CsvSource::CsvSource(const std::string& path, base::Checksum checksum)
    : CsvSource(Input(path, checksum)) {}

CsvSource CsvSource::from_memory(const std::string& name, std::string_view text) {
  return CsvSource(Input::from_memory(name, text));
}

CsvSource::CsvSource(Input input) : input_(std::move(input)) {
  std::size_t end = std::string::npos;
  while (true) {
    end = rest_.find('\n');
    if (end != std::string::npos || !read_more(rest_.size() + kPieceBytes)) break;
    if (rest_.size() > kLongestRow) break;
  }
  if (rest_.starts_with("\xef\xbb\xbf")) {
    rest_.erase(0, 3);
    if (end != std::string::npos) end -= 3;
  }
  if (end == std::string::npos) end = rest_.find('\n');
  const std::string head = rest_.substr(0, end);
  if (base::trim(head).empty()) {
    throw base::MalformedError(path() + ": is empty, expected a header line");
  }
  separator_ = separator_of(head);
  CsvPiece piece{head, 1};
  CsvRows rows(piece, separator_);
  std::vector<std::string_view> cells;
  rows.next(cells);
  for (const auto cell : cells) header_.push_back(base::to_lower(base::trim(cell)));
  rest_.erase(0, end == std::string::npos ? rest_.size() : end + 1);
  line_ = 2;
}

bool CsvSource::read_more(std::size_t size) {
  std::size_t used = rest_.size();
  rest_.resize(size);
  while (used < size) {
    const std::size_t n = input_.read(rest_.data() + used, size - used);
    if (n == 0) break;
    used += n;
  }
  rest_.resize(used);
  return used == size;
}

bool CsvSource::next(CsvPiece& piece) {
  std::size_t end = 0;
  while (true) {
    const bool more = read_more(std::max(kPieceBytes, rest_.size() + kPieceBytes / 2));
    end = more ? end_of_rows(rest_, separator_) : rest_.size();
    if (!more || end > 0) break;
    if (rest_.size() > kLongestRow) {
      throw base::MalformedError(
          path() + ":" + std::to_string(line_) + ": a row of more than 64 MiB, expected an end",
          "is a quote opened there and never closed?");
    }
  }
  if (end == 0) return false;
  piece.first_line = line_;
  piece.text = rest_.substr(0, end);
  rest_.erase(0, end);
  line_ += static_cast<std::uint64_t>(std::count(piece.text.begin(), piece.text.end(), '\n'));
  return true;
}

std::optional<std::size_t> CsvSource::column(std::string_view name) const {
  for (std::size_t c = 0; c < header_.size(); ++c) {
    if (header_[c] == name) return c;
  }
  return std::nullopt;
}

// The cell that begins with the quote at rest_[at]; moves behind its closing quote.
std::string_view CsvRows::quoted(std::size_t& at) {
  const std::size_t begin = ++at;
  bool doubled = false;
  while (true) {
    const auto quote = rest_.find('"', at);
    if (quote == std::string_view::npos) {
      at = rest_.size();
      return rest_.substr(begin);
    }
    at = quote + 1;
    if (at < rest_.size() && rest_[at] == '"') {
      doubled = true;
      ++at;
      continue;
    }
    break;
  }
  const std::string_view inner = rest_.substr(begin, at - 1 - begin);
  if (!doubled) return inner;
  if (unquoted_.size() == n_unquoted_) unquoted_.emplace_back();
  std::string& cell = unquoted_[n_unquoted_++];
  cell.clear();
  for (std::size_t i = 0; i < inner.size(); ++i) {
    cell += inner[i];
    if (inner[i] == '"') ++i;
  }
  return cell;
}

bool CsvRows::next(std::vector<std::string_view>& cells) {
  while (!rest_.empty() && (rest_.front() == '\n' || rest_.starts_with("\r\n"))) {
    rest_.remove_prefix(rest_.front() == '\n' ? 1 : 2);
    ++next_line_;
  }
  cells.clear();
  n_unquoted_ = 0;
  if (unquoted_.capacity() < 256) unquoted_.reserve(256);  // views into it must stay
  if (rest_.empty()) return false;
  line_ = next_line_;
  std::size_t at = 0;
  while (true) {
    if (at < rest_.size() && rest_[at] == '"' && separator_ != '\t' && n_unquoted_ < 256) {
      const std::size_t from = at;
      cells.push_back(quoted(at));
      next_line_ +=
          static_cast<std::uint64_t>(std::count(rest_.begin() + static_cast<std::ptrdiff_t>(from),
                                                rest_.begin() + static_cast<std::ptrdiff_t>(at),
                                                '\n'));
      while (at < rest_.size() && rest_[at] != separator_ && rest_[at] != '\n') ++at;
    } else {
      const std::size_t begin = at;
      while (at < rest_.size() && rest_[at] != separator_ && rest_[at] != '\n') ++at;
      std::string_view cell = rest_.substr(begin, at - begin);
      if ((at == rest_.size() || rest_[at] == '\n') && !cell.empty() && cell.back() == '\r') {
        cell.remove_suffix(1);
      }
      cells.push_back(cell);
    }
    if (at == rest_.size()) {
      rest_ = {};
      return true;
    }
    if (rest_[at++] == '\n') {
      rest_.remove_prefix(at);
      ++next_line_;
      return true;
    }
  }
}

}  // namespace gcrisk::io
