// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/libraries.hpp"

#include <htslib/hts.h>
#include <xxhash.h>
#include <zstd.h>

namespace gcrisk::io {

std::vector<std::pair<std::string, std::string>> library_versions() {
  const unsigned features = hts_features();
  std::string htslib = hts_version();
  htslib += (features & HTS_FEATURE_LIBDEFLATE) != 0 ? " with libdeflate" : " without libdeflate";
  const unsigned xxhash = XXH_versionNumber();
  return {{"htslib", htslib},
          {"zstd", ZSTD_versionString()},
          {"xxhash",
           std::to_string(xxhash / 10000) + "." + std::to_string(xxhash / 100 % 100) + "." +
               std::to_string(xxhash % 100)}};
}

}  // namespace gcrisk::io
