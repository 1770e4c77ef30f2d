// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "recommend/calling/gene_model.hpp"

#include <set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "recommend/calling/iupac.hpp"

namespace gcrisk::recommend {

GeneCaller::Model::Model(const PgxGene& of) : gene(of) {
  std::vector<std::size_t> site_of(gene.positions.size(), SIZE_MAX);
  for (std::size_t i = 0; i < gene.positions.size(); ++i) {
    if (!gene.positions[i].defining) continue;
    site_of[i] = positions.size();
    positions.push_back(i);
    n_known.push_back(1 + gene.positions[i].alternatives38.size());
    if (gene.name == "SLCO1B1" && gene.positions[i].rsid == "rs4149056") {
      fallback_site = site_of[i];
    }
  }
  if (gene.alleles.size() > kMostNamedAlleles || positions.size() > kMostPositions) {
    throw base::MalformedError("the tables give " + gene.name + " " +
                               std::to_string(gene.alleles.size()) + " alleles and " +
                               std::to_string(positions.size()) + " positions, expected at most " +
                               std::to_string(kMostNamedAlleles) + " of each");
  }
  cells.resize(gene.alleles.size());
  named.resize(gene.alleles.size());
  ambiguous.resize(gene.alleles.size());
  allowing.resize(positions.size());
  for (std::size_t site = 0; site < positions.size(); ++site) allowing[site].resize(n_known[site]);
  for (std::size_t a = 0; a < gene.alleles.size(); ++a) {
    const NamedAllele& allele = gene.alleles[a];
    if (!allele.from_vcf) continue;
    from_vcf.set(a);
    for (const AlleleCell& cell : allele.cells) {
      const std::size_t site = site_of[cell.position];
      const PgxPosition& position = gene.positions[cell.position];
      Cell made{site, cell, 0};
      for (std::size_t base = 0; base < n_known[site]; ++base) {
        const std::string& bases =
            base == 0 ? position.reference38 : position.alternatives38[base - 1];
        if (!stands_for(cell.bases, bases)) continue;
        made.stands_for |= std::uint64_t{1} << base;
        allowing[site][base].set(a);
      }
      named[a].set(site);
      if (is_ambiguous(cell.bases)) ambiguous[a].set(site);
      cells[a].push_back(std::move(made));
    }
    for (std::size_t site = 0; site < positions.size(); ++site) {
      if (!named[a].test(site)) allowing[site][0].set(a);
    }
  }
}

std::string place_of(const SiteView& view) {
  std::string text = view.site->contig + ":" + std::to_string(view.site->position_bp);
  if (!view.site->rsid.empty()) text += " (" + view.site->rsid + ")";
  return text;
}

std::size_t GeneReading::n_phase_groups() const {
  std::size_t unphased = 0;
  std::set<std::int64_t> sets;
  for (const Site& site : sites) {
    if (!site.read || !site.heterozygous()) continue;
    if (site.phased) {
      sets.insert(site.phase_set);
    } else {
      ++unphased;
    }
  }
  return unphased + sets.size();
}

GeneReading read_gene(const GeneCaller::Model& model,
                      std::span<const SiteView> views,
                      const CallOptions& options) {
  GeneReading reading;
  reading.sites.resize(model.positions.size());
  const auto view_of = [&](std::size_t site) -> const SiteView& {
    return views[model.positions[site]];
  };
  for (std::size_t s = 0; s < reading.sites.size(); ++s) {
    const SiteObservation& seen = *view_of(s).seen;
    if (model.gene.on_x && seen.read() && seen.strands == 1) reading.haploid = true;
  }
  for (std::size_t s = 0; s < reading.sites.size(); ++s) {
    const SiteView& view = view_of(s);
    const SiteObservation& seen = *view.seen;
    GeneReading::Site& site = reading.sites[s];
    const auto& bases = view.states->bases();
    if (!seen.read()) {
      if (seen.state == SiteState::kUnusable) {
        reading.warnings.push_back(place_of(view) + " is not usable: " + seen.why);
      }
      if (seen.seen > 0) {
        reading.half_call_seen = true;
        if (reading.stop.empty()) {
          reading.stop = "one strand carries " + bases[static_cast<std::size_t>(seen.seen)] +
                         " at " + place_of(view) + ", the other was not read";
        }
      }
      if (options.assume_reference && seen.state == SiteState::kMissing) {
        site.read = site.assumed = reading.assumed = true;
        reading.readable.set(s);
      }
      continue;
    }
    if (reading.haploid && seen.heterozygous()) {
      reading.warnings.push_back(place_of(view) +
                                 " is not usable: two alleles, where other positions of the X "
                                 "chromosome have one strand");
      continue;
    }
    site.read = true;
    reading.readable.set(s);
    site.first = seen.first;
    site.second = seen.second;
    site.phased = seen.phased;
    site.phase_set = seen.phase_set;
    const auto n_known = static_cast<int>(model.n_known[s]);
    if (site.first < n_known && site.second < n_known) continue;
    std::set<std::string> unknown;
    for (const int number : {site.first, site.second}) {
      if (number >= n_known) unknown.insert(bases[static_cast<std::size_t>(number)]);
    }
    const std::vector<std::string> names(unknown.begin(), unknown.end());
    const std::string finding = place_of(view) + " carries " + base::join(names, " and ") +
                                ", which no allele of " + model.gene.name + " names";
    if (model.gene.unknown_bases_are_reference) {
      reading.warnings.push_back(finding + ": taken for the reference, as the guidance says");
      reading.unknown_base_taken = true;
      if (site.first >= n_known) site.first = 0;
      if (site.second >= n_known) site.second = 0;
    } else {
      if (reading.stop.empty()) reading.stop = finding;
      reading.warnings.push_back(finding);
      reading.unknown_at = s;
    }
  }
  for (std::size_t s = 0; s < reading.sites.size(); ++s) {
    if (model.gene.positions[model.positions[s]].required && !reading.readable.test(s) &&
        reading.stop.empty()) {
      reading.stop = "the position " + place_of(view_of(s)) + " is required and was not read";
    }
  }
  if (reading.stop.empty() && reading.readable.none()) {
    reading.stop = "no position of the gene was read";
  }
  return reading;
}

}  // namespace gcrisk::recommend
