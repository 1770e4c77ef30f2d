// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "bgzf_text.hpp"

#include <htslib/bgzf.h>

#include <algorithm>

#include "gcrisk/base/error.hpp"

namespace gcrisk::io {

namespace {
constexpr std::size_t kPayload = 0xff00;  // what htslib puts into one block
constexpr std::size_t kBlock = 0x10000;   // a block is never larger than this
constexpr std::size_t kPending = 32 * kPayload;
}  // namespace

void BgzfText::ended_piece() {
  if (pending_.size() >= kPending) drain(false);
}

void BgzfText::finish() {
  drain(true);
  // An empty block ends the file.
  packed_.resize(kBlock);
  std::size_t size = kBlock;
  if (bgzf_compress(packed_.data(), &size, nullptr, 0, level_) != 0) {
    throw base::WriteError(file_.path().string() + ": the last block could not be compressed");
  }
  file_.write(packed_.data(), size);
}

void BgzfText::drain(bool all) {
  const std::size_t n =
      all ? base::chunk_count(pending_.size(), kPayload) : pending_.size() / kPayload;
  packed_.resize(n * kBlock);
  packed_sizes_.assign(n, kBlock);
  context_.threads->run(n, [&](std::size_t i, std::size_t) {
    const auto chunk = base::chunk_at(i, pending_.size(), kPayload);
    if (bgzf_compress(packed_.data() + i * kBlock,
                      &packed_sizes_[i],
                      pending_.data() + chunk.begin,
                      chunk.end - chunk.begin,
                      level_) != 0) {
      throw base::WriteError(file_.path().string() + ": a block could not be compressed");
    }
  });
  for (std::size_t i = 0; i < n; ++i) file_.write(packed_.data() + i * kBlock, packed_sizes_[i]);
  pending_.erase(0, std::min(pending_.size(), n * kPayload));
}

}  // namespace gcrisk::io
