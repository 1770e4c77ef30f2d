// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/io/vcf.hpp"
#include "io/byte_source.hpp"
#include "io/vcf_chunks.hpp"
#include "io/vcf_header.hpp"
#include "io/vcf_line.hpp"

namespace gcrisk::io {

// One file of records: text or BCF. First the header, then `start`, then blocks to the end.
class VcfSource {
 public:
  virtual ~VcfSource() = default;
  virtual const VcfHeader& header() const = 0;
  virtual void start(const VcfOptions& options, const SampleChoice& choice) = 0;
  // The next rows, perhaps none; false at the end. A bad record that is not to be skipped is
  // thrown as MalformedError when its turn comes.
  virtual bool next(ParsedRows& rows) = 0;
  // "path:line" or "path: contig:position" of a bad record in the rows last given out.
  virtual std::string place_of(const BadRecord& record) const = 0;
  virtual std::string format() const = 0;  // for people
  virtual std::string checksum() = 0;      // at the end; may be empty
};

// Text: `chunks` are inflated, parsed and packed on context.n_threads threads. A chunk has at least
// `least_text` bytes, more where lines are long; smaller ones are for tests.
inline constexpr std::size_t kLeastText = std::size_t{1} << 20;
std::unique_ptr<VcfSource> open_vcf_text(std::unique_ptr<ChunkSource> chunks,
                                         const base::Context& context,
                                         std::size_t least_text = kLeastText);

// Looks into the file; takes its index where there is one and regions are wanted.
std::unique_ptr<VcfSource> open_vcf(const std::string& path,
                                    const VcfOptions& options,
                                    const base::Context& context);

[[noreturn]] void throw_bad_record(const VcfSource& source, const BadRecord& record);

}  // namespace gcrisk::io
