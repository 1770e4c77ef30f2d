// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What was read from one person's genotypes: plain data, made by the calling half of `recommend`
// and consumed by rules, plan and writers. Nothing here is a recommendation.
namespace gcrisk::recommend {

// kFirm: one phenotype fits, and no allele that was not excluded could change it.
// kOpen: there is a call, but several phenotypes fit, or an allele that could change the phenotype
//        was not excluded, or the evidence contradicts itself. No standard dose rests on it.
// kNotDetermined: no call. `outcomes` then has one entry with the lookup "No Result".
enum class Firmness { kFirm, kOpen, kNotDetermined };
std::string_view name_of(Firmness firmness);  // "firm", "open", "not_determined"

enum class SiteState { kRead, kMissing, kUnusable };
std::string_view name_of(SiteState state);  // "read", "missing", "unusable"

enum class CallSource { kVcf, kOutside, kNone };  // kNone: nothing was given for this gene
std::string_view name_of(CallSource source);      // "vcf", "outside", "none"

// A position that a gene's alleles are defined by, and what the person carries there.
struct SiteEvidence {
  std::string contig;            // "chr10", whatever the file writes
  std::int64_t position_bp = 0;  // on the build of the file
  std::int64_t position38_bp = 0;
  std::string rsid;       // empty: none
  std::string reference;  // bases of the file's build
  SiteState state = SiteState::kMissing;
  std::string why;       // of missing and unusable: "not in the file", "half call ./1", …
  std::string genotype;  // bases as called: "A/G", "A|G", "T" (one strand); empty: not read
  bool taken_as_reference = false;  // by --assume-reference alone; the state stays missing
  // Named alleles that carry another base here and were not ruled out (missing, unusable only).
  std::vector<std::string> alleles_left_open;
};

// One pair of alleles that fits (one allele alone on X in males and on the mitochondrion: `second`
// is empty), with what follows from it.
struct Diplotype {
  std::string first;
  std::string second;
  std::string function_first;  // empty: not judged by a guideline
  std::string function_second;
  std::string phenotype;       // "n/a": none can be given; "" where the gene has no phenotypes
  std::string activity_score;  // "1.25", "≥3.0", "n/a"; empty where the gene has no scores

  std::string name() const;  // "*1/*3A", "Mediterranean, …" alone on one strand
};

// What the recommendation tables are asked with. `lookup` holds every value that is true of the
// gene at once ("*57:01 negative", "*58:01 positive"; else exactly one): the phenotype, or the
// score for CYP2D6, CYP2C9 and DPYD, or "No Result" and "n/a" as in recommendations.tsv.
struct Outcome {
  std::string phenotype;
  std::string activity_score;
  std::vector<std::string> lookup;
};

// A named allele that the positions not read leave open.
struct OpenAllele {
  std::string name;
  std::string function;
  bool changes_phenotype = false;  // in place of one of the reported alleles, or by its function
  std::vector<std::string> phenotypes;  // that it would give, other than the reported ones
};

struct GeneCall {
  std::string gene;
  Firmness firmness = Firmness::kNotDetermined;
  CallSource source = CallSource::kNone;
  // All pairs that fit best; several: what would tell them apart is in `to_tell_apart`. Empty where
  // the gene is not called, and for DPYD and RYR1 where phase is unknown (see components).
  std::vector<Diplotype> diplotypes;
  // Pairs that fit as well but explain less by name, so that they are less likely (*3B/*3C beside
  // *1/*3A, without phase). A warning says so where their phenotype differs.
  std::vector<Diplotype> alternatives;
  std::vector<std::string> components;  // DPYD, RYR1 without phase: variants found, ×2 twice
  std::optional<Diplotype> decision;    // DPYD, RYR1: the pair that decides
  std::vector<Outcome> outcomes;        // distinct, in the order of `diplotypes`; never empty
  std::vector<OpenAllele> alleles_not_excluded;
  std::vector<std::string> to_tell_apart;  // sentences
  std::vector<SiteEvidence> sites;         // every position of the gene, in the order of the table
  std::vector<std::string> warnings;       // sentences, with the position
  std::string why_not;                     // of kNotDetermined: the reason
  bool cis_or_trans_unknown = false;       // two or more heterozygous variants without phase
  bool assumed_reference = false;          // --assume-reference filled a position
  bool sub_alleles_merged = false;         // *45.001 is reported as *45

  std::size_t n_missing() const;  // positions missing or unusable
  // The diplotypes (or the decision) as text, joined by " OR "; "NA" without one.
  std::string diplotypes_text() const;
};

// One single variant outside the named alleles: what rules ask for.
struct VariantCall {
  std::string id;  // key of the table: rsID where there is one, else "GENE:HGVS"
  std::string gene;
  std::string rsid;
  std::string name;              // "c.5266dup", "p.Arg46Leu"
  std::string contig;            // "chr17"
  std::int64_t position_bp = 0;  // on the build of the file
  std::int64_t position38_bp = 0;
  std::string reference;    // GRCh38 bases
  std::string alternative;  // the base in question, whichever of the two builds calls reference
  SiteState state = SiteState::kMissing;
  std::string why;       // of missing and unusable
  int copies = 0;        // of `alternative`, when read
  int strands = 2;       // 1 where the genotype is haploid
  std::string genotype;  // bases as called: "C/T"

  bool read() const { return state == SiteState::kRead; }
};

struct PersonCalls {
  std::string sample_id;
  std::string build;  // "GRCh38", "GRCh37"
  // In the order of genes.tsv, each gene once. People with the same genotypes share one object, so
  // that a cohort of 100,000 costs little, and what is derived from it can be kept by its address.
  std::vector<std::shared_ptr<const GeneCall>> genes;
  // In the order of variants.tsv, then those that rules asked for; shared likewise.
  std::shared_ptr<const std::vector<VariantCall>> variants;
  std::vector<std::string> warnings;  // about the person's whole input
  bool assumed_reference = false;     // mark every line of the output

  const GeneCall* gene(std::string_view name) const;      // nullptr: not in the tables
  const VariantCall* variant(std::string_view id) const;  // by id or rsID; nullptr: not asked for
};

// Version and date of a table that calls rest on, for the sources of every statement.
struct TableVersion {
  std::string table;    // "alleles.tsv"
  std::string source;   // "PharmCAT 3.1.1 tables, … (CPIC, PharmVar, ClinPGx)"
  std::string version;  // "3.1.1, allele data 2025-11-05"
  std::string date;     // "2025-11-05", of the data
  std::string licence;
  std::string made_from;  // the table that ours was derived from,
  std::string sha256;     // and its hash
};

}  // namespace gcrisk::recommend
