// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gcrisk/genotype/packed_matrix.hpp"
#include "gcrisk/io/vcf.hpp"
#include "io/vcf_calls.hpp"
#include "io/vcf_site.hpp"

namespace gcrisk::io {

// A record that could not be used, and where: lines count from 0 within the text it came from.
struct BadRecord {
  std::uint64_t line = 0;
  std::string site;  // "20:1000", as far as it can be read
  RecordFault fault;
};

// What a stretch of a file became.
struct ParsedRows {
  VcfBlock block;
  VcfCounts counts;
  std::uint64_t n_lines = 0;
  std::vector<BadRecord> bad;  // the first few; counts.bad_records has them all

  void clear();
};
inline constexpr std::size_t kBadRecordsKept = 5;

// Which of a file's samples are wanted; shared by all readers of the file.
struct SampleChoice {
  std::size_t n_in_file = 0;
  std::vector<std::uint32_t> kept;  // ascending; empty: all
  std::size_t n_kept() const { return kept.empty() ? n_in_file : kept.size(); }
};

// Appends packed rows to a block, of the chosen samples only.
class RowWriter {
 public:
  explicit RowWriter(const SampleChoice& choice);
  // Room for a row of all the file's samples, and a little more; then `finish` it.
  std::uint8_t* begin(VcfBlock& block);
  void finish(VcfBlock& block, genotype::Variant variant);

 private:
  std::size_t full_bytes_;
  std::size_t row_bytes_;
  bool subset_;
  std::shared_ptr<std::uint8_t[]> full_;  // a row of all samples, when only some are wanted
  genotype::GenotypeView chosen_;
  genotype::RowScratch scratch_;
};

// Reads lines of VCF text. One a thread.
class LineParser {
 public:
  LineParser(const VcfOptions& options, const SampleChoice& choice);

  // [text, end) holds whole lines, each with its '\n', and TextBuffer::kSlack readable bytes
  // behind. Stops after the first bad record unless they are to be skipped.
  void parse(const char* text, const char* end, ParsedRows& out);

 private:
  const char* parse_record(const char* line, const char* end, ParsedRows& out);
  const char* parse_samples(const char* samples, const char* end, ParsedRows& out);

  VcfOptions options_;
  std::size_t n_samples_;
  SiteRules rules_;
  CallReader calls_;
  RowWriter writer_;
  bool only_gt_;  // neither dosages nor filters of calls
  VcfSite site_;
  std::string_view format_;
  std::vector<int> rows_;
  std::string place_;  // of the record at hand, for messages
};

}  // namespace gcrisk::io
