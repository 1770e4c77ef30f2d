// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "recommend/calling/gene_model.hpp"

namespace gcrisk::recommend {

namespace {

// An allele is left open if it has another base than the reference at a position that was not read
// and every base that it names elsewhere is there, on either strand.
bool is_open(const GeneCaller::Model& model, const GeneReading& reading, std::size_t allele) {
  bool at_unread = false;
  for (const auto& cell : model.cells[allele]) {
    const GeneReading::Site& site = reading.sites[cell.site];
    if (!site.read) {
      at_unread |= cell.stands_for > 1;
    } else if ((cell.stands_for >> site.first & 1U) == 0 &&
               (cell.stands_for >> site.second & 1U) == 0) {
      return false;
    }
  }
  return at_unread;
}

// What the allele would give in place of one of the two of a reported pair.
void add_phenotypes(const PgxGene& gene,
                    const NamedAllele& allele,
                    const Diplotype& reported,
                    std::set<std::string>& phenotypes) {
  const NamedAllele* first = gene.allele(reported.first);
  const NamedAllele* second = gene.allele(reported.second);
  if (reported.second.empty()) {
    phenotypes.insert(make_diplotype(gene, allele, nullptr).phenotype);
    return;
  }
  for (const NamedAllele* kept : {first, second}) {
    if (kept != nullptr) phenotypes.insert(make_diplotype(gene, allele, kept).phenotype);
  }
}

}  // namespace

void add_open_alleles(const GeneCaller::Model& model,
                      const GeneReading& reading,
                      const AlleleBits& taken,
                      GeneCall& call) {
  const PgxGene& gene = model.gene;
  const NamedAllele* reference = gene.reference();
  std::vector<std::size_t> open;
  for (std::size_t a = 0; a < gene.alleles.size(); ++a) {
    const NamedAllele& allele = gene.alleles[a];
    if (!model.from_vcf.test(a) || allele.is_reference || taken.test(a)) continue;
    if (!is_open(model, reading, a)) continue;
    // A sub-allele of what is reported goes by the same name.
    const std::string& name = allele.reported_as.empty() ? allele.name : allele.reported_as;
    const bool is_reported = std::any_of(
        call.diplotypes.begin(), call.diplotypes.end(), [&](const Diplotype& diplotype) {
          return diplotype.first == name || diplotype.second == name;
        });
    if (is_reported) continue;
    open.push_back(a);
    OpenAllele result;
    result.name = name;
    result.function = allele.function;
    std::set<std::string> phenotypes;
    for (const Diplotype& reported : call.diplotypes) {
      add_phenotypes(gene, allele, reported, phenotypes);
    }
    if (call.decision) add_phenotypes(gene, allele, *call.decision, phenotypes);
    for (const Outcome& outcome : call.outcomes) phenotypes.erase(outcome.phenotype);
    result.phenotypes.assign(phenotypes.begin(), phenotypes.end());
    // The score matters beside the phenotype, so another function is enough; a gene without
    // phenotypes is asked for its alleles.
    result.changes_phenotype = !phenotypes.empty() || allele.function != reference->function ||
                               gene.phenotype == PhenotypeMethod::kNone;
    const auto same = [&](const OpenAllele& other) { return other.name == result.name; };
    if (std::none_of(call.alleles_not_excluded.begin(), call.alleles_not_excluded.end(), same)) {
      call.alleles_not_excluded.push_back(std::move(result));
    }
  }
  for (const std::size_t a : open) {
    for (const auto& cell : model.cells[a]) {
      if (reading.sites[cell.site].read || cell.stands_for <= 1) continue;
      auto& names = call.sites[cell.site].alleles_left_open;
      const NamedAllele& allele = gene.alleles[a];
      const std::string& name = allele.reported_as.empty() ? allele.name : allele.reported_as;
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
}

}  // namespace gcrisk::recommend
