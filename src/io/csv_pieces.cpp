// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "csv_pieces.hpp"

#include <algorithm>
#include <cstring>

#include "csv_quotes.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "line_count.hpp"

namespace gcrisk::io {

namespace {

// Small enough to be in the cache still when a thread takes the rows of a round apart.
constexpr std::size_t kPieceBytes = std::size_t{1} << 19;
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

}  // namespace

CsvSource::CsvSource(const std::string& path, base::Checksum checksum, Damage damage)
    : CsvSource(Input(path, checksum), std::move(damage)) {}

CsvSource CsvSource::from_memory(const std::string& name, std::string_view text, Damage damage) {
  return CsvSource(Input::from_memory(name, text), std::move(damage));
}

CsvSource::CsvSource(Input input, Damage damage)
    : input_(std::move(input)), damage_(std::move(damage)) {
  std::size_t end = std::string::npos;
  while (true) {
    end = rest_.view().find('\n');
    if (end != std::string::npos || !read_more(rest_, rest_.size() + kPieceBytes)) break;
    if (rest_.size() > kLongestRow) break;
  }
  if (rest_.view().starts_with("\xef\xbb\xbf")) rest_.erase_front(3);
  end = rest_.view().find('\n');
  CsvPiece piece;
  piece.text.assign(rest_.view().substr(0, end));
  if (base::trim(piece.text.view()).empty()) {
    throw base::MalformedError(path() + ": is empty, expected a header line");
  }
  separator_ = separator_of(piece.text.view());
  CsvRows rows(piece, separator_);
  rows.next();
  if (!rows.is_utf8()) throw base::MalformedError(path() + ":1: text that is not UTF-8");
  for (std::size_t c = 0; c < rows.size(); ++c) {
    header_.push_back(base::to_lower(base::trim(rows[c])));
  }
  rest_.erase_front(end == std::string::npos ? rest_.size() : end + 1);
  line_ = 2;
}

// Appends to `text` until it has `size` bytes or the file ends; false at its end.
bool CsvSource::read_more(ByteBuffer& text, std::size_t size) {
  std::size_t used = text.size();
  text.reserve(size);
  while (used < size && !is_cut_) {
    std::size_t n = 0;
    try {
      n = input_.read(text.data() + used, size - used);
    } catch (const base::MalformedError& error) {
      if (!damage_) throw;
      damage_(error.what());
      is_cut_ = true;
      text.set_size(used);
      // The row in which the file ends may lack a part of its last cell.
      const std::size_t end = text.view().rfind('\n');
      used = end == std::string_view::npos ? 0 : end + 1;
    }
    if (n == 0) break;
    used += n;
  }
  text.set_size(used);
  return used == size;
}

// Leaves out everything to the end of the line.
void CsvSource::drop_line(ByteBuffer& text) {
  while (true) {
    const auto newline = text.view().find('\n');
    if (newline != std::string_view::npos) {
      text.erase_front(newline + 1);
      break;
    }
    text.clear();
    if (!read_more(text, kPieceBytes) && text.view().find('\n') == std::string_view::npos) {
      text.clear();
      break;
    }
  }
  ++line_;
}

bool CsvSource::next(CsvPiece& piece) {
  piece.text.assign(rest_.view());
  rest_.clear();
  std::size_t end = 0;
  std::size_t wanted = std::max(kPieceBytes, piece.text.size() + kPieceBytes / 2);
  while (true) {
    const bool more = read_more(piece.text, wanted);
    const QuoteLook look = look_at_quotes(piece.text, separator_);
    end = look.end_of_rows;
    if (end > 0 && more) break;
    if (piece.text.empty()) return false;
    if (!more) {
      if (!look.open) end = piece.text.size();  // the last row may lack its line end
      if (end > 0) break;
    } else if (piece.text.size() <= kLongestRow) {
      wanted = std::min(2 * piece.text.size(), kLongestRow + kPieceBytes);
      continue;
    }
    const std::string place = path() + ":" + std::to_string(line_);
    const std::string message =
        more ? place + ": a row of more than 64 MiB, expected an end"
             : place + ": a quote that is opened in this row is never closed";
    if (!damage_) {
      throw base::MalformedError(
          message, more ? "is a quote opened there and never closed?" : "mend the row");
    }
    damage_(message);
    drop_line(piece.text);
    wanted = std::max(kPieceBytes, piece.text.size() + kPieceBytes / 2);
  }
  piece.first_line = line_;
  rest_.assign(piece.text.view().substr(end));
  piece.text.set_size(end);
  line_ += count_lines(piece.text.view());
  return true;
}

std::optional<std::size_t> CsvSource::column(std::string_view name) const {
  for (std::size_t c = 0; c < header_.size(); ++c) {
    if (header_[c] == name) return c;
  }
  return std::nullopt;
}

}  // namespace gcrisk::io
