// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/output.hpp"

namespace gcrisk::io {

// Text to a BGZF file: collected, and compressed block by block on the context's threads. What a
// block holds depends on the text alone.
class BgzfText {
 public:
  static constexpr int kLevel = 3;
  BgzfText(base::OutputFile& file, const base::Context& context, int level = kLevel)
      : file_(file), context_(context), level_(level) {}
  // The text not yet written; append to it, then call `ended_piece`.
  std::string& text() { return pending_; }
  void ended_piece();
  void finish();

 private:
  void drain(bool all);
  base::OutputFile& file_;
  const base::Context& context_;
  int level_;
  std::string pending_;
  std::vector<char> packed_;
  std::vector<std::size_t> packed_sizes_;
};

}  // namespace gcrisk::io
