// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace gcrisk::base {

// The exit statuses a user can rely on; `gcrisk help exit-codes` prints this list.
enum class ExitCode : int {
  kDone = 0,
  kInternal = 1,
  kUsage = 2,
  kCannotRead = 3,
  kMalformed = 4,
  kMismatch = 5,
  kDegenerate = 6,
  kCannotWrite = 7,
  kNotConverged = 8,
  kDevice = 9,
  kDifference = 10,
  kMemory = 137,
  kCheckpointed = 138,
  kTerminated = 143,
};

// One line a status, for help and documentation.
std::string_view describe(ExitCode code);

// Base of everything that the library throws on purpose. `what()` is one sentence without a final
// stop: place, finding, expectation. `hint()` is the remedy, or empty.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message, std::string hint = {});
  ExitCode code() const noexcept { return code_; }
  const std::string& hint() const noexcept { return hint_; }

 private:
  ExitCode code_;
  std::string hint_;
};

template <ExitCode kCode>
class ErrorOf : public Error {
 public:
  explicit ErrorOf(const std::string& message, std::string hint = {})
      : Error(kCode, message, std::move(hint)) {}
};

using UsageError = ErrorOf<ExitCode::kUsage>;      // an option: unknown, missing, out of range
using ReadError = ErrorOf<ExitCode::kCannotRead>;  // an input cannot be opened or read
using MalformedError =
    ErrorOf<ExitCode::kMalformed>;                   // an input breaks its format; names file:line
using MismatchError = ErrorOf<ExitCode::kMismatch>;  // two inputs disagree
using DegenerateError = ErrorOf<ExitCode::kDegenerate>;      // nothing left, or one class only
using WriteError = ErrorOf<ExitCode::kCannotWrite>;          // an output cannot be written
using ConvergenceError = ErrorOf<ExitCode::kNotConverged>;   // only under --strict
using DeviceError = ErrorOf<ExitCode::kDevice>;              // the device asked for cannot be used
using DifferenceError = ErrorOf<ExitCode::kDifference>;      // `verify` found a difference
using MemoryError = ErrorOf<ExitCode::kMemory>;              // the memory limit was reached
using CheckpointedError = ErrorOf<ExitCode::kCheckpointed>;  // SIGUSR1
using TerminatedError = ErrorOf<ExitCode::kTerminated>;      // SIGTERM, SIGINT

// The reader of our standard output went away: a quiet success, not a fault.
class ClosedPipe : public std::exception {
 public:
  const char* what() const noexcept override { return "standard output was closed by its reader"; }
};

}  // namespace gcrisk::base
