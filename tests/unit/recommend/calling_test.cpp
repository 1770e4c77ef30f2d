// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "gcrisk/recommend/build.hpp"
#include "gcrisk/recommend/caller.hpp"
#include "gcrisk/recommend/outside_calls.hpp"
#include "gcrisk/recommend/pgx_tables.hpp"
#include "gcrisk/recommend/sites.hpp"
#include "unit/expect_error.hpp"

namespace gcrisk::recommend {
namespace {

namespace fs = std::filesystem;

// Tables of one gene with three positions: a base, an insertion, a base of its own.
class Tables {
 public:
  Tables() {
    folder_ =
        fs::temp_directory_path() / ("gcrisk-tables-" + std::to_string(std::random_device{}()));
    fs::create_directories(folder_ / "pgx");
    write("genes.tsv",
          "gene\tchrom\tstrand\treference_allele\tmatch_method\tphenotype_method\t"
          "undocumented_alt_as_reference\tvcf_callable\tversion\n"
          "G\tchr2\t+\t*1\texact_haplotype\tfunction_pair\t0\t1\t2025\n");
    write("positions.tsv",
          "gene\trole\tchrom\tpos38\tpos37\trsid\tref38\talts38\tref37\n"
          "G\tdefining\tchr2\t100\t1100\trs1\tA\tC,T\tA\n"
          "G\tdefining\tchr2\t200\t1200\trs2\tCAT\tC,CATAT\tCAT\n"
          "G\tdefining\tchr2\t300\t1300\trs3\tG\tA\tA\n");
    write("alleles.tsv", alleles_);
    write("phenotypes.tsv",
          "gene\tkind\tkey\tphenotype\n"
          "G\tpair\tNormal|Normal\tNormal Metabolizer\n"
          "G\tpair\tLow|Normal\tIntermediate Metabolizer\n"
          "G\tpair\tLow|Low\tPoor Metabolizer\n");
    write("unphased_priorities.tsv", "gene\tpossible_diplotypes\tpick\n");
    write("variants.tsv", "id\tuse\tgene\trsid\tname\tchrom\tpos38\tpos37\tref38\talt38\tref37\n");
    write("tables.tsv", "table\tsource\tversion\tdate\tlicence\tmade_from\tsha256\n");
  }
  ~Tables() { fs::remove_all(folder_); }
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / "pgx" / name) << text;
  }
  std::string path(const std::string& name) const { return (folder_ / "pgx" / name).string(); }
  PgxTables load() const { return load_pgx_tables(folder_); }

  const std::string alleles_ =
      "gene\tallele\tis_reference\tfunction\tactivity_value\tdefinition38\treported_as\tclinpgx_"
      "id\n"
      "G\t*1\t1\tNormal\t\tREF\t\t\n"
      "G\t*2\t0\tLow\t\t100:C\t\t\n"
      "G\t*3\t0\tLow\t\t200:CATAT\t\t\n"
      "G\t*4\t0\tNormal\t\t100:C;300:A\t\t\n";

 private:
  fs::path folder_;
};

// One person's file, record by record, and what is called from it.
class File {
 public:
  explicit File(const PgxTables& tables, GenomeBuild build = GenomeBuild::k38)
      : tables_(tables), panel_(tables, build), reader_(panel_, 1, {0}) {}

  File& add(const std::string& line) {
    RecordText record;
    EXPECT_TRUE(RecordText::parse(line, record));
    reader_.add(record);
    return *this;
  }
  // At one of the three positions: "C/T", or the reason in brackets.
  std::string at(std::size_t position) {
    std::uint16_t code = 0;
    const std::size_t site = panel_.of_position(0, position);
    reader_.matrix().read(site, 0, std::span(&code, 1));
    const SiteStates& states = reader_.states(site);
    const SiteObservation& seen = states.at(code);
    if (!seen.read()) return "[" + seen.why + "]";
    const auto& bases = states.bases();
    return bases[static_cast<std::size_t>(seen.first)] + (seen.phased ? "|" : "/") +
           bases[static_cast<std::size_t>(seen.second)];
  }
  GeneCall call(bool assume = false) {
    std::vector<GeneCaller> callers;
    callers.emplace_back(tables_.genes[0]);
    PersonCaller person(tables_, reader_, callers, {.assume_reference = assume});
    std::vector<std::uint16_t> codes(panel_.sites().size());
    for (std::size_t s = 0; s < codes.size(); ++s) {
      reader_.matrix().read(s, 0, std::span(&codes[s], 1));
    }
    return *person.call("P", codes).genes[0];
  }

