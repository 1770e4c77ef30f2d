// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gcrisk::io {

// What the reader needs of a VCF header.
struct VcfHeader {
  std::string version;  // "4.2"; empty where the file does not say
  std::vector<std::string> samples;
  std::string build;  // "37", "38" by the contigs' lengths, or empty
  std::uint64_t n_lines = 0;
  bool is_gvcf = false;  // declares ALT <NON_REF> or is made of blocks
};

// `text` is the whole header, "#CHROM" line included. MalformedError with file:line: a line that
// is not "##…", wrong column names, a sample named twice or with white space in its name.
VcfHeader parse_vcf_header(std::string_view text, const std::string& file);

// The same checks for the names of a BCF.
void check_sample_names(const std::vector<std::string>& samples, const std::string& place);

}  // namespace gcrisk::io
