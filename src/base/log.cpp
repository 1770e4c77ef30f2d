// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <map>
#include <mutex>

#include "gcrisk/base/text.hpp"

namespace gcrisk::base {

namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
    case LogLevel::kOff: return spdlog::level::off;
  }
  return spdlog::level::info;
}

constexpr std::uint64_t kFloodLines = 5;

}  // namespace

struct Log::State {
  std::string name;
  std::shared_ptr<spdlog::logger> logger;
  mutable std::mutex mutex;
  std::string transcript;
  std::vector<std::string> warnings;
  std::map<std::string, std::uint64_t, std::less<>> floods;

  void say(spdlog::level::level_enum level, std::string_view word, const std::string& text) {
    std::string line = name + ": ";
    line += word;
    line += text;
    const std::lock_guard lock(mutex);
    if (level != spdlog::level::debug) transcript += line + "\n";
    if (level == spdlog::level::warn) warnings.push_back(text);
    logger->log(level, line);
  }
};

Log::Log(std::string name, LogLevel to_stderr) : state_(std::make_unique<State>()) {
  state_->name = std::move(name);
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  state_->logger = std::make_shared<spdlog::logger>("gcrisk", std::move(sink));
  state_->logger->set_pattern("%v");
  state_->logger->set_level(to_spdlog(to_stderr));
  state_->logger->flush_on(spdlog::level::debug);
}

Log::~Log() = default;

void Log::debug(const std::string& text) { state_->say(spdlog::level::debug, "", text); }
void Log::info(const std::string& text) { state_->say(spdlog::level::info, "", text); }
void Log::warning(const std::string& text) { state_->say(spdlog::level::warn, "warning: ", text); }

void Log::error(const std::string& text, const std::string& hint) {
  state_->say(spdlog::level::err, "error: ", hint.empty() ? text : text + "\n  hint: " + hint);
}

void Log::flood(std::string_view kind, const std::string& text) {
  std::uint64_t seen = 0;
  {
    const std::lock_guard lock(state_->mutex);
    auto at = state_->floods.find(kind);
    if (at == state_->floods.end()) at = state_->floods.emplace(std::string(kind), 0).first;
    seen = ++at->second;
  }
  if (seen <= kFloodLines) warning(text);
}

void Log::flush_floods() {
  std::map<std::string, std::uint64_t, std::less<>> floods;
  {
    const std::lock_guard lock(state_->mutex);
    floods.swap(state_->floods);
  }
  for (const auto& [kind, seen] : floods) {
    if (seen > kFloodLines) warning(kind + ": " + format_count(seen - kFloodLines) + " more");
  }
}

std::vector<std::string> Log::warnings() const {
  const std::lock_guard lock(state_->mutex);
  return state_->warnings;
}

std::string Log::transcript() const {
  const std::lock_guard lock(state_->mutex);
  return state_->transcript;
}

}  // namespace gcrisk::base
