// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// The VCF reader on any bytes: text, gzip, BGZF or zstd. The first byte chooses the options.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gcrisk/base/error.hpp"
#include "io/vcf_source.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gcrisk;
  if (size == 0) return 0;
  const std::uint8_t choice = data[0];
  io::VcfOptions options;
  options.from = choice % 4 == 1   ? io::VcfField::kDS
                 : choice % 4 == 2 ? io::VcfField::kGP
                                   : io::VcfField::kGT;
  options.skip_bad_records = (choice & 4) != 0;
  options.pass_only = (choice & 8) != 0;
  if ((choice & 16) != 0) options.min_gq = 20;
  if ((choice & 32) != 0) options.regions.push_back({"20", 1, 1000});
  options.split_multiallelic = (choice & 64) == 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    const base::Context context = base::Context::make(1);
    auto source = io::open_vcf_text(io::open_chunks(io::memory_source("fuzz", bytes)), context);
    io::SampleChoice samples;
    samples.n_in_file = source->header().samples.size();
    if (samples.n_in_file == 0) return 0;
    if ((choice & 128) != 0) samples.kept.push_back(0);
    if (samples.kept.size() == samples.n_in_file) samples.kept.clear();
    source->start(options, samples);
    io::ParsedRows rows;
    std::uint64_t sum = 0;
    while (source->next(rows)) {
      for (std::size_t i = 0; i < rows.block.variants.size(); ++i) {
        for (std::size_t b = 0; b < rows.block.row_bytes; ++b) sum += rows.block.row(i)[b];
      }
      for (const io::BadRecord& bad : rows.bad) sum += source->place_of(bad).size();
    }
    volatile std::uint64_t sink = sum;
    (void)sink;
  } catch (const base::Error&) {
  }
  return 0;
}