 private:
  const PgxTables& tables_;
  SitePanel panel_;
  SiteReader reader_;
};

std::string record(int position, const char* ref, const char* alt, const char* gt) {
  return "2\t" + std::to_string(position) + "\t.\t" + ref + "\t" + alt + "\t.\tPASS\t.\tGT\t" + gt;
}

TEST(PgxTables, NameFileAndLineOfWhatIsWrong) {
  const Tables tables;
  tables.write("alleles.tsv", tables.alleles_ + "G\t*5\t0\tLow\t\t150:C\t\t\n");
  EXPECT_ERROR(
      tables.load(),
      base::MalformedError,
      tables.path("alleles.tsv") + ":6: position 150 of G is not a defining one in positions.tsv");
  tables.write("alleles.tsv", tables.alleles_ + "G\t*5\t0\tLow\t\t100:G\t\t\n");
  EXPECT_ERROR(tables.load(),
               base::MalformedError,
               tables.path("alleles.tsv") + ":6: positions.tsv does not know 'G' at 100");
  tables.write("alleles.tsv", tables.alleles_ + "G\t*2\t0\tLow\t\t100:T\t\t\n");
  EXPECT_ERROR(
      tables.load(), base::MalformedError, tables.path("alleles.tsv") + ":6: '*2' stands twice");
  tables.write("alleles.tsv", tables.alleles_ + "H\t*2\t0\tLow\t\t100:T\t\t\n");
  EXPECT_ERROR(tables.load(),
               base::MalformedError,
               tables.path("alleles.tsv") + ":6: gene 'H' is not in genes.tsv");
  tables.write("alleles.tsv", tables.alleles_ + "G\t*5\t0\n");
  EXPECT_ERROR(tables.load(),
               base::MalformedError,
               tables.path("alleles.tsv") + ":6: the row has 3 cells, expected 8");
  tables.write("alleles.tsv", "gene\tname\n");
  EXPECT_ERROR(tables.load(),
               base::MalformedError,
               tables.path("alleles.tsv") +
                   ":1: the columns are 'gene name', expected 'gene allele is_reference function "
                   "activity_value definition38 reported_as clinpgx_id'");
}

TEST(PgxTables, ShippedOnesAreFoundBesideTheLibrary) {
  const PgxTables tables = load_pgx_tables(reference_folder());
  EXPECT_EQ(tables.genes.size(), 23U);
  EXPECT_NE(tables.gene("CYP2C19"), nullptr);
  EXPECT_EQ(tables.gene("CYP2C99"), nullptr);
  for (const TableVersion& version : tables.versions) {
    EXPECT_EQ(version.sha256.size(), 64U) << version.table;
    EXPECT_FALSE(version.licence.empty()) << version.table;
  }
}

TEST(SiteReader, TrimsSharedBasesOfInsertions) {
  const Tables tables;
  const PgxTables loaded = tables.load();
  EXPECT_EQ(File(loaded).add(record(200, "CAT", "CATAT", "0/1")).at(1), "CAT/CATAT");
  EXPECT_EQ(File(loaded).add(record(200, "C", "CAT", "0/1")).at(1), "CAT/CATAT");
  EXPECT_EQ(File(loaded).add(record(199, "GC", "GCAT", "0/1")).at(1), "CAT/CATAT");
  EXPECT_EQ(File(loaded).add(record(200, "CATG", "CG", "1|0")).at(1), "C|CAT");
  // Another variant at the same place says nothing about the insertion.
  EXPECT_EQ(File(loaded).add(record(200, "C", "T", "0/1")).at(1), "[not in the file]");
  // One deletion that begins before a position and takes it away.
  EXPECT_EQ(File(loaded).add(record(98, "TTAG", "T", "0/1")).at(0),
            "[the called allele TTAG>T reaches over the position]");
  EXPECT_EQ(File(loaded).add(record(98, "TTAG", "T", "0/0")).at(0), "A|A");
}

