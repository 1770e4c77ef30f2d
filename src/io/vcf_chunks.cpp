// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "io/vcf_chunks.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <cstring>

#include "decompress.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::io {

void TextBuffer::reserve(std::size_t capacity) {
  if (bytes_ && capacity <= capacity_) return;
  capacity = std::max(capacity, capacity_ + capacity_ / 2);
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity + kSlack);
  if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
  std::memset(bytes.get() + capacity, 0, kSlack);
  bytes_ = std::move(bytes);
  capacity_ = capacity;
}

void TextBuffer::assign(const char* data, std::size_t size) {
  size_ = 0;
  append(data, size);
}

void TextBuffer::append(const char* data, std::size_t size) {
  reserve(size_ + size);
  if (size > 0) std::memcpy(bytes_.get() + size_, data, size);
  size_ += size;
  std::memset(bytes_.get() + size_, 0, kSlack);
}

void TextBuffer::resize(std::size_t size) {
  reserve(size);
  size_ = size;
  std::memset(bytes_.get() + size_, 0, kSlack);
}

namespace {

// Bytes that were already looked at, then the rest of a source.
class Rewound final : public ByteSource {
 public:
  Rewound(std::unique_ptr<ByteSource> source, std::vector<char> head)
      : source_(std::move(source)), head_(std::move(head)) {}

  std::size_t read(char* buffer, std::size_t size) override {
    if (at_ == head_.size()) return source_->read(buffer, size);
    const std::size_t n = std::min(size, head_.size() - at_);
    std::memcpy(buffer, head_.data() + at_, n);
    at_ += n;
    return n;
  }
  const std::string& name() const noexcept override { return source_->name(); }
  std::uint64_t bytes_read() const noexcept override { return source_->bytes_read(); }
  std::string finish_hash() override { return source_->finish_hash(); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::vector<char> head_;
  std::size_t at_ = 0;
};

constexpr std::size_t kHeader = 18;  // of a BGZF block whose only extra field is BC
constexpr std::size_t kFooter = 8;

std::uint32_t little_endian(const char* p, std::size_t n) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < n; ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(p[i])) << (8 * i);
  }
  return value;
}

bool is_gzip_with_extra(const char* p) {
  return p[0] == '\x1f' && p[1] == '\x8b' && p[2] == 8 && (p[3] & 4) != 0;
}

// Size of the block whose first bytes these are (`n` of them), 0 if it is none. `extra` is the
// length of the extra field.
std::size_t block_size(const char* p, std::size_t n, std::size_t extra) {
  for (std::size_t at = 12; at + 4 <= std::min(n, 12 + extra);) {
    const std::size_t length = little_endian(p + at + 2, 2);
    if (p[at] == 'B' && p[at + 1] == 'C' && length == 2 && at + 6 <= n) {
      return little_endian(p + at + 4, 2) + 1;
    }
    at += 4 + length;
  }
  return 0;
}

class BgzfChunks final : public ChunkSource {
 public:
  explicit BgzfChunks(std::unique_ptr<ByteSource> bytes)
      : bytes_(std::move(bytes)), buffer_(std::size_t{1} << 18) {}

  bool next(Chunk& chunk, std::size_t text_size) override {
    chunk.compressed.clear();
    chunk.blocks.clear();
    chunk.text.clear();
    std::size_t have = 0;
    while (have < text_size && add_block(chunk)) have += chunk.blocks.back().text_size;
    return !chunk.blocks.empty();
  }
  const std::string& name() const override { return bytes_->name(); }
  std::string checksum() override { return bytes_->finish_hash(); }
  std::string compression() const override { return "BGZF"; }

 private:
  // At least `n` bytes at data(), or fewer at the end of the file.
  std::size_t need(std::size_t n) {
    while (end_ - begin_ < n) {
      if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
      const std::size_t got = bytes_->read(buffer_.data() + end_, buffer_.size() - end_);
      if (got == 0) break;
      end_ += got;
    }
    return end_ - begin_;
  }

  bool add_block(Chunk& chunk) {
    const std::size_t have = need(kHeader);
    if (have == 0) {
      // Whoever writes BGZF ends it with an empty block, so that a cut at a block's end shows.
      if (last_text_size_ != 0) cut_short("the closing empty block is absent");
      return false;
    }
    const char* p = buffer_.data() + begin_;
    if (have < kHeader) cut_short("a block header is incomplete");
    if (!is_gzip_with_extra(p)) damaged("no BGZF block begins here");
    const std::size_t extra = little_endian(p + 10, 2);
    if (need(12 + extra) < 12 + extra) cut_short("a block header is incomplete");
    p = buffer_.data() + begin_;
    const std::size_t size = block_size(p, end_ - begin_, extra);
    if (size < 12 + extra + kFooter) damaged("no BGZF block begins here");
    if (need(size) < size) cut_short("a block is incomplete");
    p = buffer_.data() + begin_;
    const char* footer = p + size - kFooter;
    const std::size_t text_size = little_endian(footer + 4, 4);
    if (text_size > 65536) damaged("a block claims more than 64 KiB");
    const std::size_t begin = chunk.compressed.size();
    chunk.compressed.insert(chunk.compressed.end(), p + 12 + extra, footer);
    chunk.blocks.push_back(
        {begin, size - 12 - extra - kFooter, text_size, little_endian(footer, 4), offset_});
    begin_ += size;
    offset_ += size;
    last_text_size_ = text_size;
    return true;
  }

