// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gcrisk::base {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

// Where a command speaks to people: standard error, and a file once there is one. Thread-safe.
// Library code never writes to standard output or error itself.
class Log {
 public:
  // `name` stands in front of each line ("gcrisk select"); kOff makes a silent log for tests.
  explicit Log(std::string name = "gcrisk", LogLevel to_stderr = LogLevel::kInfo);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void debug(const std::string& text);
  void info(const std::string& text);
  void warning(const std::string& text);
  void error(const std::string& text, const std::string& hint = {});

  // For what may come by the thousand: the first five lines of a `kind` are shown; the rest is
  // counted and told once by `flush_floods()` ("… and 812 more").
  void flood(std::string_view kind, const std::string& text);
  void flush_floods();

  // All warnings so far, for the run manifest (a flood: its first five and the count).
  std::vector<std::string> warnings() const;

  // Everything said so far and from now on, for PREFIX.log.
  std::string transcript() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gcrisk::base