TEST(SiteReader, PutsRecordsOfOnePositionTogetherInAnyOrder) {
  const Tables tables;
  const PgxTables loaded = tables.load();
  const auto both = [&](const std::string& a, const std::string& b) {
    const std::string one = File(loaded).add(a).add(b).at(0);
    EXPECT_EQ(File(loaded).add(b).add(a).at(0), one);
    return one;
  };
  const std::string contradiction = "[two records of this position contradict each other]";
  EXPECT_EQ(both(record(100, "A", "C", "0/1"), record(100, "A", "T", "0/1")), "C/T");
  EXPECT_EQ(both(record(100, "A", "C", "0|1"), record(100, "A", "T", "1|0")), "T|C");
  EXPECT_EQ(both(record(100, "A", "C", "0|1"), record(100, "A", "T", "0|1")), contradiction);
  EXPECT_EQ(both(record(100, "A", "C", "1/1"), record(100, "A", "T", "0/0")), "C|C");
  EXPECT_EQ(both(record(100, "A", "C", "1/1"), record(100, "A", "T", "0/1")), contradiction);
  EXPECT_EQ(both(record(100, "A", "C", "0/1"), record(100, "A", "C", "0/0")), contradiction);
  EXPECT_EQ(both(record(100, "A", "C", "0/1"), record(100, "A", "C,T", "2/2")), contradiction);
  EXPECT_EQ(both(record(100, "A", "C", "0/1"), record(100, "A", "C", "./.")), "A/C");
  EXPECT_EQ(both(record(100, "A", "C", "0/0"), record(100, "A", "T", "./.")),
            "[another record of this position is not usable: not called (./.)]");
}

