// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "byte_source.hpp"

namespace gcrisk::io {

class Decompressor {
 public:
  virtual ~Decompressor() = default;
  // Up to `size` bytes, at least one unless at the end. MalformedError on broken data.
  virtual std::size_t read(char* buffer, std::size_t size) = 0;
};

// Looks at the first bytes: gzip and BGZF (1f 8b), zstd (28 b5 2f fd), else as it is.
std::unique_ptr<Decompressor> make_decompressor(ByteSource& source);

}  // namespace gcrisk::io
