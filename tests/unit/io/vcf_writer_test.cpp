// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/vcf_writer.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gcrisk/base/error.hpp"
#include "gcrisk/io/input.hpp"

namespace gcrisk::io {
namespace {

VcfHeader two_samples() { return {"test", {"##note=x"}, {{"20", 64444167}}, {"a", "b"}}; }

std::string write(VcfFormat format,
                  std::size_t n_variants,
                  std::size_t threads,
                  const std::string& name) {
  const auto path = std::filesystem::path(testing::TempDir()) / name;
  const base::Context context = base::Context::make(threads);
  base::OutputFile file(path);
  VcfWriter writer(file, format, two_samples(), context);
  std::vector<genotype::Variant> variants;
  std::vector<std::uint8_t> alleles;
  for (std::size_t v = 0; v < n_variants; ++v) {
    variants.push_back({"20", static_cast<std::int64_t>(100 + v), "", "G", "A", 0});
    const auto odd = static_cast<std::uint8_t>(v % 2);
    for (const std::uint8_t allele : {odd, std::uint8_t{1}, kMissingAllele, kMissingAllele}) {
      alleles.push_back(allele);
    }
  }
  writer.write(variants, alleles.data());
  writer.finish();
  file.commit();
  return path.string();
}

std::string bytes_of(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

TEST(VcfWriter, WritesPhasedCallsAsText) {
  EXPECT_EQ(bytes_of(write(VcfFormat::kVcf, 2, 1, "two.vcf")),
            "##fileformat=VCFv4.3\n"
            "##FILTER=<ID=PASS,Description=\"All filters passed\">\n"
            "##source=test\n"
            "##note=x\n"
            "##contig=<ID=20,length=64444167>\n"
            "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
            "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\n"
            "20\t100\t.\tA\tG\t.\tPASS\t.\tGT\t0|1\t.|.\n"
            "20\t101\t.\tA\tG\t.\tPASS\t.\tGT\t1|1\t.|.\n");
}

TEST(VcfWriter, CompressedTextIsTheSameTextOnAnyNumberOfThreads) {
  const auto one = write(VcfFormat::kVcfGz, 20000, 1, "one.vcf.gz");
  EXPECT_EQ(bytes_of(one), bytes_of(write(VcfFormat::kVcfGz, 20000, 3, "three.vcf.gz")));
  Input plain(write(VcfFormat::kVcf, 20000, 1, "plain.vcf"));
  Input packed(one);
  std::string_view a;
  std::string_view b;
  std::size_t lines = 0;
  while (plain.next_line(a)) {
    ASSERT_TRUE(packed.next_line(b));
    ASSERT_EQ(a, b);
    ++lines;
  }
  EXPECT_FALSE(packed.next_line(b));
  EXPECT_EQ(lines, 20007U);
}

TEST(VcfWriter, RefusesAVariantOfAnotherContig) {
  const base::Context context = base::Context::make();
  base::OutputFile file(std::filesystem::path(testing::TempDir()) / "bad.vcf");
  VcfWriter writer(file, VcfFormat::kVcf, two_samples(), context);
  const std::vector<genotype::Variant> variants = {{"21", 5, "", "G", "A", 0}};
  const std::uint8_t alleles[4] = {};
  try {
    writer.write(variants, alleles);
    FAIL();
  } catch (const base::MismatchError& error) {
    EXPECT_STREQ(error.what(), "chromosome 21 is not among the contigs");
  }
}

}  // namespace
}  // namespace gcrisk::io
