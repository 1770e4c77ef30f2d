// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gcrisk/base/text.hpp"
#include "recommend/calling/gene_model.hpp"

namespace gcrisk::recommend {

namespace {

using Model = GeneCaller::Model;

std::string genotype_text(const SiteView& view) {
  const SiteObservation& seen = *view.seen;
  if (!seen.read()) return {};
  const auto& bases = view.states->bases();
  const std::string& first = bases[static_cast<std::size_t>(seen.first)];
  if (seen.strands == 1) return first;
  const std::string& second = bases[static_cast<std::size_t>(seen.second)];
  if (seen.phased && seen.heterozygous()) return first + "|" + second;
  // The reference first, then by the alphabet: numbers depend on the order of the records.
  const bool turn = seen.first != 0 && (seen.second == 0 || second < first);
  return turn ? second + "/" + first : first + "/" + second;
}

void add_sites(const Model& model,
               const GeneReading& reading,
               std::span<const SiteView> views,
               GeneCall& call) {
  call.sites.reserve(model.positions.size());
  for (std::size_t s = 0; s < model.positions.size(); ++s) {
    const SiteView& view = views[model.positions[s]];
    SiteEvidence& evidence = call.sites.emplace_back();
    evidence.contig = view.site->contig;
    evidence.position_bp = view.site->position_bp;
    evidence.position38_bp = view.site->position38_bp;
    evidence.rsid = view.site->rsid;
    evidence.reference = view.site->reference;
    evidence.state = view.seen->state;
    evidence.why = view.seen->why;
    evidence.genotype = genotype_text(view);
    evidence.taken_as_reference = reading.sites[s].assumed;
    if (view.seen->read() && !reading.sites[s].read) {
      evidence.state = SiteState::kUnusable;
      evidence.why = "two alleles, where other positions of the X chromosome have one strand";
    }
  }
}

void add_diplotype(std::vector<Diplotype>& list, Diplotype diplotype) {
  for (const Diplotype& known : list) {
    if (known.first == diplotype.first && known.second == diplotype.second) return;
  }
  list.push_back(std::move(diplotype));
}

// Positions that were not read and where two pairs of alleles differ.
std::string what_tells_apart(const Model& model,
                             const GeneReading& reading,
                             std::span<const SiteView> views,
                             std::span<const Fit> fits) {
  std::vector<std::string> places;
  for (std::size_t s = 0; s < reading.sites.size(); ++s) {
    if (reading.sites[s].read) continue;
    const auto bases_at = [&](const Fit& fit) {
      std::uint64_t bases = 0;
      for (const std::size_t a : {fit.first, fit.second}) {
        if (a == SIZE_MAX) continue;
        std::uint64_t here = 1;
        for (const auto& cell : model.cells[a]) {
          if (cell.site == s) here = cell.stands_for;
        }
        bases |= here;
      }
      return bases;
    };
    const std::uint64_t first = bases_at(fits.front());
    if (std::any_of(
            fits.begin(), fits.end(), [&](const Fit& fit) { return bases_at(fit) != first; })) {
      places.push_back(place_of(views[model.positions[s]]));
    }
  }
  if (places.empty()) return "phased genotypes would tell them apart";
  return "reading " + base::join(places, ", ") + " would tell them apart";
}

bool has_unread_variant(const Model& model, const GeneReading& reading, const Fit& fit) {
  for (const std::size_t a : {fit.first, fit.second}) {
    if (a == SIZE_MAX) continue;
    for (const auto& cell : model.cells[a]) {
      if (!reading.sites[cell.site].read && cell.stands_for > 1) return true;
    }
  }
  return false;
}

Diplotype diplotype_of(const Model& model, const Fit& fit) {
  const auto& alleles = model.gene.alleles;
  return make_diplotype(
      model.gene, alleles[fit.first], fit.second == SIZE_MAX ? nullptr : &alleles[fit.second]);
}

// A table settles some sets of pairs that one unphased genotype has (NAT2).
void settle_by_priority(const Model& model, GeneCall& call) {
  std::vector<std::string> names;
  for (const Diplotype& diplotype : call.diplotypes) names.push_back(diplotype.name());
  std::sort(names.begin(), names.end());
  for (const auto& [possible, pick] : model.gene.unphased_priorities) {
    if (possible != names) continue;
    const std::string& chosen = pick;
    std::vector<Diplotype> others;
    for (Diplotype& diplotype : call.diplotypes) {
      if (diplotype.name() != pick) others.push_back(std::move(diplotype));
    }
    call.warnings.push_back(
        "without phase " + base::join(names, " or ") + " fits; " + pick +
        " is taken, as the table of unphased priorities says; phased genotypes would tell");
    std::erase_if(call.diplotypes, [&chosen](const Diplotype& d) { return d.name() != chosen; });
    call.alternatives.insert(call.alternatives.begin(), others.begin(), others.end());
    return;
  }
}

// Returns whether the call must stay open.
bool call_exact(const Model& model,
                const GeneReading& reading,
                std::span<const SiteView> views,
                AlleleBits& taken,
                GeneCall& call) {
  const std::vector<Fit> fits = fitting_pairs(model, reading);
  if (fits.empty()) {
    call.why_not = "no pair of named alleles explains the genotypes";
    return true;
  }
  std::vector<Fit> best;
  for (const Fit& fit : fits) {
    if (fit.score != fits.front().score) break;
    best.push_back(fit);
    add_diplotype(call.diplotypes, diplotype_of(model, fit));
    taken.set(fit.first);
    if (fit.second != SIZE_MAX) taken.set(fit.second);
  }
  settle_by_priority(model, call);
  const bool settled = !call.alternatives.empty();
  bool open = false;
  const auto other_outcome = [&](const Diplotype& diplotype) {
    return std::none_of(call.diplotypes.begin(), call.diplotypes.end(), [&](const Diplotype& d) {
      return d.phenotype == diplotype.phenotype && d.activity_score == diplotype.activity_score;
    });
  };
  for (const Diplotype& other : call.alternatives) open |= other_outcome(other);
  for (std::size_t i = best.size(); i < fits.size(); ++i) {
    Diplotype other = diplotype_of(model, fits[i]);
    if (other_outcome(other)) {
      if (has_unread_variant(model, reading, fits[i])) open = true;
      if (call.warnings.size() < 20) {
        call.warnings.push_back(other.name() + " (" + other.phenotype +
                                ") fits too and is less likely; phased genotypes would tell");
      }
    }
    add_diplotype(call.alternatives, std::move(other));
  }
  if (call.diplotypes.size() > 1 && !settled) {
    call.to_tell_apart.push_back(call.diplotypes_text() + ": " +
                                 what_tells_apart(model, reading, views, best));
  }
  return open;
}

// Is an allele one of those on a strand, "c.62G>A" or "[c.62G>A + c.85T>C]"?
bool carries(const std::string& strand, const std::string& allele) {
  if (!strand.starts_with('[')) return strand == allele;
  const std::string inside = " + " + strand.substr(1, strand.size() - 2) + " + ";
  return inside.find(" + " + allele + " + ") != std::string::npos;
}

// SLCO1B1 has advice for its one position rs4149056 alone.
bool call_by_fallback(const Model& model,
                      const GeneReading& reading,
                      std::span<const SiteView> views,
                      GeneCall& call) {
  const std::size_t s = model.fallback_site;
  if (s == SIZE_MAX || reading.half_call_seen || !reading.sites[s].read ||
      reading.unknown_at == s) {
    return false;
  }
  const NamedAllele* normal = model.gene.reference();
  const NamedAllele* variant = model.gene.allele("*5");
  if (normal == nullptr || variant == nullptr) return false;
  const auto of = [&](int base) { return base == 0 ? normal : variant; };
  call.diplotypes = {
      make_diplotype(model.gene, *of(reading.sites[s].first), of(reading.sites[s].second))};
  call.warnings.push_back("no pair of named alleles fits (" + call.why_not +
                          "); the call rests on " + place_of(views[model.positions[s]]) +
                          " alone: T is read as *1, C as *5");
  call.why_not.clear();
  return true;
}

void add_outcomes(const PgxGene& gene, GeneCall& call) {
  const auto add = [&](const Diplotype& diplotype) {
    Outcome outcome = outcome_of(gene, diplotype);
    const bool known =
        std::any_of(call.outcomes.begin(), call.outcomes.end(), [&](const Outcome& other) {
          return other.phenotype == outcome.phenotype &&
                 other.activity_score == outcome.activity_score && other.lookup == outcome.lookup;
        });
    if (!known) call.outcomes.push_back(std::move(outcome));
  };
  if (!call.components.empty()) {
    add(*call.decision);
  } else {
    for (const Diplotype& diplotype : call.diplotypes) add(diplotype);
  }
  if (call.outcomes.empty()) call.outcomes.push_back(no_result());
}

}  // namespace

GeneCaller::GeneCaller(const PgxGene& gene) : model_(std::make_unique<const Model>(gene)) {}
GeneCaller::~GeneCaller() = default;
GeneCaller::GeneCaller(GeneCaller&&) noexcept = default;
const PgxGene& GeneCaller::gene() const noexcept { return model_->gene; }

GeneCall GeneCaller::call(std::span<const SiteView> views, const CallOptions& options) const {
  const Model& model = *model_;
  GeneCall call;
  call.gene = model.gene.name;
  if (model.gene.match == MatchMethod::kOutsideOnly) {
    call.source = CallSource::kNone;
    call.why_not = "not tested: a VCF cannot answer it, --outside-calls can";
    call.outcomes.push_back(no_result());
    return call;
  }
  call.source = CallSource::kVcf;
  GeneReading reading = read_gene(model, views, options);
  add_sites(model, reading, views, call);
  call.warnings = reading.warnings;
  call.assumed_reference = reading.assumed;
  AlleleBits taken;
  bool open = reading.unknown_base_taken;
  bool called = false;
  if (!reading.stop.empty()) {
    call.why_not = reading.stop;
  } else if (model.gene.match == MatchMethod::kLowestFunction) {
    open |= call_lowest_function(model, reading, views, call);
    called = true;
    for (std::size_t a = 0; a < model.gene.alleles.size(); ++a) {
      const std::string& name = model.gene.alleles[a].name;
      const bool on_strand =
          std::any_of(call.diplotypes.begin(), call.diplotypes.end(), [&](const Diplotype& d) {
            return carries(d.first, name) || carries(d.second, name);
          });
      const auto& found = call.components;
      taken.set(a, on_strand || std::find(found.begin(), found.end(), name) != found.end());
    }
  } else {
    open |= call_exact(model, reading, views, taken, call);
    called = !call.diplotypes.empty();
  }
  if (!called && call_by_fallback(model, reading, views, call)) {
    called = true;
    open = true;
  }
  for (std::size_t a = 0; a < model.gene.alleles.size(); ++a) {
    const NamedAllele& allele = model.gene.alleles[a];
    call.sub_alleles_merged |= taken.test(a) && !allele.is_reference && !allele.reported_as.empty();
  }
  add_outcomes(model.gene, call);
  add_open_alleles(model, reading, taken, call);
  if (!called) {
    call.firmness = Firmness::kNotDetermined;
    return call;
  }
  open |= call.outcomes.size() > 1;
  open |= std::any_of(call.alleles_not_excluded.begin(),
                      call.alleles_not_excluded.end(),
                      [](const OpenAllele& allele) { return allele.changes_phenotype; });
  call.firmness = open ? Firmness::kOpen : Firmness::kFirm;
  return call;
}

}  // namespace gcrisk::recommend
