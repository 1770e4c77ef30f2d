// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "gcrisk/base/text.hpp"
#include "recommend/calling/gene_model.hpp"

// DPYD and RYR1: every variant counts for itself, and the lowest function on each strand decides.
//
// One named allele of DPYD has two cells, HapB3. The intronic one is the cause and has an allele of
// its own; the exonic one is a tag of it. So: the cause alone is the intronic allele, both are
// HapB3, the tag alone counts only where the cause was not read.
namespace gcrisk::recommend {

namespace {

using Model = GeneCaller::Model;

// Lower is worse: the activity value where there is one, else MH-associated before uncertain
// before normal.
double rank_of(const NamedAllele& allele) {
  const auto value = base::parse_number(allele.activity_value);
  if (value) return *value;
  if (allele.function == "Malignant Hyperthermia associated") return 0;
  return allele.function == "Normal function" ? 2 : 1;
}

// A named allele with a cause and tags, as indices of sites and their bases.
struct Linked {
  std::size_t allele = 0;
  std::size_t cause_site = SIZE_MAX;
  int cause_base = 0;
  std::size_t cause_allele = SIZE_MAX;
  std::size_t tag_site = SIZE_MAX;
  int tag_base = 0;
};

class Variants {
 public:
  explicit Variants(const Model& model) : model_(model) {
    for (std::size_t a = 0; a < model.cells.size(); ++a) {
      if (!model.from_vcf.test(a) || model.gene.alleles[a].is_reference) continue;
      if (model.cells[a].size() == 1) alone_.push_back(a);
    }
    for (std::size_t a = 0; a < model.cells.size(); ++a) {
      if (!model.from_vcf.test(a) || model.gene.alleles[a].is_reference) continue;
      if (model.cells[a].size() != 2) continue;
      Linked linked{.allele = a};
      for (const Model::Cell& cell : model.cells[a]) {
        const std::size_t own = allele_of(cell.site, base_of(cell));
        if (own != SIZE_MAX) {
          linked.cause_site = cell.site;
          linked.cause_base = base_of(cell);
          linked.cause_allele = own;
        } else {
          linked.tag_site = cell.site;
          linked.tag_base = base_of(cell);
        }
      }
      if (linked.cause_site != SIZE_MAX && linked.tag_site != SIZE_MAX) linked_.push_back(linked);
    }
  }

  const std::vector<Linked>& linked() const { return linked_; }
  bool is_linked_site(std::size_t site) const {
    return std::any_of(linked_.begin(), linked_.end(), [&](const Linked& linked) {
      return linked.cause_site == site || linked.tag_site == site;
    });
  }
  // The allele that one base at one site is, or npos.
  std::size_t allele_of(std::size_t site, int base) const {
    for (const std::size_t a : alone_) {
      const Model::Cell& cell = model_.cells[a].front();
      if (cell.site == site && base_of(cell) == base) return a;
    }
    return SIZE_MAX;
  }

 private:
  static int base_of(const Model::Cell& cell) {
    int base = 0;
    while (base < 63 && (cell.stands_for >> base & 1U) == 0) ++base;
    return base;
  }

