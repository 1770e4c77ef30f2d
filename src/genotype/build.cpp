// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/genotype/build.hpp"

#include <array>

#include "gcrisk/genotype/variant.hpp"

namespace gcrisk::genotype {

namespace {

// Lengths that tell GRCh37 from GRCh38 (NCBI assembly reports); a few contigs are enough.
struct ContigLength {
  std::string_view contig;
  std::int64_t build37;
  std::int64_t build38;
};
constexpr std::array<ContigLength, 24> kLengths = {{
    {"1", 249250621, 248956422},  {"2", 243199373, 242193529},  {"3", 198022430, 198295559},
    {"4", 191154276, 190214555},  {"5", 180915260, 181538259},  {"6", 171115067, 170805979},
    {"7", 159138663, 159345973},  {"8", 146364022, 145138636},  {"9", 141213431, 138394717},
    {"10", 135534747, 133797422}, {"11", 135006516, 135086622}, {"12", 133851895, 133275309},
    {"13", 115169878, 114364328}, {"14", 107349540, 107043718}, {"15", 102531392, 101991189},
    {"16", 90354753, 90338345},   {"17", 81195210, 83257441},   {"18", 78077248, 80373285},
    {"19", 59128983, 58617616},   {"20", 63025520, 64444167},   {"21", 48129895, 46709983},
    {"22", 51304566, 50818468},   {"X", 155270560, 156040895},  {"Y", 59373566, 57227415},
}};

}  // namespace

std::string_view build_of_length(std::string_view contig, std::int64_t length) {
  const std::string plain = plain_chromosome(contig);
  for (const ContigLength& known : kLengths) {
    if (known.contig != plain) continue;
    return length == known.build37 ? "37" : length == known.build38 ? "38" : "";
  }
  return {};
}

}  // namespace gcrisk::genotype
