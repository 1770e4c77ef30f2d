// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/fhir.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>
#include <set>
#include <unordered_map>

#include "fhir_lines.hpp"
#include "fhir_scope.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "line_count.hpp"
#include "rounds.hpp"

namespace gcrisk::io {

namespace {

namespace fs = std::filesystem;
using fhir::Piece;
using fhir::Yield;

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
constexpr std::size_t kShortestLimit = std::size_t{64} << 20;

struct Candidate {
  std::string path;
  bool from_folder = false;  // nobody named this file, it may be something else
};

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

// Cuts the files into pieces of whole lines, or whole documents.
class PieceSource {
 public:
  PieceSource(std::vector<Candidate> files, const RecordOptions& options, std::size_t longest)
      : files_(std::move(files)), options_(options), longest_(longest) {}
  // One file in memory.
  PieceSource(std::string_view text, const std::string& name, const RecordOptions& options)
      : files_{{name, false}}, options_(options), longest_(kShortestLimit), memory_(text) {}

  // False at the end.
  bool next(Piece& piece) {
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

  std::vector<RecordFile>& files() { return read_; }
  clinical::IngestReport& report() { return report_; }

 private:
  bool open_next() {
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

  void close() {
    if (!memory_) read_.back().checksum = input_->finish_hash();
    input_.reset();
    ++at_;
  }

  // Appends to `text` until it has `size` bytes or the file ends; false at its end.
  bool read_more(ByteBuffer& text, std::size_t size) {
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

  bool fill(Piece& piece) {
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
  bool drop_line(ByteBuffer& text) {
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

  base::MalformedError too_long(bool document) const {
    return base::MalformedError(
        files_[at_].path + (document ? "" : ":" + std::to_string(line_)) + ": a " +
            (document ? "document" : "line") + " of more than " + base::format_bytes(longest_) +
            ", expected at most an eighth of --memory",
        "give more --memory, or write the records as NDJSON, one resource a line");
  }

  // Looks at the first bytes: is it JSON, and one document over many lines?
  bool begins_well(ByteBuffer& bytes) {
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

  bool holds_resources(const Piece& piece) {
    std::string_view text = piece.view();
    if (!piece.is_document) {
      text.remove_prefix(text.find('{'));
      text = text.substr(0, text.find('\n'));
    }
    return fhir::looks_like_resource(text, parser_);
  }

  std::vector<Candidate> files_;
  const RecordOptions& options_;
  std::size_t longest_;
  std::optional<std::string_view> memory_;
  std::size_t at_ = 0;
  std::optional<Input> input_;
  ByteBuffer rest_;
  std::uint64_t line_ = 1;
  bool at_start_ = true;
  bool is_document_ = false;
  bool is_cut_ = false;
  std::vector<RecordFile> read_;
  clinical::IngestReport report_;
  simdjson::dom::parser parser_;
};

// Everything that pieces left, put together in their order.
class Collector {
 public:
  Collector(clinical::EventSorter& sorter, const RecordOptions& options)
      : sorter_(sorter), options_(options) {}

  void add(const Yield& yield, RecordsRead& out) {
    sorter_.add(yield.events);
    if (!yield.by_identifier.empty()) {
      if (!aside_) aside_ = std::make_unique<clinical::EventSorter>(folder_, std::size_t{16} << 20);
      aside_->add(yield.by_identifier);
    }
    for (const auto& [reference, code] : yield.medications) {
      const std::string end(clinical::kEndSuffix);
      const auto [at, is_new] = out.references.emplace(reference, code);
      if (!is_new && at->second <= code) continue;
      at->second = code;
      out.references.insert_or_assign(reference + end, code + end);
    }
    for (const auto& [hash, id] : yield.identifiers) {
      const auto [at, is_new] = people_.emplace(hash, id);
      if (!is_new && id < at->second) at->second = id;
    }
    for (const auto& [from, to] : yield.replaced) out.replaced.insert_or_assign(from, to);
    out.report.merge(yield.report);
  }

  void finish(RecordsRead& out) {
    clinical::PackedPerson person;
    clinical::EventBlock block;
    while (aside_ && aside_->next(person)) {
      const auto at = people_.find(fhir::hash_of_identifier(person.id));
      if (at == people_.end()) {
        out.report.dropped[{"reference", "the subject's identifier belongs to no Patient"}] +=
            person.starts.size();
        continue;
      }
      block.clear();
      for (const auto start : person.starts) {
        clinical::RawEvent event =
            clinical::unpack_event(person.bytes.data() + start, *person.texts);
        event.subject = at->second;
        event.forget_numbers();
        block.add(event);
      }
      sorter_.add(block);
    }
    follow_links(out);
  }

  void set_folder(std::filesystem::path folder) { folder_ = std::move(folder); }

 private:
  // Patient.link replaced-by, to the end of each chain.
  void follow_links(RecordsRead& out) {
    clinical::TextMap followed;
    for (const auto& [from, to] : out.replaced) {
      std::set<std::string> met = {from};
      std::string at = to;
      while (out.replaced.contains(at) && met.insert(at).second) at = out.replaced.at(at);
      if (!met.contains(at)) {
        followed.emplace(from, at);
        continue;
      }
      const std::string message = "Patient/" + *met.begin() +
                                  ": its links of the type replaced-by lead round in a circle (" +
                                  std::to_string(met.size()) + " patients), expected an end";
      if (!options_.skip_bad) {
        throw base::MalformedError(message,
                                   "mend the links, or keep these patients as they are: "
                                   "--on-bad-record skip");
      }
      out.report.bad(message);
    }
    out.replaced = std::move(followed);
  }

  clinical::EventSorter& sorter_;
  const RecordOptions& options_;
  std::filesystem::path folder_ = ".";
  std::unique_ptr<clinical::EventSorter> aside_;
  std::unordered_map<std::uint64_t, std::string> people_;
};

RecordsRead read_pieces(PieceSource& source,
                        const RecordOptions& options,
                        clinical::EventSorter& sorter,
                        const base::Context& context) {
  RecordsRead out;
  Collector collector(sorter, options);
  std::vector<simdjson::dom::parser> parsers(context.threads->size());
  read_in_rounds<Piece, Yield>(
      context,
      [&](Piece& piece) { return source.next(piece); },
      [&](const Piece& piece, Yield& yield, std::size_t thread) {
        auto& parser = parsers[thread];
        if (parser.capacity() < piece.bytes() &&
            parser.allocate(piece.bytes()) != simdjson::SUCCESS) {
          throw base::MemoryError(piece.name + ": no memory for a document of " +
                                  base::format_bytes(piece.bytes()));
        }
        fhir::read_piece(piece, options, parser, yield);
      },
      [&](const Piece& piece, const Yield& yield) {
        collector.add(yield, out);
        context.progress->advance(piece.bytes());
      });
  out.report.merge(source.report());
  collector.finish(out);
  out.files = std::move(source.files());
  return out;
}

}  // namespace

RecordsRead read_fhir(const std::vector<std::string>& paths,
                      const RecordOptions& options,
                      clinical::EventSorter& sorter,
                      const base::Context& context) {
  PieceSource source(
      list_files(paths), options, std::max<std::size_t>(kShortestLimit, context.memory_bytes / 8));
  return read_pieces(source, options, sorter, context);
}

RecordsRead read_fhir_text(std::string_view text,
                           const std::string& name,
                           const RecordOptions& options,
                           clinical::EventSorter& sorter) {
  PieceSource source(text, name, options);
  const base::Context context = base::Context::make();
  return read_pieces(source, options, sorter, context);
}

}  // namespace gcrisk::io
