// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gcrisk/recommend/calls.hpp"

// The tables that calls are made from: which positions, which named alleles, which phenotypes.
// They are data/reference/pgx/*.tsv, made by tools/dev/make_pgx_tables; `tables.tsv` beside them
// has version, date, licence and the hash of what each was derived from.
namespace gcrisk::recommend {

// How a gene's alleles are found in a VCF.
enum class MatchMethod {
  kExactHaplotype,  // pairs of named alleles that explain both strands
  kLowestFunction,  // DPYD, RYR1: variants found, the lowest function on each strand
  kSingleSite,      // one position, its genotype is the call
  kOutsideOnly,     // CYP2D6, HLA, MT-RNR1
};

enum class PhenotypeMethod { kFunctionPair, kActivityScore, kAllelePresence, kNone };

// A position of a gene. Bases are those of the plus strand.
struct PgxPosition {
  std::string contig;  // "chr10"
  std::int64_t position38_bp = 0;
  std::int64_t position37_bp = 0;
  std::string rsid;
  std::string reference38;
  std::string reference37;  // differs from reference38 where the builds exchanged bases
  std::vector<std::string> alternatives38;  // those that named alleles carry
  bool defining = true;     // else it only tells two variants at one position apart, or is "extra"
  bool required = false;    // without it the gene is not called
  bool first_tier = false;  // testing laboratories should cover it first (AMP)
};

// One base of a named allele: index into PgxGene::positions.
struct AlleleCell {
  std::size_t position = 0;
  std::string bases;  // may be one IUPAC letter that stands for several
};

struct NamedAllele {
  std::string name;
  std::string function;           // empty: not judged yet
  std::string activity_value;     // "0.5", "≥3.0", "n/a"; empty: none
  std::string reported_as;        // the name to report, of sub-alleles; else empty
  std::vector<AlleleCell> cells;  // the reference allele has one for every defining position
  bool is_reference = false;
  bool from_vcf = true;  // false: structural, or a gene that no VCF can answer
};

struct ScoreRange {
  double low = 0;
  double high = 0;  // infinity: open
  std::string phenotype;
};

struct PgxGene {
  std::string name;
  std::string contig;
  MatchMethod match = MatchMethod::kExactHaplotype;
  PhenotypeMethod phenotype = PhenotypeMethod::kNone;
  bool unknown_bases_are_reference = false;
  bool on_x = false;
  std::vector<PgxPosition> positions;
  std::vector<NamedAllele> alleles;
  std::map<std::string, std::string, std::less<>> pairs;    // "function|function", sorted
  std::map<std::string, std::string, std::less<>> singles;  // one function: one strand
  std::vector<ScoreRange> ranges;
  std::vector<std::string> presence;  // HLA alleles of interest
  // Sets of pairs that fit one unphased genotype, and which of them is taken.
  std::vector<std::pair<std::vector<std::string>, std::string>> unphased_priorities;

  const NamedAllele* allele(std::string_view name) const;  // nullptr: no such name
  const NamedAllele* reference() const;
};

// A single variant that rules ask for.
struct PgxVariant {
  std::string id;
  std::string use;  // "germline" or "tumour": which file answers it
  std::string gene;
  std::string rsid;
  std::string name;
  std::string contig;
  std::int64_t position38_bp = 0;
  std::int64_t position37_bp = 0;
  std::string reference38;
  std::string alternative38;
  std::string reference37;
};

struct PgxTables {
  std::vector<PgxGene> genes;
  std::vector<PgxVariant> variants;
  std::vector<TableVersion> versions;

  const PgxGene* gene(std::string_view name) const;  // nullptr: not in the tables
};

// Reads `folder`/pgx/*.tsv. ReadError; MalformedError with file:line for a column that is missing,
// a gene, position or base that is not known, a number that is none.
PgxTables load_pgx_tables(const std::filesystem::path& folder);

// Where the shipped knowledge lies: GCRISK_DATA if that is set, else share/gcrisk/reference beside
// the installed library (or in the build folder). ReadError names the places that were looked at.
std::filesystem::path reference_folder();

}  // namespace gcrisk::recommend
