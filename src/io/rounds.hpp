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
inline constexpr std::size_t kBytesARound = std::size_t{32} << 20;  // unless one piece has more

// Reads a large input piece by piece on the context's threads: while the pieces of one round are
// worked on, one task reads the next round. Results are collected in the order of the pieces, and
// the first failure in that order is the one thrown, so nothing depends on the number of threads.
// Pieces and yields are used again round after round.
//   next(piece) -> bool         the next piece; false at the end; called from one task at a time
//   work(piece, yield, thread)  fills a cleared yield; `thread` is below context.threads->size()
//   collect(piece, yield)       called in order
// Piece has bytes(), Yield has clear().
template <typename Piece, typename Yield, typename Next, typename Work, typename Collect>
void read_in_rounds(const base::Context& context,
                    const Next& next,
                    const Work& work,
                    const Collect& collect) {
  struct Round {
    std::vector<Piece> pieces = std::vector<Piece>(kPiecesARound);
    std::size_t n = 0;
  };
  Round now;
  Round following;
  std::exception_ptr source_error;
  const auto read_round = [&](Round& round) {
    round.n = 0;
    std::size_t bytes = 0;
    try {
      while (round.n < kPiecesARound && bytes < kBytesARound && next(round.pieces[round.n])) {
        bytes += round.pieces[round.n++].bytes();
      }
    } catch (...) {
      source_error = std::current_exception();
    }
  };
  std::vector<Yield> yields(kPiecesARound);
  std::vector<std::exception_ptr> errors(kPiecesARound);
  read_round(now);
  while (now.n > 0) {
    following.n = 0;
    context.threads->run(now.n + 1, [&](std::size_t i, std::size_t thread) {
      if (i == 0) {
        if (!source_error) read_round(following);
        return;
      }
      try {
        yields[i - 1].clear();
        work(now.pieces[i - 1], yields[i - 1], thread);
      } catch (...) {
        errors[i - 1] = std::current_exception();
      }
    });
    for (std::size_t i = 0; i < now.n; ++i) {
      if (errors[i]) std::rethrow_exception(errors[i]);
      collect(now.pieces[i], yields[i]);
    }
    context.cancellation->check();
    std::swap(now, following);
  }
  if (source_error) std::rethrow_exception(source_error);
}

}  // namespace gcrisk::io
