// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/safetensors.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "unit/expect_error.hpp"

namespace gcrisk::io {
namespace {

using base::Tensor;
using base::TensorMap;

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "safetensors-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A file with this header and this many bytes of data, all 1.
std::string file_of(const std::string& header, std::size_t n_data) {
  const std::uint64_t size = header.size();
  std::string out(8, '\0');
  std::memcpy(out.data(), &size, 8);
  return out + header + std::string(n_data, '\1');
}

TensorMap all_kinds() {
  TensorMap tensors;
  tensors["a.u8"] = {{3}, std::vector<std::uint8_t>{1, 2, 255}};
  tensors["b.f32"] = {{2, 2}, std::vector<float>{1.5F, -2, 0, 3e-38F}};
  tensors["c.i64"] = {{1}, std::vector<std::int64_t>{INT64_MIN}};
  tensors["d.f64"] = {{}, std::vector<double>{0.1}};
  tensors["e.i32"] = {{1, 2}, std::vector<std::int32_t>{-7, 7}};
  tensors["f.empty"] = {{0, 4}, std::vector<float>{}};
  return tensors;
}

TEST(Safetensors, ReadsBackWhatWasWritten) {
  const Folder folder;
  base::OutputFile file(folder / "w.safetensors");
  const TensorMap tensors = all_kinds();
  write_safetensors(file, tensors, {{"format", "gcrisk"}});
  file.commit();
  const TensorMap back = read_safetensors(folder / "w.safetensors");
  ASSERT_EQ(back.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    EXPECT_EQ(back.at(name).shape, tensor.shape) << name;
    EXPECT_EQ(back.at(name).values, tensor.values) << name;
  }
}

TEST(Safetensors, HasTheLayoutOfTheFormat) {
  const Folder folder;
  base::OutputFile file(folder / "w.safetensors");
  write_safetensors(file, {{"x", Tensor::of(std::vector<std::int32_t>{1})}});
  file.commit();
  const std::string bytes = bytes_of(folder / "w.safetensors");
  // 8 bytes of length (little-endian), JSON padded to a multiple of 8 with spaces, the value.
  std::string header = R"({"x":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}})";
  while (header.size() % 8 != 0) header += ' ';
  EXPECT_EQ(bytes,
            std::string(1, static_cast<char>(header.size())) + std::string(7, '\0') + header +
                std::string("\1\0\0\0", 4));
}

TEST(Safetensors, AlignsEachArrayToItsOwnSize) {
  const Folder folder;
  base::OutputFile file(folder / "w.safetensors");
  write_safetensors(file, all_kinds());
  file.commit();
  const std::string bytes = bytes_of(folder / "w.safetensors");
  // c.i64 (8 bytes) and d.f64 (8) stand in front of the 4-byte b, e and f, then the bytes of a.
  const auto begin_of = [&](const std::string& name) {
    const auto at = bytes.find("data_offsets\":[", bytes.find('"' + name + '"'));
    return std::stoul(bytes.substr(at + 15));
  };
  EXPECT_EQ(begin_of("c.i64"), 0U);
  EXPECT_EQ(begin_of("d.f64"), 8U);
  EXPECT_EQ(begin_of("b.f32"), 16U);
  EXPECT_EQ(begin_of("e.i32"), 32U);
  EXPECT_EQ(begin_of("f.empty"), 40U);
  EXPECT_EQ(begin_of("a.u8"), 40U);
}

TEST(Safetensors, GivesTheSameBytesForTheSameTensors) {
  const Folder folder;
  for (const char* name : {"1", "2"}) {
    base::OutputFile file(folder / name);
    write_safetensors(file, all_kinds());
    file.commit();
  }
  EXPECT_EQ(bytes_of(folder / "1"), bytes_of(folder / "2"));
}

TEST(Safetensors, RefusesHeadersThatLie) {
  const auto parse = [](const std::string& bytes) { return parse_safetensors(bytes, "w"); };
  const auto entry = [](const std::string& rest) { return "{\"x\":{" + rest + "}}"; };
  EXPECT_ERROR_HINT(parse("1234"),
                    base::MalformedError,
                    "w: the file has 4 bytes, expected the 8 of the header's length",
                    "the file is damaged or is not safetensors; make it again");
  EXPECT_ERROR(parse(std::string(8, '\xff')),
               base::MalformedError,
               "w: the header is said to have 18,446,744,073,709,551,615 bytes, expected at most "
               "100,000,000");
  EXPECT_ERROR(parse(std::string("\x09\0\0\0\0\0\0\0{}", 10)),
               base::MalformedError,
               "w: the header is said to have 9 bytes, the file holds 2");
  EXPECT_ERROR(parse(file_of("{]", 0)), base::MalformedError, "w: the header is not JSON");
  EXPECT_ERROR(parse(file_of("[]", 0)), base::MalformedError, "w: the header is no JSON object");
  EXPECT_ERROR(parse(file_of(entry(R"("dtype":"F16","shape":[1],"data_offsets":[0,2])"), 2)),
               base::MalformedError,
               "w: 'x': the dtype is \"F16\", expected one of: F32, F64, I32, I64, U8");
  EXPECT_ERROR(parse(file_of(entry(R"("shape":[1],"data_offsets":[0,2])"), 2)),
               base::MalformedError,
               "w: 'x': \"dtype\" is missing");
  EXPECT_ERROR(parse(file_of(R"({"x":3})", 0)),
               base::MalformedError,
               "w: 'x': the entry is 3, expected an object");
  EXPECT_ERROR(parse(file_of(entry(R"("dtype":"U8","shape":2,"data_offsets":[0,2])"), 2)),
               base::MalformedError,
               "w: 'x': the shape is 2, expected a list");
  EXPECT_ERROR(parse(file_of(entry(R"("dtype":"U8","shape":[-2],"data_offsets":[0,2])"), 2)),
               base::MalformedError,
               "w: 'x': an extent of the shape is -2, expected a whole number");
  EXPECT_ERROR(parse(file_of(entry(R"("dtype":"U8","shape":[2],"data_offsets":[0])"), 2)),
               base::MalformedError,
               "w: 'x': the data_offsets are [0], expected two numbers");
  EXPECT_ERROR(parse(file_of(entry(R"("dtype":"U8","shape":[2],"data_offsets":[0,2])"), 1)),
               base::MalformedError,
               "w: 'x': the data are said to lie in [0, 2), the file holds 1 bytes of data");
  EXPECT_ERROR(parse(file_of(entry(R"("dtype":"U8","shape":[2],"data_offsets":[2,0])"), 2)),
               base::MalformedError,
               "w: 'x': the data are said to lie in [2, 0), the file holds 2 bytes of data");
  EXPECT_ERROR(parse(file_of(entry(R"("dtype":"F32","shape":[2],"data_offsets":[0,4])"), 4)),
               base::MalformedError,
               "w: 'x': the data have 4 bytes, the shape needs 8");
  EXPECT_ERROR(
      parse(file_of(entry(R"("dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,0])"),
                    0)),
      base::MalformedError,
      "w: 'x': the shape overflows");
  EXPECT_ERROR(parse(file_of(entry(R"("dtype":"U8","shape":[1],"data_offsets":[0,1])"), 3)),
               base::MalformedError,
               "w: 2 bytes stand behind the last array");
  EXPECT_ERROR(parse(file_of(entry(R"("dtype":"U8","shape":[1],"data_offsets":[1,2])"), 2)),
               base::MalformedError,
               "w: the data leave a gap before 'x'");
  EXPECT_ERROR(parse(file_of(R"({"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                             R"("y":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                             3)),
               base::MalformedError,
               "w: the data of 'y' overlap another's");
  EXPECT_ERROR(parse(file_of(R"({"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
                             R"("x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
                             0)),
               base::MalformedError,
               "w: 'x' stands twice in the header");
}

// The other half is tests/parity/test_safetensors.py, where Python makes and checks the files.
TEST(SafetensorsCopy, WritesWhatItReadFromAnotherProgram) {
  const char* const from = std::getenv("GCRISK_COPY_FROM");
  const char* const to = std::getenv("GCRISK_COPY_TO");
  if (from == nullptr || to == nullptr) GTEST_SKIP() << "run by parity.safetensors";
  base::OutputFile file(to);
  write_safetensors(file, read_safetensors(from), {{"by", "gcrisk"}});
  file.commit();
}

TEST(Safetensors, LeavesMetadataAside) {
  EXPECT_TRUE(parse_safetensors(file_of(R"({"__metadata__":{"a":"b"}})", 0), "w").empty());
}

}  // namespace
}  // namespace gcrisk::io
