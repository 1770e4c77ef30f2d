// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "gcrisk/base/error.hpp"
#include "io/vcf_htslib.hpp"

namespace gcrisk::io {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_read(const std::string& name, int reason) {
  throw base::ReadError(name + ": cannot be read: " + std::strerror(reason));
}

// htslib's stream, because it can look ahead on a pipe.
class HtsBytes final : public ByteSource {
 public:
  HtsBytes(hFILE* file, std::string name) : file_(file), name_(std::move(name)) {}
  ~HtsBytes() override { hclose_abruptly(file_); }
  HtsBytes(const HtsBytes&) = delete;
  HtsBytes& operator=(const HtsBytes&) = delete;

  std::size_t read(char* buffer, std::size_t size) override {
    const ssize_t n = hread(file_, buffer, size);
    if (n < 0) fail_read(name_, errno);
    hasher_.update(buffer, static_cast<std::size_t>(n));
    bytes_ += static_cast<std::uint64_t>(n);
    return static_cast<std::size_t>(n);
  }
  const std::string& name() const noexcept override { return name_; }
  std::uint64_t bytes_read() const noexcept override { return bytes_; }
  std::string finish_hash() override {
    std::vector<char> rest(std::size_t{1} << 18);
    while (read(rest.data(), rest.size()) > 0) {
    }
    return hasher_.hex();
  }

 private:
  hFILE* file_;
  std::string name_;
  base::Hasher hasher_;
  std::uint64_t bytes_ = 0;
};

int open_file(const std::string& path) {
  const int file = path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    const int reason = errno;
    throw base::ReadError(path + ": cannot be opened: " + std::strerror(reason),
                          reason == ENOENT ? "check the path" : "");
  }
  struct stat status {};
  if (::fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(file);
    throw base::ReadError(path + ": is a folder, expected a VCF or BCF file");
  }
  return file;
}

// An index that is older than its file may point anywhere: then the file is read from the front.
bool has_index(const std::string& path, base::Log* log) {
  for (const char* ending : {".csi", ".tbi"}) {
    std::error_code failed;
    const auto written = fs::last_write_time(path + ending, failed);
    if (failed) continue;
    if (written >= fs::last_write_time(path, failed) && !failed) return true;
    if (log != nullptr) {
      log->warning(path + ending +
                   " is older than the file and is not used; the regions are "
                   "looked for from the front, which takes longer");
    }
    return false;
  }
  return false;
}

}  // namespace

std::unique_ptr<VcfSource> open_vcf(const std::string& path,
                                    const VcfOptions& options,
                                    const base::Context& context) {
  hts_set_log_level(HTS_LOG_OFF);  // what it has to say is said by our errors
  const std::string name = path == "-" ? "standard input" : path;
  const int descriptor = open_file(path);
  hFILE* stream = hdopen(descriptor, "r");
  if (stream == nullptr) {
    const int reason = errno;
    ::close(descriptor);
    fail_read(name, reason);
  }
  htsFormat format{};
  const bool known = hts_detect_format(stream, &format) == 0;
  const bool is_bcf = known && format.format == bcf;
  const bool by_index = !options.regions.empty() && path != "-" &&
                        (is_bcf || (known && format.format == vcf && format.compression == bgzf)) &&
                        has_index(path, context.log.get());
  if (!is_bcf && !by_index) {
    return open_vcf_text(open_chunks(std::make_unique<HtsBytes>(stream, name)), context);
  }
  HtsFile file(hts_hopen(stream, name.c_str(), "r"));
  if (!file) {
    hclose_abruptly(stream);
    throw base::MalformedError(name + ": is neither VCF nor BCF", "give a VCF or BCF file");
  }
  if (is_bcf) return open_bcf(std::move(file), path, by_index, context);
  return open_vcf_text(open_indexed_chunks(std::move(file), path, options), context);
}

}  // namespace gcrisk::io
