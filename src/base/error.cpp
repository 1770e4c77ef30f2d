// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/error.hpp"

namespace gcrisk::base {

Error::Error(ExitCode code, const std::string& message, std::string hint)
    : std::runtime_error(message), code_(code), hint_(std::move(hint)) {}

std::string_view describe(ExitCode code) {
  switch (code) {
    case ExitCode::kDone: return "done";
    case ExitCode::kInternal: return "internal fault: our bug";
    case ExitCode::kUsage:
      return "usage: option unknown, missing, out of range, or two that exclude each other";
    case ExitCode::kCannotRead: return "an input cannot be opened or read";
    case ExitCode::kMalformed:
      return "an input is malformed; the message has file and line, or contig:position";
    case ExitCode::kMismatch:
      return "inputs disagree: sample IDs, build, alleles, a model against the data";
    case ExitCode::kDegenerate:
      return "nothing left, or degenerate: no variant, no sample, one class only";
    case ExitCode::kCannotWrite: return "an output cannot be written (disk full, permission)";
    case ExitCode::kNotConverged: return "did not converge and --strict was given";
    case ExitCode::kDevice: return "the device asked for cannot be used";
    case ExitCode::kDifference: return "verify found a difference";
    case ExitCode::kMemory: return "the memory limit was reached";
    case ExitCode::kCheckpointed: return "stopped by SIGUSR1 after writing a checkpoint";
    case ExitCode::kTerminated: return "stopped by SIGTERM after writing a checkpoint";
  }
  return "unknown";
}

}  // namespace gcrisk::base