TEST(SiteStates, KeepWhatIsTrueWhenThereAreMoreKindsThanCodes) {
  PanelSite site;
  site.known = {"A", "C"};
  SiteStates states(site);
  SiteObservation phased;
  phased.state = SiteState::kRead;
  phased.first = 1;
  phased.phased = true;
  SiteObservation faulty;
  faulty.state = SiteState::kUnusable;
  for (int i = 1; i <= 70'000; ++i) {
    phased.phase_set = i;
    const SiteObservation& kept = states.at(states.code(phased));
    ASSERT_TRUE(kept.heterozygous());
    ASSERT_TRUE(!kept.phased || kept.phase_set == i);
    faulty.why = std::to_string(i);
    ASSERT_EQ(states.at(states.code(faulty)).state, SiteState::kUnusable);
  }
  EXPECT_LT(states.size(), 65'536U);
}

TEST(SiteMatrix, IsTheSameInAFileAsInMemory) {
  for (const std::size_t in_memory : {std::size_t{0}, std::size_t{1000}}) {
    SiteMatrix matrix(3, 5, in_memory);
    matrix.write(2, std::vector<std::uint16_t>{1, 2, 3, 4, 65535});
    matrix.write(0, std::vector<std::uint16_t>{9, 8, 7, 6, 5});
    std::vector<std::uint16_t> got(3, 77);
    matrix.read(2, 2, got);
    EXPECT_EQ(got, (std::vector<std::uint16_t>{3, 4, 65535}));
    matrix.read(1, 2, got);
    EXPECT_EQ(got, (std::vector<std::uint16_t>{0, 0, 0}));
    EXPECT_FALSE(matrix.has_row(1));
    matrix.read(0, 0, got);
    EXPECT_EQ(got, (std::vector<std::uint16_t>{9, 8, 7}));
  }
}

TEST(GeneCaller, MatchesStrandsByPhase) {
  const Tables tables;
  const PgxTables loaded = tables.load();
  const auto at = [&](const char* first, const char* third) {
    return File(loaded)
        .add(record(100, "A", "C", first))
        .add(record(200, "CAT", "C,CATAT", "0/0"))
        .add(record(300, "G", "A", third))
        .call();
  };
  EXPECT_EQ(at("0|1", "0|1").diplotypes_text(), "*1/*4");
  EXPECT_EQ(at("0/1", "0/1").diplotypes_text(), "*1/*4");
  // In trans 300:A stands alone, which no allele explains.
  EXPECT_EQ(at("0|1", "1|0").firmness, Firmness::kNotDetermined);
  EXPECT_EQ(at("0|1", "1|0").why_not, "no pair of named alleles explains the genotypes");
  EXPECT_EQ(at("1/1", "0/1").diplotypes_text(), "*2/*4");
  EXPECT_EQ(at("1/1", "0/1").outcomes.at(0).lookup,
            std::vector<std::string>{"Intermediate Metabolizer"});
}

TEST(GeneCaller, LeavesOpenWhatWasNotRead) {
  const Tables tables;
  const PgxTables loaded = tables.load();
  File file(loaded);
  file.add(record(100, "A", "C,T", "0/0")).add(record(300, "G", "A", "0/0"));
  const GeneCall call = file.call();
  EXPECT_EQ(call.diplotypes_text(), "*1/*1");
  EXPECT_EQ(call.firmness, Firmness::kOpen);
  ASSERT_EQ(call.alleles_not_excluded.size(), 1U);
  EXPECT_EQ(call.alleles_not_excluded[0].name, "*3");
  EXPECT_EQ(call.alleles_not_excluded[0].phenotypes,
            std::vector<std::string>{"Intermediate Metabolizer"});
  EXPECT_EQ(call.n_missing(), 1U);
  const GeneCall assumed = file.call(true);
  EXPECT_EQ(assumed.firmness, Firmness::kFirm);
  EXPECT_TRUE(assumed.assumed_reference);
  EXPECT_TRUE(assumed.sites[1].taken_as_reference);
  EXPECT_EQ(assumed.n_missing(), 1U);
}

TEST(GeneCaller, ReadsExchangedBasesOfTheOlderBuild) {
  const Tables tables;
  const PgxTables loaded = tables.load();
  File file(loaded, GenomeBuild::k37);
  file.add(record(1100, "A", "C", "0/1"))
      .add(record(1200, "CAT", "C", "0/0"))
      .add(record(1300, "A", "G", "0/1"));
  EXPECT_EQ(file.call().diplotypes_text(), "*1/*4");
  EXPECT_EQ(file.call().firmness, Firmness::kFirm);
}

TEST(HeaderBuild, IsReadFromLengthsNamesAndReference) {
  const auto of = [](std::vector<std::string> lines) { return build_of_header(lines, "f.vcf"); };
  EXPECT_EQ(of({"##contig=<ID=chr1,length=248956422>"}).build, GenomeBuild::k38);
  EXPECT_EQ(of({"##contig=<ID=1,length=249250621>"}).build, GenomeBuild::k37);
  EXPECT_EQ(of({"##contig=<ID=1,assembly=\"hg19\",x=y>"}).build, GenomeBuild::k37);
  EXPECT_EQ(of({"##reference=file:///data/GRCh38_full.fa"}).build, GenomeBuild::k38);
  EXPECT_FALSE(of({"##source=mine", "##contig=<ID=1>"}).build.has_value());
  EXPECT_ERROR(of({"##reference=hs37d5.fa", "##contig=<ID=chr1,assembly=GRCh38>"}),
               base::MismatchError,
               "f.vcf: the header says GRCh37 by the line '##reference=hs37d5.fa' and GRCh38 by "
               "the assembly 'GRCh38', expected one build");
}

TEST(AlleleNames, SortAsPeopleDo) {
  EXPECT_TRUE(allele_name_less("*2", "*10"));
  EXPECT_TRUE(allele_name_less("Reference", "c.62G>A"));
  EXPECT_TRUE(allele_name_less("c.557A>G", "c.1129-5923C>G"));
  EXPECT_FALSE(allele_name_less("*3", "*3"));
}

}  // namespace
}  // namespace gcrisk::recommend
