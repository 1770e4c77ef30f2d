// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "fhir_pieces.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "gcrisk/base/text.hpp"
#include "line_count.hpp"

namespace gcrisk::io::fhir {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

}  // namespace

std::vector<Candidate> list_files(const std::vector<std::string>& paths) {
  std::vector<Candidate> out;
  for (const std::string& path : paths) {
    if (!fs::is_directory(path)) {
      out.push_back({path, false});
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file() && !entry.path().filename().string().starts_with('.')) {
        found.push_back(entry.path().string());
      }
    }
    std::sort(found.begin(), found.end());
    for (auto& name : found) out.push_back({std::move(name), true});
    if (found.empty()) throw base::ReadError(path + ": the folder holds no file");
  }
  return out;
}

bool PieceSource::next(Piece& piece) {
  while (true) {
    if (!input_ && !open_next()) return false;
    try {
      if (fill(piece)) return true;
      close();
    } catch (const base::MalformedError& error) {
      if (!options_.skip_bad) throw;
      report_.bad(error.what());
      close();
    }
  }
}

bool PieceSource::open_next() {
  if (at_ == files_.size()) return false;
  const std::string& path = files_[at_].path;
  input_.emplace(memory_ ? Input::from_memory(path, *memory_) : Input(path, options_.checksum));
  read_.push_back({path, {}});
  rest_.clear();
  line_ = 1;
  at_start_ = true;
  is_document_ = false;
  is_cut_ = false;
  return true;
}

void PieceSource::close() {
  if (!memory_) read_.back().checksum = input_->finish_hash();
  input_.reset();
  ++at_;
}

// Appends to `text` until it has `size` bytes or the file ends; false at its end.
bool PieceSource::read_more(ByteBuffer& text, std::size_t size) {
  std::size_t used = text.size();
  text.reserve(size);
  while (used < size && !is_cut_) {
    std::size_t n = 0;
    try {
      n = input_->read(text.data() + used, size - used);
    } catch (const base::MalformedError& error) {
      // A compressed file that is cut: what was read of it stands.
      if (!options_.skip_bad) throw;
      report_.bad(error.what());
      is_cut_ = true;
    }
    if (n == 0) break;
    used += n;
  }
  text.set_size(used);
  return used == size;
}

bool PieceSource::fill(Piece& piece) {
  ByteBuffer& text = piece.text;
  text.assign(rest_.view());
  rest_.clear();
  bool more = read_more(text, std::max(kPieceBytes, text.size() + kPieceBytes / 2));
  if (at_start_) {
    at_start_ = false;
    if (!begins_well(text)) return false;
  }
  std::size_t end = text.size();
  while (more) {
    if (!is_document_) {
      const auto newline = text.view().rfind('\n');
      if (newline != std::string::npos) {
        end = newline + 1;
        break;
      }
    }
    if (text.size() >= longest_) {
      if (is_document_ || !options_.skip_bad) throw too_long(is_document_);
      report_.bad(too_long(false).what());
      more = drop_line(text);
      end = text.size();
      continue;
    }
    more = read_more(text, std::min(longest_, 2 * text.size()));
    end = text.size();
  }
  if (end == 0) return false;
  rest_.assign(text.view().substr(end));
  text.set_size(end);
  piece.file = static_cast<std::uint32_t>(read_.size() - 1);
  piece.name = files_[at_].path;
  piece.first_line = line_;
  piece.is_document = is_document_;
  line_ += count_lines(text.view());
  if (piece.first_line == 1 && files_[at_].from_folder && !holds_resources(piece)) {
    report_.remark("file", "has no resourceType and is not read");
    return false;
  }
  return true;
}

// Leaves out everything to the end of the line; false at the end of the file.
bool PieceSource::drop_line(ByteBuffer& text) {
  while (true) {
    text.clear();
    const bool more = read_more(text, kPieceBytes);
    const auto newline = text.view().find('\n');
    if (newline != std::string_view::npos) {
      text.erase_front(newline + 1);
      ++line_;
      return read_more(text, kPieceBytes);
    }
    if (!more) {
      text.clear();
      return false;
    }
  }
}

base::MalformedError PieceSource::too_long(bool document) const {
  return base::MalformedError(
      files_[at_].path + (document ? "" : ":" + std::to_string(line_)) + ": a " +
          (document ? "document" : "line") + " of more than " + base::format_bytes(longest_) +
          ", expected at most an eighth of --memory",
      "give more --memory, or write the records as NDJSON, one resource a line");
}

// Looks at the first bytes: is it JSON, and one document over many lines?
bool PieceSource::begins_well(ByteBuffer& bytes) {
  if (bytes.view().starts_with("\xef\xbb\xbf")) std::memcpy(bytes.data(), "   ", 3);
  const std::string_view text = bytes.view();
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) {
    report_.remark("file", "is empty");
    return false;
  }
  if (text[first] != '{') {
    if (files_[at_].from_folder) {
      report_.remark("file", "is not JSON and is not read");
      return false;
    }
    throw base::MalformedError(
        files_[at_].path + ": begins with '" + std::string(text.substr(first, 1)) +
            "', expected FHIR resources as JSON (NDJSON, a Bundle, or one resource)",
        text[first] == '<' ? "convert XML to JSON first" : "");
  }
  const auto end = text.find('\n', first);
  if (end == std::string::npos) return true;
  const std::string_view line = base::trim(std::string_view(text).substr(first, end - first));
  is_document_ = std::string_view("{[,:").find(line.back()) != std::string_view::npos;
  return true;
}

bool PieceSource::holds_resources(const Piece& piece) {
  std::string_view text = piece.view();
  if (!piece.is_document) {
    text.remove_prefix(text.find('{'));
    text = text.substr(0, text.find('\n'));
  }
  return looks_like_resource(text, parser_);
}

}  // namespace gcrisk::io::fhir
