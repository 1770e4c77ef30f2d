// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <htslib/hfile.h>
#include <htslib/hts.h>
#include <htslib/kstring.h>
#include <htslib/tbx.h>
#include <htslib/vcf.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "io/vcf_source.hpp"

// htslib's handles with their owners. Nothing outside the vcf_* files includes this.
namespace gcrisk::io {

template <auto kFree>
struct FreeWith {
  template <typename T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};
using HtsFile = std::unique_ptr<htsFile, FreeWith<hts_close>>;
using HtsIndex = std::unique_ptr<hts_idx_t, FreeWith<hts_idx_destroy>>;
using HtsIterator = std::unique_ptr<hts_itr_t, FreeWith<hts_itr_destroy>>;
using TabixIndex = std::unique_ptr<tbx_t, FreeWith<tbx_destroy>>;
using BcfHeader = std::unique_ptr<bcf_hdr_t, FreeWith<bcf_hdr_destroy>>;
using BcfRecord = std::unique_ptr<bcf1_t, FreeWith<bcf_destroy>>;

struct HtsString {
  kstring_t text = {0, 0, nullptr};
  HtsString() = default;
  ~HtsString() { std::free(text.s); }
  HtsString(const HtsString&) = delete;
  HtsString& operator=(const HtsString&) = delete;
};

// Both take over `file`. `has_index`: one lies beside the file and is not older than it.
std::unique_ptr<VcfSource> open_bcf(HtsFile file,
                                    const std::string& path,
                                    bool has_index,
                                    const base::Context& context);
std::unique_ptr<ChunkSource> open_indexed_chunks(HtsFile file,
                                                 const std::string& path,
                                                 const VcfOptions& options);

}  // namespace gcrisk::io
