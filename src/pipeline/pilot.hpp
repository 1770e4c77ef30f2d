// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/pipeline/run.hpp"

// What a long piece of work will cost, for --dry-run: small parts of it are done and timed here, on
// this machine, instead of rates that were measured on another one.
namespace gcrisk::pipeline {

// The same context, but nobody hears from the pilot: no log, no progress.
base::Context silent(const base::Context& context);

// `work(n)` does the work for about n of `n_total` units (people, variants) and returns for how
// many, with n growing by doubling until there are three parts and the last takes at least half a
// second. Time is carried on with the growth over the parts, an exponent from 0.5 to 2, memory on
// a line. A part that is too small to be worked on may throw DegenerateError. Costs about one to
// four seconds.
Estimate pilot(std::size_t n_total,
               const std::string& units,
               const std::function<std::size_t(std::size_t n)>& work);

// Every k-th of `n_total` rows so that `n` are left: the order of a file often means something.
std::vector<std::uint32_t> spread_rows(std::size_t n_total, std::size_t n);

}  // namespace gcrisk::pipeline
