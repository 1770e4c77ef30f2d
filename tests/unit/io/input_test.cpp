// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/input.hpp"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <string>
#include <vector>

#include "gcrisk/base/error.hpp"

namespace gcrisk::io {
namespace {

std::string gzip(const std::string& text) {
  std::string out(text.size() + 100, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string copy = text;
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::vector<std::string> lines_of(std::string_view bytes) {
  Input input = Input::from_memory("memory", bytes);
  std::vector<std::string> lines;
  for (std::string_view line; input.next_line(line);) lines.emplace_back(line);
  return lines;
}

TEST(Input, TellsTheCompressionByContent) {
  const std::string text = "a\nb\r\n\nlast";
  const std::vector<std::string> expected = {"a", "b", "", "last"};
  EXPECT_EQ(lines_of(text), expected);
  EXPECT_EQ(lines_of(gzip(text)), expected);
  EXPECT_EQ(lines_of(gzip("a\nb\r\n") + gzip("\nlast")), expected);  // members, as BGZF has them
  EXPECT_EQ(lines_of(zstd(text)), expected);
  EXPECT_EQ(lines_of(zstd("a\nb") + zstd("\r\n\nlast")), expected);
  EXPECT_TRUE(lines_of("").empty());
}

TEST(Input, GivesLongLinesWhole) {
  const std::string text = std::string(3'000'000, 'x') + "\n" + std::string(700'000, 'y') + "\n";
  for (const std::string& bytes : {text, gzip(text), zstd(text)}) {
    const auto lines = lines_of(bytes);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].size(), 3'000'000U);
    EXPECT_EQ(lines[1], std::string(700'000, 'y'));
  }
}

TEST(Input, MixesLinesAndBytes) {
  Input input = Input::from_memory("memory", "head\nrest of it");
  std::string_view line;
  ASSERT_TRUE(input.next_line(line));
  EXPECT_EQ(line, "head");
  EXPECT_EQ(input.place(), "memory:1");
  std::string rest(100, '\0');
  rest.resize(input.read(rest.data(), rest.size()));
  EXPECT_EQ(rest, "rest of it");
}

template <typename Exception>
std::string finding(std::string_view bytes) {
  try {
    lines_of(bytes);
  } catch (const Exception& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Input, RefusesDataThatAreCutShort) {
  const std::string text(10'000, 'x');
  const std::string gz = gzip(text);
  const std::string zst = zstd(text);
  EXPECT_EQ(finding<base::MalformedError>(std::string_view(gz).substr(0, gz.size() - 5)),
            "memory: the gzip data end in the middle: file cut short");
  EXPECT_EQ(finding<base::MalformedError>(std::string_view(zst).substr(0, zst.size() - 5)),
            "memory: the zstd data end in the middle: file cut short");
  EXPECT_EQ(finding<base::MalformedError>(gz + "trailing"),
            "memory: broken gzip data (incorrect header check)");
}

TEST(Input, SaysWhyAFileCannotBeOpened) {
  try {
    Input input("/nowhere/at/all.csv");
    FAIL() << "expected a ReadError";
  } catch (const base::ReadError& error) {
    EXPECT_EQ(std::string(error.what()),
              "/nowhere/at/all.csv: cannot be opened: No such file or directory");
  }
  EXPECT_THROW(Input("/"), base::ReadError);
}

}  // namespace
}  // namespace gcrisk::io
