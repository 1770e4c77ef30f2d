// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/output.hpp"
#include "gcrisk/genotype/variant.hpp"

namespace gcrisk::io {

enum class VcfFormat { kVcf, kVcfGz, kBcf };

struct VcfHeader {
  std::string source;                                         // after ##source=
  std::vector<std::string> lines;                             // further ## lines, whole
  std::vector<std::pair<std::string, std::int64_t>> contigs;  // name and length in bp
  std::vector<std::string> samples;
};

// The byte of a missing allele in what `VcfWriter::write` takes; 0 is REF and 1 is ALT.
inline constexpr std::uint8_t kMissingAllele = 0x1e;

// Writes phased biallelic genotypes as VCF 4.3 text, as text in BGZF, or as BCF 2.2. Formatting
// and compression run on the context's threads; the bytes do not depend on how many there are.
// Memory: the text of one call of `write`, twice.
class VcfWriter {
 public:
  VcfWriter(base::OutputFile& file,
            VcfFormat format,
            const VcfHeader& header,
            const base::Context& context);
  ~VcfWriter();

  // `alleles`: one row a variant, two bytes a sample (first and second haplotype). REF is A2 and
  // ALT is A1 of the variant; its chromosome must be one of the contigs.
  void write(std::span<const genotype::Variant> variants, const std::uint8_t* alleles);
  // The end-of-file block of BGZF; call it once, before the file is committed.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gcrisk::io
