// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/plink.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "gcrisk/base/error.hpp"

namespace gcrisk::io {
namespace {

namespace fs = std::filesystem;

class Plink : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              ("gcrisk_plink_" + std::to_string(::getpid()) + "_" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    // Five samples, two variants: codes 0 1 2 3 0 and 3 3 2 1 0, lowest bits first.
    write("a.bed", std::string("\x6c\x1b\x01\xe4\x00\x6f\x00", 7));
    write("a.bim", "1\trs1\t0\t100\tA\tG\n2 rs2  0.5 200 T C\n");
    write("a.fam",
          "f1 s1 0 0 1 -9\nf1 s2 0 0 2 1\nf2 003 0 0 0 2\nf2 s4 0 0 1 NA\nf3 s5 0 0 2 -9\n");
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  std::string prefix() const { return (folder_ / "a").string(); }
  template <typename Exception>
  std::string refusal() const {
    try {
      open_plink(prefix());
    } catch (const Exception& error) {
      return std::string(error.what()).substr(prefix().size());
    }
    return "accepted";
  }
  fs::path folder_;
};

TEST_F(Plink, ReadsTheThreeFiles) {
  const PlinkFiles files = open_plink(prefix());
  ASSERT_EQ(files.samples.size(), 5U);
  EXPECT_EQ(files.samples[2].id, "003");
  EXPECT_EQ(files.samples[1].sex, 2);
  EXPECT_EQ(files.samples[3].phenotype, "NA");
  ASSERT_EQ(files.variants.size(), 2U);
  EXPECT_EQ(files.variants[1], (genotype::Variant{"2", 200, "rs2", "T", "C", 0.5}));
  const genotype::GenotypeView view(files.matrix);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(view.code(0, i), (std::array{0, 1, 2, 3, 0}[i]));
    EXPECT_EQ(view.code(1, i), (std::array{3, 3, 2, 1, 0}[i]));
  }
}

TEST_F(Plink, StreamsTheSameBytes) {
  BedStream stream(folder_ / "a.bed", 5, 2);
  const auto block = stream.next();
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(block->n_variants(), 2U);
  EXPECT_EQ(block->row(0)[0], 0xe4);
  EXPECT_EQ(block->row(1)[0], 0x6f);
  EXPECT_EQ(stream.next(), nullptr);
}

TEST_F(Plink, SaysWhichNumbersDisagree) {
  write("a.bed", std::string("\x6c\x1b\x01\xe4\x00\x6f", 6));
  EXPECT_EQ(refusal<base::MalformedError>(),
            ".bed: 6 bytes, expected 7 for 5 samples (.fam) and 2 variants (.bim)");
}

TEST_F(Plink, RefusesOtherKindsOfFile) {
  write("a.bed", "PK\x03\x04 and so on");
  EXPECT_EQ(refusal<base::MalformedError>(), ".bed: does not begin like a PLINK 1 .bed (6c 1b)");
  write("a.bed", std::string("\x6c\x1b\x00\xe4\x00\x6f\x00", 7));
  EXPECT_EQ(refusal<base::MalformedError>(), ".bed: is sample-major, expected variant-major");
  write("a.bed", "");
  EXPECT_EQ(refusal<base::MalformedError>(), ".bed: does not begin like a PLINK 1 .bed (6c 1b)");
}

TEST_F(Plink, ReadsAPositionThatAProgramPrintedAsANumber) {
  write("a.bim", "1\trs1\t0\t1e+05\tA\tG\n2\trs2\t0\t2.5e+06\tT\tC\n");
  const genotype::Variants variants = read_bim(folder_ / "a.bim");
  EXPECT_EQ(variants.at(0).position_bp, 100000);
  EXPECT_EQ(variants.at(1).position_bp, 2500000);
  write("a.bim", "1\trs1\t0\t1.5\tA\tG\n2\trs2\t0\t1\tT\tC\n");
  EXPECT_EQ(refusal<base::MalformedError>(), ".bim:1: '1.5' is not a position");
}

TEST_F(Plink, NamesTheLineOfABrokenTable) {
  write("a.bim", "1\trs1\t0\t100\tA\tG\n2\trs2\t0\tten\tT\tC\n");
  EXPECT_EQ(refusal<base::MalformedError>(), ".bim:2: 'ten' is not a position");
  write("a.bim", "1\trs1\t0\t100\tA\n");
  EXPECT_EQ(refusal<base::MalformedError>(), ".bim:1: 5 fields, a .bim line has 6");
  write("a.fam", "f1 s1 0 0 1 -9\nf1 s1 0 0 1 -9\n");
  EXPECT_EQ(refusal<base::MismatchError>(),
            ".fam:2: sample f1 s1 stands twice, a person has one line");
}

TEST_F(Plink, ReportsTheMissingFile) {
  fs::remove(folder_ / "a.bim");
  EXPECT_EQ(refusal<base::ReadError>(), ".bim: cannot be opened: No such file or directory");
}

}  // namespace
}  // namespace gcrisk::io
