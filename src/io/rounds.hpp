// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

#include "gcrisk/base/context.hpp"

namespace gcrisk::io {

inline constexpr std::size_t kPiecesARound = 16;

// Reads a large input piece by piece on the context's threads: while the pieces of one round are
// worked on, one task reads the next round. Results are collected in the order of the pieces, and
// the first failure in that order is the one thrown, so nothing depends on the number of threads.
//   next(piece) -> bool         the next piece; false at the end; called from one task at a time
//   work(piece, yield, thread)  fills a yield; `thread` is below context.threads->size()
//   collect(piece, yield)       called in order
template <typename Piece, typename Yield, typename Next, typename Work, typename Collect>
void read_in_rounds(const base::Context& context,
                    const Next& next,
                    const Work& work,
                    const Collect& collect) {
  std::exception_ptr source_error;
  const auto read_round = [&] {
    std::vector<Piece> pieces;
    try {
      Piece piece;
      while (pieces.size() < kPiecesARound && next(piece)) {
        pieces.push_back(std::move(piece));
        piece = Piece();
      }
    } catch (...) {
      source_error = std::current_exception();
    }
    return pieces;
  };
  std::vector<Piece> now = read_round();
  while (!now.empty()) {
    std::vector<Piece> following;
    std::vector<Yield> yields(now.size());
    std::vector<std::exception_ptr> errors(now.size());
    context.threads->run(now.size() + 1, [&](std::size_t i, std::size_t thread) {
      if (i == 0) {
        if (!source_error) following = read_round();
        return;
      }
      try {
        work(now[i - 1], yields[i - 1], thread);
      } catch (...) {
        errors[i - 1] = std::current_exception();
      }
    });
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (errors[i]) std::rethrow_exception(errors[i]);
      collect(now[i], yields[i]);
    }
    context.cancellation->check();
    now = std::move(following);
  }
  if (source_error) std::rethrow_exception(source_error);
}

}  // namespace gcrisk::io
