// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "gcrisk/genotype/variant.hpp"
#include "gcrisk/recommend/sites.hpp"

namespace gcrisk::recommend {

std::string_view name_of(GenomeBuild build) {
  return build == GenomeBuild::k37 ? "GRCh37" : "GRCh38";
}

SitePanel::SitePanel(const PgxTables& tables, GenomeBuild build, std::string_view use)
    : build_(build) {
  const bool on37 = build == GenomeBuild::k37;
  of_position_.resize(tables.genes.size());
  for (std::size_t g = 0; use == "germline" && g < tables.genes.size(); ++g) {
    for (const PgxPosition& position : tables.genes[g].positions) {
      PanelSite site;
      site.contig = position.contig;
      site.position_bp = on37 ? position.position37_bp : position.position38_bp;
      site.position38_bp = position.position38_bp;
      site.rsid = position.rsid;
      site.reference = on37 ? position.reference37 : position.reference38;
      site.known = {position.reference38};
      site.known.insert(
          site.known.end(), position.alternatives38.begin(), position.alternatives38.end());
      of_position_[g].push_back(add(std::move(site)));
    }
  }
  for (const PgxVariant& variant : tables.variants) {
    // Genes whose inherited variants count in a tumour too.
    const bool in_both = use == "tumour" && (variant.gene == "BRCA1" || variant.gene == "BRCA2");
    if (variant.use != use && !in_both) {
      of_variant_.push_back(npos);
      continue;
    }
    PanelSite site;
    site.contig = variant.contig;
    site.position_bp = on37 ? variant.position37_bp : variant.position38_bp;
    site.position38_bp = variant.position38_bp;
    site.rsid = variant.rsid;
    site.reference = on37 ? variant.reference37 : variant.reference38;
    site.known = {variant.reference38, variant.alternative38};
    of_variant_.push_back(add(std::move(site)));
  }
  for (auto& [name, contig] : contigs_) {
    std::sort(contig.sites.begin(), contig.sites.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(sites_[a].position_bp, a) < std::pair(sites_[b].position_bp, b);
    });
    for (const std::uint32_t site : contig.sites) {
      contig.first.push_back(sites_[site].position_bp);
    }
  }
}

std::size_t SitePanel::add(PanelSite site) {
  Contig& contig = contigs_[genotype::plain_chromosome(site.contig)];
  for (const std::uint32_t known : contig.sites) {
    PanelSite& other = sites_[known];
    if (other.position_bp != site.position_bp || other.known[0] != site.known[0]) continue;
    // One place asked for twice: one site that knows the bases of both.
    for (const std::string& bases : site.known) {
      if (std::find(other.known.begin(), other.known.end(), bases) == other.known.end()) {
        other.known.push_back(bases);
      }
    }
    return known;
  }
  contig.sites.push_back(static_cast<std::uint32_t>(sites_.size()));
  sites_.push_back(std::move(site));
  return sites_.size() - 1;
}

std::size_t SitePanel::of_position(std::size_t gene, std::size_t position) const {
  return position < of_position_[gene].size() ? of_position_[gene][position] : npos;
}

std::size_t SitePanel::of_variant(std::size_t variant) const { return of_variant_[variant]; }

std::span<const std::uint32_t> SitePanel::between(std::string_view contig,
                                                  std::int64_t first,
                                                  std::int64_t last) const {
  const auto found = contigs_.find(genotype::plain_chromosome(contig));
  if (found == contigs_.end()) return {};
  const auto& positions = found->second.first;
  const auto begin = std::lower_bound(positions.begin(), positions.end(), first);
  const auto end = std::upper_bound(begin, positions.end(), last);
  return std::span(found->second.sites)
      .subspan(static_cast<std::size_t>(begin - positions.begin()),
               static_cast<std::size_t>(end - begin));
}

}  // namespace gcrisk::recommend
