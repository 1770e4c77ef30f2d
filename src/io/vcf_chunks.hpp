// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "byte_source.hpp"

// A VCF cut into pieces that several threads can work on: compressed BGZF blocks that are inflated
// where they are parsed, or text.
namespace gcrisk::io {

// Text with room behind it, so that vector loads may run over its end.
class TextBuffer {
 public:
  static constexpr std::size_t kSlack = 64;

  void reserve(std::size_t capacity);  // keeps what is there
  void assign(const char* data, std::size_t size);
  void append(const char* data, std::size_t size);
  void resize(std::size_t size);  // new bytes are undefined
  void clear() { size_ = 0; }
  char* data() { return bytes_.get(); }
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

struct Chunk {
  struct Block {
    std::size_t begin;      // of the deflate data in `compressed`
    std::size_t size;       // of the deflate data
    std::size_t text_size;  // as the block's footer says
    std::uint32_t crc;
    std::uint64_t file_offset;
  };
  std::vector<char> compressed;
  std::vector<Block> blocks;  // empty: `text` is there already
  TextBuffer text;
};

// Where chunks come from; used by one thread.
class ChunkSource {
 public:
  virtual ~ChunkSource() = default;
  // About `text_size` bytes of text, more or less a block; false at the end.
  virtual bool next(Chunk& chunk, std::size_t text_size) = 0;
  virtual const std::string& name() const = 0;
  virtual std::string checksum() = 0;  // of the whole file; empty if it is not read as a whole
  virtual std::string compression() const = 0;  // "BGZF", "gzip or zstd", "" for people
  // False where the text is only part of the file, so that lines have no numbers.
  virtual bool has_line_numbers() const { return true; }
};

// Looks at the first bytes: BGZF is left to the workers, anything else is decompressed here.
std::unique_ptr<ChunkSource> open_chunks(std::unique_ptr<ByteSource> bytes);

// Inflates a chunk's blocks into its text; safe to call on several chunks at once.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(Inflater&&) noexcept;
  void inflate(Chunk& chunk, const std::string& file);  // MalformedError

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gcrisk::io