  [[noreturn]] void cut_short(const std::string& why) const {
    throw base::MalformedError(name() + ": the BGZF data are cut short at byte " +
                                   base::format_count(offset_) + " (" + why + ")",
                               "copy the file again; if it is known to be whole, write it anew: "
                               "bgzip -dc FILE | bgzip > NEW");
  }
  [[noreturn]] void damaged(const std::string& why) const {
    throw base::MalformedError(
        name() + ": the BGZF data are damaged at byte " + base::format_count(offset_) + ": " + why,
        "copy or download the file again");
  }

  std::unique_ptr<ByteSource> bytes_;
  std::vector<char> buffer_;  // holds any block: 64 KiB at most
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;
  std::size_t last_text_size_ = 1;
};

class StreamChunks final : public ChunkSource {
 public:
  StreamChunks(std::unique_ptr<ByteSource> bytes, std::string compression)
      : bytes_(std::move(bytes)),
        decompressor_(make_decompressor(*bytes_)),
        compression_(std::move(compression)) {}

  bool next(Chunk& chunk, std::size_t text_size) override {
    chunk.blocks.clear();
    chunk.text.resize(text_size);
    std::size_t have = 0;
    while (have < text_size) {
      const std::size_t n = decompressor_->read(chunk.text.data() + have, text_size - have);
      if (n == 0) break;
      have += n;
    }
    chunk.text.resize(have);
    return have > 0;
  }
  const std::string& name() const override { return bytes_->name(); }
  std::string checksum() override { return bytes_->finish_hash(); }
  std::string compression() const override { return compression_; }

 private:
  std::unique_ptr<ByteSource> bytes_;
  std::unique_ptr<Decompressor> decompressor_;
  std::string compression_;
};

}  // namespace

std::unique_ptr<ChunkSource> open_chunks(std::unique_ptr<ByteSource> bytes) {
  std::vector<char> head(kHeader);
  std::size_t have = 0;
  while (have < head.size()) {
    const std::size_t n = bytes->read(head.data() + have, head.size() - have);
    if (n == 0) break;
    have += n;
  }
  head.resize(have);
  const bool bgzf = have == kHeader && is_gzip_with_extra(head.data()) &&
                    block_size(head.data(), have, little_endian(head.data() + 10, 2)) != 0;
  const bool packed = have >= 4 && (std::memcmp(head.data(), "\x1f\x8b", 2) == 0 ||
                                    std::memcmp(head.data(), "\x28\xb5\x2f\xfd", 4) == 0);
  auto rewound = std::make_unique<Rewound>(std::move(bytes), std::move(head));
  if (bgzf) return std::make_unique<BgzfChunks>(std::move(rewound));
  return std::make_unique<StreamChunks>(std::move(rewound), packed ? "gzip or zstd" : "");
}

struct Inflater::State {
  libdeflate_decompressor* decompressor = libdeflate_alloc_decompressor();
  ~State() { libdeflate_free_decompressor(decompressor); }
};

Inflater::Inflater() : state_(std::make_unique<State>()) {
  if (state_->decompressor == nullptr) throw base::MemoryError("no memory for decompression");
}
Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;

void Inflater::inflate(Chunk& chunk, const std::string& file) {
  if (chunk.blocks.empty()) return;
  std::size_t total = 0;
  for (const auto& block : chunk.blocks) total += block.text_size;
  chunk.text.resize(total);
  char* out = chunk.text.data();
  for (const auto& block : chunk.blocks) {
    std::size_t size = 0;
    const auto result = libdeflate_deflate_decompress(state_->decompressor,
                                                      chunk.compressed.data() + block.begin,
                                                      block.size,
                                                      out,
                                                      block.text_size,
                                                      &size);
    if (result != LIBDEFLATE_SUCCESS || size != block.text_size ||
        libdeflate_crc32(0, out, size) != block.crc) {
      throw base::MalformedError(file + ": the BGZF block at byte " +
                                     base::format_count(block.file_offset) +
                                     " is damaged: its content does not fit its checksum",
                                 "copy or download the file again");
    }
    out += block.text_size;
  }
}

}  // namespace gcrisk::io
