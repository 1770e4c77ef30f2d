// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "byte_buffer.hpp"
#include "fhir_lines.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/clinical/ingest_report.hpp"
#include "gcrisk/io/input.hpp"
#include "gcrisk/io/record_reader.hpp"

namespace gcrisk::io::fhir {

struct Candidate {
  std::string path;
  bool from_folder = false;  // nobody named this file, it may be something else
};

// The files, and those in the folders, in the order of their names. ReadError for an empty folder.
std::vector<Candidate> list_files(const std::vector<std::string>& paths);

// Cuts the files into pieces of whole lines, or whole documents. Under `skip_bad` damage is counted
// in the report; of a compressed file that is cut, what was read of it stands.
class PieceSource {
 public:
  // `longest`: what a line or a document may have.
  PieceSource(std::vector<Candidate> files, const RecordOptions& options, std::size_t longest)
      : files_(std::move(files)), options_(options), longest_(longest) {}
  // One file in memory.
  PieceSource(std::string_view text, const std::string& name, const RecordOptions& options)
      : files_{{name, false}}, options_(options), longest_(kShortestLimit), memory_(text) {}

  static constexpr std::size_t kShortestLimit = std::size_t{64} << 20;

  // False at the end. ReadError; MalformedError.
  bool next(Piece& piece);

  std::vector<RecordFile>& files() { return read_; }
  clinical::IngestReport& report() { return report_; }

 private:
  bool open_next();
  void close();
  bool read_more(ByteBuffer& text, std::size_t size);
  bool fill(Piece& piece);
  bool drop_line(ByteBuffer& text);
  base::MalformedError too_long(bool document) const;
  bool begins_well(ByteBuffer& bytes);
  bool holds_resources(const Piece& piece);

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

}  // namespace gcrisk::io::fhir