  const Model& model_;
  std::vector<std::size_t> alone_;
  std::vector<Linked> linked_;
};

struct Found {
  std::vector<std::size_t> alleles;
  bool tag_without_cause = false;
  bool tag_alone = false;
};

// What a number of copies of cause and tag amounts to: on one strand (0 or 1 each) or on both.
void add_linked(const Linked& linked,
                bool cause_read,
                std::size_t causes,
                bool tag_read,
                std::size_t tags,
                Found& found) {
  if (!cause_read) {
    found.tag_alone |= tags > 0;
    found.alleles.insert(found.alleles.end(), tags, linked.allele);
    return;
  }
  const std::size_t both = tag_read ? std::min(causes, tags) : 0;
  found.alleles.insert(found.alleles.end(), both, linked.allele);
  found.alleles.insert(found.alleles.end(), causes - both, linked.cause_allele);
  found.tag_without_cause |= tags > causes;
}

template <typename Copies>  // copies of (site, base)
Found find_variants(const Variants& variants,
                    const Model& model,
                    const GeneReading& reading,
                    const Copies& copies) {
  Found found;
  for (std::size_t s = 0; s < reading.sites.size(); ++s) {
    if (!reading.sites[s].read || variants.is_linked_site(s)) continue;
    for (int base = 1; base < static_cast<int>(model.n_known[s]); ++base) {
      const std::size_t n = copies(s, base);
      const std::size_t allele = n > 0 ? variants.allele_of(s, base) : SIZE_MAX;
      if (allele != SIZE_MAX) found.alleles.insert(found.alleles.end(), n, allele);
    }
  }
  for (const Linked& linked : variants.linked()) {
    const bool cause_read = reading.sites[linked.cause_site].read;
    const bool tag_read = reading.sites[linked.tag_site].read;
    add_linked(linked,
               cause_read,
               cause_read ? copies(linked.cause_site, linked.cause_base) : 0,
               tag_read,
               tag_read ? copies(linked.tag_site, linked.tag_base) : 0,
               found);
  }
  const auto& alleles = model.gene.alleles;
  std::sort(found.alleles.begin(), found.alleles.end(), [&](std::size_t a, std::size_t b) {
    return allele_name_less(alleles[a].name, alleles[b].name);
  });
  return found;
}

const NamedAllele& lowest(const Model& model, const std::vector<std::size_t>& alleles) {
  const NamedAllele* result = model.gene.reference();
  for (const std::size_t a : alleles) {
    const NamedAllele& allele = model.gene.alleles[a];
    if (result->is_reference || rank_of(allele) < rank_of(*result)) result = &allele;
  }
  return *result;
}

std::string strand_name(const Model& model, const std::vector<std::size_t>& alleles) {
  if (alleles.empty()) return model.gene.reference()->name;
  std::vector<std::string> names;
  for (const std::size_t a : alleles) names.push_back(model.gene.alleles[a].name);
  return names.size() == 1 ? names[0] : "[" + base::join(names, " + ") + "]";
}

void report_strands(const Model& model,
                    const std::vector<std::size_t>& first,
                    const std::vector<std::size_t>& second,
                    GeneCall& call) {
  std::array<const std::vector<std::size_t>*, 2> strands = {&first, &second};
  if (allele_name_less(strand_name(model, second), strand_name(model, first))) {
    std::swap(strands[0], strands[1]);
  }
  const NamedAllele& one = lowest(model, *strands[0]);
  const NamedAllele& two = lowest(model, *strands[1]);
  call.diplotypes = {make_diplotype(
      model.gene, strand_name(model, *strands[0]), one, strand_name(model, *strands[1]), two)};
  if (first.size() > 1 || second.size() > 1) {
    call.decision = make_diplotype(model.gene, one, &two);
  }
}

}  // namespace

bool call_lowest_function(const Model& model,
                          const GeneReading& reading,
                          std::span<const SiteView> views,
                          GeneCall& call) {
  const Variants variants(model);
  Found all;
  bool open = false;
  if (reading.n_phase_groups() <= 1) {
    std::array<Found, 2> strands;
    for (std::size_t strand = 0; strand < 2; ++strand) {
      strands[strand] =
          find_variants(variants, model, reading, [&](std::size_t s, int base) -> std::size_t {
            const GeneReading::Site& site = reading.sites[s];
            return (strand == 0 ? site.first : site.second) == base ? 1 : 0;
          });
      all.tag_alone |= strands[strand].tag_alone;
      all.tag_without_cause |= strands[strand].tag_without_cause;
    }
    report_strands(model, strands[0].alleles, strands[1].alleles, call);
  } else {
    all = find_variants(variants, model, reading, [&](std::size_t s, int base) -> std::size_t {
      const GeneReading::Site& site = reading.sites[s];
      return static_cast<std::size_t>(site.first == base) +
             static_cast<std::size_t>(site.second == base);
    });
    // Homozygous variants lie on both strands; one heterozygous one beside them is no question.
    std::vector<std::size_t> on_both;
    std::vector<std::size_t> on_one;
    for (std::size_t i = 0; i < all.alleles.size(); ++i) {
      if (i + 1 < all.alleles.size() && all.alleles[i + 1] == all.alleles[i]) {
        on_both.push_back(all.alleles[i++]);
      } else {
        on_one.push_back(all.alleles[i]);
      }
    }
    if (on_one.size() <= 1) {
      std::vector<std::size_t> other = on_both;
      on_both.insert(on_both.end(), on_one.begin(), on_one.end());
      report_strands(model, other, on_both, call);
    } else {
      for (const std::size_t a : all.alleles) {
        call.components.push_back(model.gene.alleles[a].name);
      }
      std::vector<std::size_t> by_rank = all.alleles;
      std::stable_sort(by_rank.begin(), by_rank.end(), [&](std::size_t a, std::size_t b) {
        return rank_of(model.gene.alleles[a]) < rank_of(model.gene.alleles[b]);
      });
      const NamedAllele& worst = model.gene.alleles[by_rank[0]];
      const NamedAllele& next = model.gene.alleles[by_rank[1]];
      call.decision = make_diplotype(model.gene, worst, &next);
      call.cis_or_trans_unknown = true;
      // All heterozygous ones on one strand is the other end of what may be.
      std::vector<std::size_t> together = on_both;
      together.insert(together.end(), on_one.begin(), on_one.end());
      const Diplotype cis =
          make_diplotype(model.gene, lowest(model, together), &lowest(model, on_both));
      std::string other;
      if (cis.phenotype != call.decision->phenotype ||
          cis.activity_score != call.decision->activity_score) {
        open = true;
        other = " (all on one strand: " + cis.phenotype +
                (cis.activity_score.empty() ? "" : ", score " + cis.activity_score) + ")";
      }
      call.to_tell_apart.push_back(
          "it is not known which of the variants lie on the same strand; the two lowest functions "
          "were taken, as if they lay on different ones" +
          other + "; phased genotypes would tell");
    }
  }
  for (const Linked& linked : variants.linked()) {
    const SiteView& cause = views[model.positions[linked.cause_site]];
    const SiteView& tag = views[model.positions[linked.tag_site]];
    const std::string& name = model.gene.alleles[linked.allele].name;
    open |= all.tag_alone || all.tag_without_cause;
    if (all.tag_alone) {
      call.warnings.push_back(name + " was taken from " + place_of(tag) +
                              " alone: the deciding position " + place_of(cause) + " was not read");
    }
    if (all.tag_without_cause) {
      call.warnings.push_back(place_of(tag) + " is present without " + place_of(cause) +
                              ", which decides: not counted as " + name);
    }
  }
  return open;
}

}  // namespace gcrisk::recommend
