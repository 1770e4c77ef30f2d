// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/json.hpp"

namespace gcrisk::base {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBufferSize = std::size_t{1} << 18;

[[noreturn]] void fail(const fs::path& path, int reason) {
  std::string hint;
  if (reason == ENOSPC || reason == EDQUOT) hint = "free some space, or give another --out";
  if (reason == EACCES || reason == EROFS) hint = "give an --out in a folder that you may write to";
  throw WriteError(path.string() + ": cannot be written: " + std::strerror(reason), hint);
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

struct OutputFile::State {
  fs::path path;
  fs::path hidden;  // empty while the file has no name at all
  int descriptor = -1;
  std::string buffer;
  std::uint64_t flushed = 0;
  std::optional<Hasher> hasher;

  void write_all(const char* data, std::size_t size, std::uint64_t offset) {
    while (size > 0) {
      const ssize_t n = ::pwrite(descriptor, data, size, static_cast<off_t>(offset));
      if (n < 0) {
        if (errno == EINTR) continue;
        fail(path, errno);
      }
      data += n;
      offset += static_cast<std::uint64_t>(n);
      size -= static_cast<std::size_t>(n);
    }
  }

  void append(const char* data, std::size_t size) {
    write_all(data, size, flushed);
    flushed += size;
    if (hasher) hasher->update(data, size);
  }

  void flush() {
    append(buffer.data(), buffer.size());
    buffer.clear();
  }

  void discard() noexcept {
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
    if (!hidden.empty()) ::unlink(hidden.c_str());
    hidden.clear();
  }

  fs::path hidden_name() const {
    return folder_of(path) /
           ("." + path.filename().string() + ".partial-" + std::to_string(::getpid()));
  }
};

OutputFile::OutputFile(fs::path path, std::optional<Checksum> hash)
    : state_(std::make_unique<State>()) {
  if (hash) state_->hasher.emplace(*hash);
  state_->path = std::move(path);
  state_->buffer.reserve(kBufferSize);
  std::error_code ignored;
  const fs::file_status old = fs::status(state_->path, ignored);
  if (fs::exists(old) && !fs::is_regular_file(old)) {
    throw WriteError(state_->path.string() + ": is not a regular file, which could be replaced",
                     "give another --out");
  }
  const std::string folder = folder_of(state_->path).string();
  state_->descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
  if (state_->descriptor >= 0) return;
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) fail(state_->path, errno);
  state_->hidden = state_->hidden_name();
  state_->descriptor = ::open(state_->hidden.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0666);
  if (state_->descriptor < 0) {
    const int reason = errno;
    state_->hidden.clear();
    fail(state_->path, reason);
  }
}

OutputFile::~OutputFile() {
  if (state_) state_->discard();
}

OutputFile::OutputFile(OutputFile&&) noexcept = default;

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  if (this != &other) {
    if (state_) state_->discard();
    state_ = std::move(other.state_);
  }
  return *this;
}

const fs::path& OutputFile::path() const noexcept { return state_->path; }

void OutputFile::write(std::string_view bytes) { write(bytes.data(), bytes.size()); }

void OutputFile::write(const void* data, std::size_t size) {
  if (state_->buffer.size() + size > kBufferSize) state_->flush();
  if (size >= kBufferSize) {
    state_->append(static_cast<const char*>(data), size);
  } else {
    state_->buffer.append(static_cast<const char*>(data), size);
  }
}

void OutputFile::write_at(std::uint64_t offset, const void* data, std::size_t size) {
  state_->flush();
  state_->hasher.reset();
  state_->write_all(static_cast<const char*>(data), size, offset);
}

std::uint64_t OutputFile::size() const noexcept { return state_->flushed + state_->buffer.size(); }

void OutputFile::commit() {
  if (state_->descriptor < 0) return;
  state_->flush();
  if (state_->hidden.empty()) {
    // linkat cannot replace a file, so the name is first given beside and then moved over it.
    const fs::path beside = state_->hidden_name();
    ::unlink(beside.c_str());
    const std::string self = "/proc/self/fd/" + std::to_string(state_->descriptor);
    if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, beside.c_str(), AT_SYMLINK_FOLLOW) != 0) {
      fail(state_->path, errno);
    }
    state_->hidden = beside;
  }
  if (::close(state_->descriptor) != 0) {
    const int reason = errno;
    state_->descriptor = -1;
    fail(state_->path, reason);
  }
  state_->descriptor = -1;
  if (::rename(state_->hidden.c_str(), state_->path.c_str()) != 0) fail(state_->path, errno);
  state_->hidden.clear();
}

std::string OutputFile::checksum() const {
  return state_->hasher ? state_->hasher->hex() : std::string();
}

namespace {

// Several commands may share a prefix, but none replaces what belongs to another one: a file that
// the manifest of another complete result there lists.
void check_owner(const fs::path& path, const std::string& prefix) {
  constexpr std::string_view kManifest = ".run.json";
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return;
  const std::string begin = fs::path(prefix).filename().string() + ".";
  for (const auto& entry : fs::directory_iterator(folder_of(path), ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(begin) || !name.ends_with(kManifest) ||
        name.size() <= begin.size() - 1 + kManifest.size()) {
      continue;
    }
    std::ifstream file(entry.path());
    const Json json = Json::parse(file, nullptr, false);
    if (!json.is_object() || !json.contains("outputs") || !json["outputs"].is_array()) continue;
    for (const auto& output : json["outputs"]) {
      if (fs::path(output.value("path", "")).filename() != path.filename()) continue;
      throw UsageError("--out " + prefix + ": " + path.string() +
                           " belongs to a result of gcrisk " + json.value("command", "") + " (" +
                           entry.path().string() + ")",
                       "give another --out");
    }
  }
}

}  // namespace

OutputSet::OutputSet(std::string out, bool force, Checksum hash)
    : out_(std::move(out)), hash_(hash) {
  if (out_.empty()) throw UsageError("--out is empty, expected a path prefix");
  if (fs::is_directory(out_) && out_.back() != '/') {
    throw UsageError("--out " + out_ + " is a folder, expected a path prefix",
                     "write --out " + out_ + "/NAME");
  }
  const fs::path run = path(is_folder() ? "run.json" : ".run.json");
  if (!force && fs::exists(run)) {
    throw UsageError("--out " + out_ + ": a complete result stands there (" + run.string() + ")",
                     "give another --out, or replace it with --force");
  }
  const fs::path folder = is_folder() ? fs::path(out_) : folder_of(out_);
  std::error_code reason;
  fs::create_directories(folder, reason);
  if (reason) fail(folder, reason.value());
  // From here on the old result is no longer complete: its certificate goes first.
  if (force) fs::remove(run, reason);
}

OutputSet::~OutputSet() = default;

fs::path OutputSet::path(std::string_view suffix) const { return out_ + std::string(suffix); }

OutputFile& OutputSet::open(std::string_view suffix) {
  if (!is_folder()) check_owner(path(suffix), out_);
  files_.push_back(std::make_unique<OutputFile>(path(suffix), hash_));
  return *files_.back();
}

void OutputSet::commit() {
  for (auto& file : files_) {
    file->commit();
    committed_.push_back({file->path(), file->checksum()});
  }
  files_.clear();
}

void write_stdout(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno == EPIPE) throw ClosedPipe();
      fail("standard output", errno);
    }
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace gcrisk::base
