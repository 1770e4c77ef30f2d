// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gcrisk/recommend/calls.hpp"
#include "gcrisk/recommend/pgx_tables.hpp"
#include "gcrisk/recommend/sites.hpp"

// From what was read at a gene's positions to the named alleles, their functions and phenotype.
namespace gcrisk::recommend {

// One position of a gene as one person has it.
struct SiteView {
  const PanelSite* site = nullptr;
  const SiteStates* states = nullptr;
  const SiteObservation* seen = nullptr;
};

struct CallOptions {
  bool assume_reference = false;  // --assume-reference: positions that were not read are reference
};

// Calls one gene. Immutable, so that many threads may share it.
//
// Pairs of named alleles are compared with both strands by bit masks (alleles × bases of a
// position); unphased heterozygous positions may lie either way, those of one phase set lie the
// same way. All pairs with the most named positions are reported. Cost: alleles of the gene that
// fit one strand, squared.
class GeneCaller {
 public:
  explicit GeneCaller(const PgxGene& gene);
  ~GeneCaller();
  GeneCaller(GeneCaller&&) noexcept;

  // `views`: one for each of gene.positions, in their order.
  GeneCall call(std::span<const SiteView> views, const CallOptions& options) const;

  const PgxGene& gene() const noexcept;

  struct Model;  // of the files that call

 private:
  std::unique_ptr<const Model> model_;
};

// What follows from two alleles (or one: `second` null) of a gene.
Diplotype make_diplotype(const PgxGene& gene, const NamedAllele& first, const NamedAllele* second);
// The same with names that stand for several variants on one strand ("[c.62G>A + c.85T>C]").
Diplotype make_diplotype(const PgxGene& gene,
                         std::string first,
                         const NamedAllele& decides_first,
                         std::string second,
                         const NamedAllele& decides_second);
// Phenotype and score of two alleles; fills them into the diplotype.
void add_phenotype(const PgxGene& gene,
                   Diplotype& diplotype,
                   std::string_view value_first,
                   std::string_view value_second);
// Phenotype of a score ("1.25", "≥3.0"); "n/a" gives "Indeterminate".
std::string phenotype_of_score(const PgxGene& gene, std::string_view score);
// What recommendation tables are asked with.
Outcome outcome_of(const PgxGene& gene, const Diplotype& diplotype);
Outcome no_result();
// Orders names as people do: *2 before *10.
bool allele_name_less(std::string_view a, std::string_view b);

// Calls all genes and variants of people in a file; equal genotypes share one GeneCall. One a
// thread; the results do not depend on what was called before.
class PersonCaller {
 public:
  // `callers`: one for each gene of the tables. All references must outlive the object.
  PersonCaller(const PgxTables& tables,
               const SiteReader& reader,
               std::span<const GeneCaller> callers,
               CallOptions options);
  ~PersonCaller();
  PersonCaller(PersonCaller&&) noexcept;

  // `codes`: of one person at every site of the panel.
  PersonCalls call(std::string sample_id, std::span<const std::uint16_t> codes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gcrisk::recommend
