// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gcrisk/recommend/caller.hpp"

namespace gcrisk::recommend {

namespace {

// Calls kept of one gene; above, all are dropped and collected anew. The limit is in positions,
// which is what a call is made of.
constexpr std::size_t kMostPositionsKept = 16384;

template <typename Value>
struct Memory {
  std::unordered_map<std::string, std::shared_ptr<const Value>> known;
};

VariantCall call_variant(const PgxVariant& variant,
                         const PanelSite& site,
                         const SiteStates& states,
                         const SiteObservation& seen) {
  VariantCall call;
  call.id = variant.id;
  call.gene = variant.gene;
  call.rsid = variant.rsid;
  call.name = variant.name;
  call.contig = variant.contig;
  call.position_bp = site.position_bp;
  call.position38_bp = variant.position38_bp;
  call.reference = variant.reference38;
  call.alternative = variant.alternative38;
  call.state = seen.state;
  call.why = seen.why;
  if (!seen.read()) return call;
  const std::string& first = states.bases()[static_cast<std::size_t>(seen.first)];
  const std::string& second = states.bases()[static_cast<std::size_t>(seen.second)];
  call.strands = seen.strands;
  call.copies = static_cast<int>(first == variant.alternative38) +
                static_cast<int>(seen.strands == 2 && second == variant.alternative38);
  const bool bar = seen.phased && seen.heterozygous();
  call.genotype = seen.strands == 1 ? first : first + (bar ? "|" : "/") + second;
  return call;
}

}  // namespace

struct PersonCaller::State {
  const PgxTables& tables;
  const SiteReader& reader;
  std::span<const GeneCaller> callers;
  CallOptions options;

  std::vector<std::vector<std::size_t>> gene_sites;  // of each gene, by position
  std::vector<Memory<GeneCall>> genes;
  std::vector<std::size_t> variant_sites;  // of each variant; npos: not of this file
  Memory<std::vector<VariantCall>> variants;
  std::string key;
  std::vector<SiteView> views;

  // The codes of some sites as a key: equal codes are equal genotypes.
  const std::string& key_of(const std::vector<std::size_t>& sites,
                            std::span<const std::uint16_t> codes) {
    key.clear();
    for (const std::size_t site : sites) {
      const std::uint16_t code = site == SitePanel::npos ? std::uint16_t{0} : codes[site];
      key.push_back(static_cast<char>(code & 0xFF));
      key.push_back(static_cast<char>(code >> 8));
    }
    return key;
  }

  std::shared_ptr<const GeneCall> call_gene(std::size_t g, std::span<const std::uint16_t> codes) {
    const auto& sites = gene_sites[g];
    auto& known = genes[g].known;
    const std::string& wanted = key_of(sites, codes);
    if (const auto found = known.find(wanted); found != known.end()) return found->second;
    views.clear();
    for (const std::size_t site : sites) {
      views.push_back({&reader.panel().sites()[site],
                       &reader.states(site),
                       &reader.states(site).at(codes[site])});
    }
    auto call = std::make_shared<const GeneCall>(callers[g].call(views, options));
    if (known.size() * (sites.size() + 1) > kMostPositionsKept) known.clear();
    known.emplace(wanted, call);
    return call;
  }

  std::shared_ptr<const std::vector<VariantCall>> call_variants(
      std::span<const std::uint16_t> codes) {
    const std::string& wanted = key_of(variant_sites, codes);
    if (const auto found = variants.known.find(wanted); found != variants.known.end()) {
      return found->second;
    }
    auto calls = std::make_shared<std::vector<VariantCall>>();
    for (std::size_t v = 0; v < variant_sites.size(); ++v) {
      const std::size_t site = variant_sites[v];
      if (site == SitePanel::npos) continue;
      const SiteStates& states = reader.states(site);
      calls->push_back(call_variant(
          tables.variants[v], reader.panel().sites()[site], states, states.at(codes[site])));
    }
    if (variants.known.size() * (variant_sites.size() + 1) > kMostPositionsKept) {
      variants.known.clear();
    }
    variants.known.emplace(wanted, calls);
    return calls;
  }
};

PersonCaller::PersonCaller(const PgxTables& tables,
                           const SiteReader& reader,
                           std::span<const GeneCaller> callers,
                           CallOptions options)
    : state_(std::make_unique<State>(
          State{tables, reader, callers, options, {}, {}, {}, {}, {}, {}})) {
  const SitePanel& panel = reader.panel();
  state_->genes.resize(callers.size());
  for (std::size_t g = 0; g < callers.size(); ++g) {
    auto& sites = state_->gene_sites.emplace_back();
    for (std::size_t p = 0; panel.of_position(g, p) != SitePanel::npos; ++p) {
      sites.push_back(panel.of_position(g, p));
    }
  }
  for (std::size_t v = 0; v < tables.variants.size(); ++v) {
    state_->variant_sites.push_back(panel.of_variant(v));
  }
}

PersonCaller::~PersonCaller() = default;
PersonCaller::PersonCaller(PersonCaller&&) noexcept = default;

PersonCalls PersonCaller::call(std::string sample_id, std::span<const std::uint16_t> codes) {
  PersonCalls result;
  result.sample_id = std::move(sample_id);
  result.build = name_of(state_->reader.panel().build());
  result.assumed_reference = state_->options.assume_reference;
  result.genes.reserve(state_->callers.size());
  for (std::size_t g = 0; g < state_->callers.size(); ++g) {
    result.genes.push_back(state_->call_gene(g, codes));
  }
  result.variants = state_->call_variants(codes);
  return result;
}

}  // namespace gcrisk::recommend
