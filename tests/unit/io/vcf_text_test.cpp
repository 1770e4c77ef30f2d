// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "gcrisk/base/error.hpp"
#include "io/vcf_source.hpp"

namespace gcrisk::io {
namespace {

struct Result {
  std::vector<std::string> keys;
  std::string rows;
  VcfCounts counts;
  std::uint64_t lines = 0;
  std::vector<std::string> bad;
};

Result read(const std::string& text,
            std::size_t n_threads,
            std::size_t least_text,
            const VcfOptions& options = {},
            std::vector<std::uint32_t> kept = {}) {
  const base::Context context = base::Context::make(n_threads);
  auto source = open_vcf_text(open_chunks(memory_source("in.vcf", text)), context, least_text);
  SampleChoice choice{source->header().samples.size(), std::move(kept)};
  source->start(options, choice);
  Result result;
  ParsedRows rows;
  while (source->next(rows)) {
    for (std::size_t i = 0; i < rows.block.variants.size(); ++i) {
      result.keys.push_back(genotype::key_of(rows.block.variants[i]));
      const auto* row = reinterpret_cast<const char*>(rows.block.row(i));
      result.rows.append(row, rows.block.row_bytes);
    }
    for (const BadRecord& bad : rows.bad) {
      result.bad.push_back(source->place_of(bad) + ": " + bad.fault.finding);
    }
    result.counts.add(rows.counts);
    result.lines += rows.n_lines;
  }
  return result;
}

std::string header(std::size_t n_samples) {
  std::string text = "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
  for (std::size_t i = 0; i < n_samples; ++i) text += "\ts" + std::to_string(i);
  return text + "\n";
}

// Records of all lanes: four-byte calls, longer FORMAT, several ALTs, haploid and half-calls.
std::string body(std::size_t n_samples, std::size_t n_records, unsigned seed) {
  std::mt19937 random(seed);
  const std::vector<std::vector<std::string>> kinds = {{"0|0", "0|1", "1|1", "./."},
                                                       {"0/0:1:x", "0/1:2", "1/1", "./.:."},
                                                       {"0/2", "1|2", "2/2", "0/0"},
                                                       {"0", "1", ".", "./1", "0/0/1"}};
  std::string text;
  for (std::size_t r = 0; r < n_records; ++r) {
    const std::size_t kind = random() % 3 == 0 ? random() % 4 : 0;
    text += "20\t" + std::to_string(r + 1) + "\t.\tA\t" + (kind == 2 ? "C,G" : "C") +
            "\t.\tPASS\tX=1\t" + (kind == 1 ? "GT:DP:Q" : "GT");
    for (std::size_t s = 0; s < n_samples; ++s) {
      text += "\t" + kinds[kind][random() % kinds[kind].size()];
    }
    text += "\n";
  }
  return text;
}

TEST(VcfText, GivesTheSameForAnyChunkSizeAndNumberOfThreads) {
  for (const std::size_t n_samples : {1UL, 5UL, 70UL}) {
    const std::string text = header(n_samples) + body(n_samples, 40, 7);
    const Result whole = read(text, 1, kLeastText);
    ASSERT_GE(whole.keys.size(), 40U);
    for (const std::size_t chunk : {1UL, 2UL, 3UL, 7UL, 64UL, 300UL, 1000UL, 5000UL}) {
      for (const std::size_t threads : {1UL, 2UL, 4UL}) {
        const Result cut = read(text, threads, chunk);
        ASSERT_EQ(cut.keys, whole.keys) << chunk;
        ASSERT_EQ(cut.rows, whole.rows) << chunk;
        ASSERT_EQ(cut.lines, whole.lines) << chunk;
        ASSERT_EQ(cut.counts.half_calls, whole.counts.half_calls);
        ASSERT_EQ(cut.counts.haploid_calls, whole.counts.haploid_calls);
        ASSERT_EQ(cut.counts.polyploid_calls, whole.counts.polyploid_calls);
      }
    }
  }
}

TEST(VcfText, ChosenSamplesAreThoseOfTheWholeRow) {
  const std::size_t n = 70;
  const std::string text = header(n) + body(n, 30, 3);
  const Result all = read(text, 1, kLeastText);
  const std::vector<std::uint32_t> kept = {0, 3, 4, 31, 32, 69};
  const Result some = read(text, 2, 1000, {}, kept);
  ASSERT_EQ(some.keys, all.keys);
  const std::size_t wide = (n + 3) / 4;
  const std::size_t narrow = (kept.size() + 3) / 4;
  const auto code = [](const std::string& rows, std::size_t width, std::size_t v, std::size_t s) {
    return static_cast<unsigned char>(rows[v * width + s / 4]) >> (2 * (s % 4)) & 3;
  };
  for (std::size_t v = 0; v < all.keys.size(); ++v) {
    for (std::size_t k = 0; k < kept.size(); ++k) {
      ASSERT_EQ(code(some.rows, narrow, v, k), code(all.rows, wide, v, kept[k]));
    }
  }
}

TEST(VcfText, ReportsTheLineOfABadRecordWhereverItIsCut) {
  std::string text = header(3) + body(3, 50, 5);
  text +=
      "20\t99\t.\tA\tC\t.\t.\t.\tGT\t0/1\t0/3\t1/1\n";  // line 53: two of the header, 50 records
  text += body(3, 20, 6);
  for (const std::size_t chunk : {1UL, 50UL, 333UL, kLeastText}) {
    try {
      read(text, 2, chunk);
      FAIL() << "nothing was thrown";
    } catch (const base::MalformedError& error) {
      EXPECT_STREQ(error.what(),
                   "in.vcf:53: genotype 0/3 needs 3 alternate alleles, the record lists 1");
      EXPECT_EQ(error.hint(),
                "normalise the file, or continue without such records: "
                "--on-bad-record skip");
    }
    VcfOptions skip;
    skip.skip_bad_records = true;
    const Result rest = read(text, 2, chunk, skip);
    ASSERT_EQ(rest.bad.size(), 1U);
    EXPECT_EQ(rest.bad[0], "in.vcf:53: genotype 0/3 needs 3 alternate alleles, the record lists 1");
    EXPECT_EQ(rest.counts.bad_records, 1U);
    EXPECT_EQ(rest.counts.records, 71U);
  }
}

TEST(VcfText, ReadsLineEndsOfOtherSystemsAndBlankLines) {
  const std::string text = header(9) + body(9, 20, 11);
  std::string crlf;
  for (const char c : text) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const Result plain = read(text, 1, kLeastText);
  EXPECT_EQ(read(crlf, 2, 100).rows, plain.rows);
  EXPECT_EQ(read(text + "\n\n", 1, 100).rows, plain.rows);
  EXPECT_EQ(read(text.substr(0, text.size() - 1), 1, 100).rows, plain.rows);
}

TEST(VcfText, SaysWhichColumnIsWrong) {
  const auto message = [](const std::string& record) -> std::string {
    try {
      read(header(2) + record + "\n", 1, kLeastText);
    } catch (const base::MalformedError& error) {
      return error.what();
    }
    return "read";
  };
  EXPECT_EQ(message("20\t1\t.\tA\tC\t.\t.\t.\tGT\t0/0\t0/1"), "read");
  EXPECT_EQ(message("20\t1\t.\tA\tC\t.\t.\t.\tGT\t0/0"),
            "in.vcf:3: the record has 1 samples, the header lists 2");
  EXPECT_EQ(message("20\t1\t.\tA\tC\t.\t.\t.\tGT:DP\t0/0:1\t0/1:1\t0/1:1"),
            "in.vcf:3: the record has more than 2 samples, the header lists 2");
  EXPECT_EQ(message("20\t1\t.\tA\tC\t.\t.\t.\tGT\t0/0\t0/1:5"),
            "in.vcf:3: the genotype of sample 2 is '0/1:…', expected alleles such as 0/1, 0|1, 1 "
            "or ./.");
  EXPECT_EQ(
      message("20\t1\t.\tA\tC\t.\t.\t.\tGT\t\t0/1"),
      "in.vcf:3: the genotype of sample 1 is '', expected alleles such as 0/1, 0|1, 1 or ./.");
  EXPECT_EQ(message("20\t-1\t.\tA\tC\t.\t.\t.\tGT\t0/0\t0/1"),
            "in.vcf:3: POS is '-1', expected a whole number");
  EXPECT_EQ(message("20\t1\t.\tA-\tC\t.\t.\t.\tGT\t0/0\t0/1"),
            "in.vcf:3: REF is 'A-', expected bases");
  EXPECT_EQ(message("20\t1\t.\tA\t<DEL\t.\t.\t.\tGT\t0/0\t0/1"),
            "in.vcf:3: ALT holds '<DEL', expected bases, '*', '<NAME>', a breakend or '.'");
  EXPECT_EQ(message("20"), "in.vcf:3: the record has 1 columns, expected 11");
}

TEST(VcfHeader, RefusesWhatCannotBeAHeader) {
  const auto message = [](const std::string& text) -> std::string {
    try {
      parse_vcf_header(text, "f");
    } catch (const base::MalformedError& error) {
      return error.what();
    }
    return "read";
  };
  const std::string columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
  EXPECT_EQ(message("##fileformat=VCFv4.2\n" + columns + "\tFORMAT\tA\n"), "read");
  EXPECT_EQ(message("##fileformat=VCFv3.3\n" + columns + "\n"),
            "f:1: the file format is 'VCFv3.3', expected VCFv4.0 or later");
  EXPECT_EQ(message("##fileformat=VCFv4.2\nx\n" + columns + "\n"),
            "f:2: 'x' stands before the #CHROM line, expected a line with ##");
  EXPECT_EQ(message(columns + "\tFORMATS\tA\n"),
            "f:1: the ninth column is called 'FORMATS', expected FORMAT");
  EXPECT_EQ(message(columns + "\tFORMAT\tA\t\tB\n"),
            "f:1: sample 2 has no name, expected one for each column after FORMAT");
  EXPECT_EQ(message("##fileformat=VCFv4.2\n##x\n"), "f:3: the file ends before the #CHROM line");
}

TEST(VcfHeader, TellsTheBuildFromContigLengths) {
  const std::string columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\n";
  EXPECT_EQ(parse_vcf_header("##contig=<ID=1,length=249250621>\n" + columns, "f").build, "37");
  EXPECT_EQ(
      parse_vcf_header("##contig=<ID=chrX,assembly=x,length=156040895>\n" + columns, "f").build,
      "38");
  EXPECT_EQ(parse_vcf_header("##contig=<ID=1,length=7>\n" + columns, "f").build, "");
}

TEST(VcfDosage, WeighsProbabilitiesByTheirGenotype) {
  // Order of GP for two ALTs: 0/0 0/1 1/1 0/2 1/2 2/2. Dosage of ALT 1: P(01) + 2 P(11) + P(12).
  const std::vector<double> values = {0.1, 0.2, 0.3, 0.1, 0.1, 0.2};
  const Dosage first = dosage_of(values, VcfField::kGP, 2, 1, 2);
  EXPECT_NEAR(first.of_alt, 0.2 + 0.6 + 0.1, 1e-12);
  EXPECT_NEAR(first.of_others, 0.1 + 0.1 + 0.4, 1e-12);
  // Haploid: two values, the dosage is doubled as PLINK does.
  EXPECT_NEAR(dosage_of({0.25, 0.75}, VcfField::kGP, 1, 1, 1).of_alt, 1.5, 1e-12);
  EXPECT_NEAR(dosage_of({0.75}, VcfField::kDS, 1, 1, 1).of_alt, 1.5, 1e-12);
  EXPECT_THROW(dosage_of({0.1, 0.2, 0.3, 0.4, 0.5}, VcfField::kGP, 1, 1, 2), RecordFault);
  EXPECT_THROW(dosage_of({2.5}, VcfField::kDS, 1, 1, 2), RecordFault);
}

TEST(SiteRules, MergesRegionsAndMatchesContigsWithoutPrefix) {
  VcfOptions options;
  options.regions = {{"chr1", 100, 200}, {"1", 150, 300}, {"1", 400, 400}, {"X", 1, INT64_MAX}};
  const SiteRules rules(options);
  EXPECT_FALSE(rules.in_regions("1", 99));
  EXPECT_TRUE(rules.in_regions("chr1", 100));
  EXPECT_TRUE(rules.in_regions("1", 300));
  EXPECT_FALSE(rules.in_regions("1", 301));
  EXPECT_TRUE(rules.in_regions("1", 400));
  EXPECT_TRUE(rules.in_regions("chrX", 5));
  EXPECT_FALSE(rules.in_regions("2", 100));
}

TEST(ParseRegion, TakesNamesWithColonsAndThousandsSeparators) {
  EXPECT_EQ(parse_region("20").last_bp, INT64_MAX);
  EXPECT_EQ(parse_region("20:1,000-2,000").last_bp, 2000);
  EXPECT_EQ(parse_region("20:1000-").first_bp, 1000);
  EXPECT_EQ(parse_region("HLA-A*01:01:5-9").chromosome, "HLA-A*01:01");
  EXPECT_THROW(parse_region("20:9-5"), base::UsageError);
  EXPECT_THROW(parse_region("20:x"), base::UsageError);
  EXPECT_THROW(parse_region(""), base::UsageError);
}

}  // namespace
}  // namespace gcrisk::io
