// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/output.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/hash.hpp"

namespace gcrisk::base {
namespace {

namespace fs = std::filesystem;

class Output : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              ("gcrisk_output_" + std::to_string(::getpid()) + "_" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string read(const fs::path& path) const {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  fs::path folder_;
};

TEST_F(Output, AppearsOnlyWhenCommitted) {
  {
    OutputFile file(folder_ / "a.txt");
    file.write("half");
  }
  EXPECT_EQ(files(), 0U);
  OutputFile file(folder_ / "a.txt");
  file.write("whole");
  EXPECT_FALSE(fs::exists(folder_ / "a.txt"));
  file.commit();
  EXPECT_EQ(read(folder_ / "a.txt"), "whole");
  EXPECT_EQ(files(), 1U);
}

TEST_F(Output, KeepsLargeBlocksInOrder) {
  const std::string big(1 << 20, 'x');
  OutputFile file(folder_ / "a.txt");
  file.write("<");
  file.write(big);
  file.write(">");
  file.write_at(0, "[", 1);
  EXPECT_EQ(file.size(), big.size() + 2);
  file.commit();
  EXPECT_EQ(read(folder_ / "a.txt"), "[" + big + ">");
}

// A file larger than the buffer, so that some bytes pass through it and some do not.
TEST_F(Output, HashesWhatIsOnDisk) {
  OutputFile file(folder_ / "a.txt", Checksum::kSha256);
  file.write("<");
  file.write(std::string(1 << 20, 'x'));
  file.write(">");
  file.commit();
  EXPECT_EQ(file.checksum(), hash_file(folder_ / "a.txt", Checksum::kSha256));

  OutputFile patched(folder_ / "b.txt", Checksum::kSha256);
  patched.write("head and body");
  patched.write_at(0, "H", 1);
  patched.commit();
  EXPECT_EQ(patched.checksum(), "") << "who asks has to read the file";
}

TEST_F(Output, ReplacesAnOldFileAtOnce) {
  std::ofstream(folder_ / "a.txt") << "old";
  OutputFile file(folder_ / "a.txt");
  file.write("new");
  EXPECT_EQ(read(folder_ / "a.txt"), "old");
  file.commit();
  EXPECT_EQ(read(folder_ / "a.txt"), "new");
}

TEST_F(Output, SaysWhyItCannotBeWritten) {
  try {
    OutputFile file(folder_ / "absent" / "a.txt");
    FAIL() << "expected a WriteError";
  } catch (const WriteError& error) {
    EXPECT_EQ(
        std::string(error.what()),
        (folder_ / "absent" / "a.txt").string() + ": cannot be written: No such file or directory");
  }
}

TEST_F(Output, NeverReplacesADeviceOrAFolder) {
  fs::create_directories(folder_ / "a.txt");
  for (const fs::path& path : {fs::path("/dev/null"), folder_ / "a.txt"}) {
    try {
      OutputFile file(path);
      FAIL() << "expected a WriteError";
    } catch (const WriteError& error) {
      EXPECT_EQ(std::string(error.what()),
                path.string() + ": is not a regular file, which could be replaced");
    }
  }
}

// A file size limit stands in for a full disk: the system refuses the write in the same way.
TEST_F(Output, LeavesNothingWhenTheDiskIsFull) {
  std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit old {};
  ::getrlimit(RLIMIT_FSIZE, &old);
  const struct rlimit small { 4096, old.rlim_max };
  ::setrlimit(RLIMIT_FSIZE, &small);
  std::string finding;
  try {
    OutputFile file(folder_ / "a.txt");
    file.write(std::string(1 << 20, 'x'));
    file.commit();
  } catch (const WriteError& error) {
    finding = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_EQ(finding, (folder_ / "a.txt").string() + ": cannot be written: File too large");
  EXPECT_EQ(files(), 0U);
}

TEST_F(Output, SetRefusesToReplaceACompleteResult) {
  const std::string prefix = (folder_ / "run1").string();
  {
    OutputSet out(prefix, false);
    out.open(".txt").write("1");
    out.open(".run.json").write("{}");
    out.commit();
  }
  try {
    OutputSet again(prefix, false);
    FAIL() << "expected a UsageError";
  } catch (const UsageError& error) {
    EXPECT_EQ(std::string(error.what()),
              "--out " + prefix + ": a complete result stands there (" + prefix + ".run.json)");
    EXPECT_EQ(error.hint(), "give another --out, or replace it with --force");
  }
  OutputSet forced(prefix, true);
  EXPECT_FALSE(fs::exists(prefix + ".run.json"));
  EXPECT_TRUE(fs::exists(prefix + ".txt"));
}

TEST_F(Output, SetTakesAFolderWithASlash) {
  OutputSet out((folder_ / "study").string() + "/", false);
  out.open("split.tsv").write("x");
  out.commit();
  EXPECT_EQ(read(folder_ / "study" / "split.tsv"), "x");
  EXPECT_THROW(OutputSet((folder_ / "study").string(), false), UsageError);
}

// XXH3-128 of "" and SHA-256 of "abc" (FIPS 180-2, appendix B.1).
TEST(Hasher, GivesPublishedValues) {
  EXPECT_EQ(Hasher().hex(), "99aa06d3014798d86001c324468d497f");
  Hasher sha(Checksum::kSha256);
  sha.update("abc", 3);
  EXPECT_EQ(sha.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace gcrisk::base
