// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/genotype/variant.hpp"

#include <gtest/gtest.h>

#include "gcrisk/genotype/inheritance.hpp"

namespace gcrisk::genotype {
namespace {

Variant variant(std::string a1, std::string a2) { return {"20", 100, "rs1", a1, a2, 0}; }

TEST(MatchAlleles, KeepsTheSamePairWhateverTheCase) {
  EXPECT_EQ(match_alleles(variant("A", "G"), variant("A", "G")), AlleleMatch::kSame);
  EXPECT_EQ(match_alleles(variant("A", "G"), variant("a", "g")), AlleleMatch::kSame);
  EXPECT_EQ(match_alleles(variant("AT", "A"), variant("AT", "A")), AlleleMatch::kSame);
}

TEST(MatchAlleles, SwapsAndComplements) {
  EXPECT_EQ(match_alleles(variant("A", "G"), variant("G", "A")), AlleleMatch::kSwapped);
  EXPECT_EQ(match_alleles(variant("A", "G"), variant("T", "C")), AlleleMatch::kComplement);
  EXPECT_EQ(match_alleles(variant("A", "G"), variant("C", "T")), AlleleMatch::kSwappedComplement);
}

TEST(MatchAlleles, NeverComplementsAPalindrome) {
  // A/T reads T/A on the other strand: a swap is all that can be said.
  EXPECT_EQ(match_alleles(variant("A", "T"), variant("T", "A")), AlleleMatch::kSwapped);
  EXPECT_EQ(match_alleles(variant("C", "G"), variant("C", "G")), AlleleMatch::kSame);
  EXPECT_EQ(match_alleles(variant("A", "G"), variant("A", "T")), AlleleMatch::kNone);
}

TEST(MatchAlleles, ReadsTheOtherStrandBackwards) {
  // ACC on one strand is GGT on the other.
  EXPECT_EQ(match_alleles(variant("ACC", "A"), variant("GGT", "T")), AlleleMatch::kComplement);
  EXPECT_EQ(match_alleles(variant("ACC", "A"), variant("TGG", "T")), AlleleMatch::kNone);
  EXPECT_EQ(match_alleles(variant("<DEL>", "A"), variant("T", "<DEL>")), AlleleMatch::kNone);
}

TEST(InheritanceOf, GoesByTheNameOfTheChromosome) {
  const auto of = [](const char* chromosome) {
    return inheritance_of({chromosome, 100, "rs1", "A", "G", 0});
  };
  for (const char* name : {"1", "chr22", "scaffold_9"})
    EXPECT_EQ(of(name), Inheritance::kAutosomal);
  for (const char* name : {"X", "chrX", "23"}) EXPECT_EQ(of(name), Inheritance::kX);
  for (const char* name : {"Y", "chrY", "24"}) EXPECT_EQ(of(name), Inheritance::kY);
  for (const char* name : {"MT", "chrM", "26"}) EXPECT_EQ(of(name), Inheritance::kMaternal);
  for (const char* name : {"XY", "25", "PAR1", "PAR2", "0"}) {
    EXPECT_EQ(of(name), Inheritance::kShared);
  }
}

TEST(PlainChromosome, JoinsTheTwoStyles) {
  EXPECT_EQ(plain_chromosome("chr20"), "20");
  EXPECT_EQ(plain_chromosome("CHRX"), "X");
  EXPECT_EQ(plain_chromosome("23"), "X");
  EXPECT_EQ(plain_chromosome("chrM"), "MT");
  EXPECT_EQ(plain_chromosome("26"), "MT");
  EXPECT_EQ(plain_chromosome("GL000207.1"), "GL000207.1");
}

TEST(KeyOf, NamesReferenceThenAlternative) { EXPECT_EQ(key_of(variant("A", "G")), "20:100:G:A"); }

}  // namespace
}  // namespace gcrisk::genotype
