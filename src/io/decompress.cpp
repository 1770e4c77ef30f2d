// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "decompress.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "gcrisk/base/error.hpp"

namespace gcrisk::io {

namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 17;

[[noreturn]] void fail(const ByteSource& source, const std::string& finding) {
  throw base::MalformedError(source.name() + ": " + finding, "copy or download the file again");
}

// Compressed bytes waiting to be worked on; begins with what was looked at to tell the format.
class Compressed {
 public:
  Compressed(ByteSource& source, std::vector<char> head)
      : source_(source), bytes_(std::move(head)) {
    end_ = bytes_.size();
    bytes_.resize(std::max(kBuffer, bytes_.size()));
  }
  bool refill() {
    begin_ = 0;
    end_ = source_.read(bytes_.data(), bytes_.size());
    return end_ > 0;
  }
  bool empty() const { return begin_ == end_; }
  char* data() { return bytes_.data() + begin_; }
  std::size_t size() const { return end_ - begin_; }
  void consume(std::size_t n) { begin_ += n; }
  ByteSource& source() { return source_; }

 private:
  ByteSource& source_;
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

class Plain final : public Decompressor {
 public:
  explicit Plain(Compressed bytes) : bytes_(std::move(bytes)) {}
  std::size_t read(char* buffer, std::size_t size) override {
    if (bytes_.empty()) return bytes_.source().read(buffer, size);
    const std::size_t n = std::min(size, bytes_.size());
    std::memcpy(buffer, bytes_.data(), n);
    bytes_.consume(n);
    return n;
  }

 private:
  Compressed bytes_;
};

class Gzip final : public Decompressor {
 public:
  explicit Gzip(Compressed bytes) : bytes_(std::move(bytes)) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) fail(bytes_.source(), "zlib cannot be started");
  }
  ~Gzip() override { inflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  std::size_t read(char* buffer, std::size_t size) override {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, 1U << 30));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted) {
      if (bytes_.empty() && !bytes_.refill()) {
        if (inside_member_)
          fail(bytes_.source(), "the gzip data end in the middle: file cut short");
        return 0;
      }
      inside_member_ = true;
      stream_.next_in = reinterpret_cast<Bytef*>(bytes_.data());
      stream_.avail_in = static_cast<uInt>(bytes_.size());
      const int status = inflate(&stream_, Z_NO_FLUSH);
      bytes_.consume(bytes_.size() - stream_.avail_in);
      if (status == Z_STREAM_END) {
        inflateReset(&stream_);
        inside_member_ = false;
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        fail(bytes_.source(),
             std::string("broken gzip data (") + (stream_.msg ? stream_.msg : "unknown") + ")");
      }
    }
    return wanted - stream_.avail_out;
  }

 private:
  Compressed bytes_;
  z_stream stream_{};
  bool inside_member_ = false;
};

class Zstd final : public Decompressor {
 public:
  explicit Zstd(Compressed bytes) : bytes_(std::move(bytes)) {}

  std::size_t read(char* buffer, std::size_t size) override {
    ZSTD_outBuffer out{buffer, size, 0};
    while (out.pos == 0) {
      if (bytes_.empty() && !bytes_.refill()) {
        if (pending_ != 0) fail(bytes_.source(), "the zstd data end in the middle: file cut short");
        return 0;
      }
      ZSTD_inBuffer in{bytes_.data(), bytes_.size(), 0};
      pending_ = ZSTD_decompressStream(stream_.get(), &out, &in);
      if (ZSTD_isError(pending_) != 0) {
        fail(bytes_.source(),
             std::string("broken zstd data (") + ZSTD_getErrorName(pending_) + ")");
      }
      bytes_.consume(in.pos);
    }
    return out.pos;
  }

 private:
  Compressed bytes_;
  std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream_{ZSTD_createDStream(),
                                                                     &ZSTD_freeDStream};
  std::size_t pending_ = 0;
};

}  // namespace

std::unique_ptr<Decompressor> make_decompressor(ByteSource& source) {
  std::vector<char> head(4);
  std::size_t have = 0;
  while (have < head.size()) {
    const std::size_t n = source.read(head.data() + have, head.size() - have);
    if (n == 0) break;
    have += n;
  }
  head.resize(have);
  const auto begins = [&](std::string_view magic) {
    return head.size() >= magic.size() && std::memcmp(head.data(), magic.data(), magic.size()) == 0;
  };
  const bool gzip = begins("\x1f\x8b");
  const bool zstd = begins("\x28\xb5\x2f\xfd");
  Compressed bytes(source, std::move(head));
  if (gzip) return std::make_unique<Gzip>(std::move(bytes));
  if (zstd) return std::make_unique<Zstd>(std::move(bytes));
  return std::make_unique<Plain>(std::move(bytes));
}

}  // namespace gcrisk::io
