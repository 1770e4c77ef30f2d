// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "io/vcf_site.hpp"

#include <algorithm>

#include "gcrisk/base/text.hpp"

namespace gcrisk::io {

namespace {

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool is_bases(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_letter);
}

bool has_space(std::string_view text) {
  return text.find_first_of(" \t\v\f\r") != std::string_view::npos;
}

// <DEL>, <DUP:TANDEM>, <*>.
bool is_symbolic(std::string_view text) {
  return text.size() > 2 && text.front() == '<' && text.back() == '>' &&
         text.substr(1, text.size() - 2).find_first_of("<> ,") == std::string_view::npos;
}

// "]1:100]AGT", "AGT[1:100[", with the bases before or after two equal brackets.
bool is_breakend(std::string_view text) {
  const std::size_t open = text.find_first_of("[]");
  if (open == std::string_view::npos) return false;
  const std::size_t close = text.find_first_of("[]", open + 1);
  if (close == std::string_view::npos || text[close] != text[open]) return false;
  if (text.find_first_of("[]", close + 1) != std::string_view::npos || close == open + 1) {
    return false;
  }
  const auto is_end = [](std::string_view bases) { return bases == "." || is_bases(bases); };
  return (open == 0 && is_end(text.substr(close + 1))) ||
         (close + 1 == text.size() && is_end(text.substr(0, open)));
}

// ".A" or "A.": a breakend whose other side is not known.
bool is_single_breakend(std::string_view text) {
  return (text.starts_with('.') && is_bases(text.substr(1))) ||
         (text.ends_with('.') && is_bases(text.substr(0, text.size() - 1)));
}

bool is_reference_placeholder(std::string_view alt) { return alt == "<NON_REF>" || alt == "<*>"; }

}  // namespace

std::string_view check_chromosome(std::string_view text) {
  if (text.empty() || has_space(text)) {
    throw RecordFault{"CHROM is '" + std::string(text) + "', expected a contig name without spaces",
                      "mend the record"};
  }
  if ((text.front() == '<') != (text.back() == '>')) {
    throw RecordFault{"CHROM is '" + std::string(text) + "', expected a name or <name>",
                      "mend the record"};
  }
  return text;
}

std::int64_t parse_position(std::string_view text) {
  std::int64_t value = 0;
  bool good = !text.empty() && text.size() <= 18;
  for (const char c : text) {
    good = good && c >= '0' && c <= '9';
    value = good ? value * 10 + (c - '0') : 0;
  }
  if (!good) {
    throw RecordFault{"POS is '" + std::string(text.substr(0, 40)) + "', expected a whole number",
                      "mend the record"};
  }
  return value;
}

void check_id(std::string_view text) {
  if (text.empty() || has_space(text)) {
    throw RecordFault{
        "ID is '" + std::string(text.substr(0, 40)) + "', expected '.' or a name without spaces",
        "mend the record, or drop its ID: bcftools annotate -x ID"};
  }
}

void check_alleles(const VcfSite& site) {
  if (!is_bases(site.ref)) {
    throw RecordFault{"REF is '" + std::string(site.ref.substr(0, 40)) + "', expected bases",
                      "mend the record: bcftools norm -c s -f REFERENCE"};
  }
  for (const std::string_view alt : site.alts) {
    if (is_bases(alt) || alt == "*" || is_symbolic(alt) || is_breakend(alt) ||
        is_single_breakend(alt)) {
      continue;
    }
    throw RecordFault{"ALT holds '" + std::string(alt.substr(0, 40)) +
                          "', expected bases, '*', '<NAME>', a breakend or '.'",
                      "mend the record"};
  }
}

SiteRules::SiteRules(const VcfOptions& options)
    : pass_only_(options.pass_only), split_(options.split_multiallelic) {
  for (const GenomicRegion& region : options.regions) {
    regions_[genotype::plain_chromosome(region.chromosome)].emplace_back(region.first_bp,
                                                                         region.last_bp);
  }
  for (auto& [chromosome, spans] : regions_) {
    std::sort(spans.begin(), spans.end());
    std::size_t kept = 0;
    for (const auto& span : spans) {
      if (kept > 0 && span.first <= spans[kept - 1].second) {
        spans[kept - 1].second = std::max(spans[kept - 1].second, span.second);
      } else {
        spans[kept++] = span;
      }
    }
    spans.resize(kept);
  }
}

bool SiteRules::in_regions(std::string_view chromosome, std::int64_t position_bp) const {
  if (regions_.empty()) return true;
  const Spans* spans = spans_of(chromosome);
  if (spans == nullptr) return false;
  const auto after = std::upper_bound(
      spans->begin(), spans->end(), position_bp, [](std::int64_t position, const auto& span) {
        return position < span.first;
      });
  return after != spans->begin() && position_bp <= std::prev(after)->second;
}

const SiteRules::Spans* SiteRules::spans_of(std::string_view chromosome) const {
  const auto found = regions_.find(genotype::plain_chromosome(chromosome));
  return found == regions_.end() ? nullptr : &found->second;
}

void SiteRules::choose_rows(const VcfSite& site, std::vector<int>& rows, VcfCounts& counts) const {
  rows.clear();
  if (pass_only_ && !site.passed) {
    ++counts.failed_filter;
    return;
  }
  if (site.alts.size() <= 1) {
    if (!site.alts.empty() && is_reference_placeholder(site.alts[0])) {
      ++counts.reference_blocks;
    } else {
      rows.push_back(1);
    }
    return;
  }
  std::uint64_t placeholders = 0;
  std::size_t n_observed = 0;
  for (std::size_t i = 0; i < site.alts.size(); ++i) {
    const bool star = site.alts[i] == "*";
    const bool reference = is_reference_placeholder(site.alts[i]);
    n_observed += !reference;
    if (star || reference) {
      ++placeholders;
    } else {
      rows.push_back(static_cast<int>(i + 1));
    }
  }
  if (n_observed > 1 && !split_) {
    ++counts.multiallelic_skipped;
    rows.clear();
    return;
  }
  counts.placeholder_alleles += placeholders;
  if (rows.size() > 1) ++counts.multiallelic_split;
}

genotype::Variant SiteRules::variant_of(const VcfSite& site, int alt) {
  genotype::Variant variant;
  variant.chromosome = site.chromosome;
  variant.position_bp = site.position_bp;
  variant.a1 = site.alts.empty() ? "." : site.alts[static_cast<std::size_t>(alt - 1)];
  variant.a2 = site.ref;
  if (site.id != ".") {
    variant.id = site.id;
  } else {
    variant.id.reserve(variant.chromosome.size() + variant.a1.size() + variant.a2.size() + 14);
    variant.id.append(site.chromosome).append(":");
    variant.id.append(std::to_string(site.position_bp)).append(":");
    variant.id.append(site.ref).append(":").append(variant.a1);
  }
  return variant;
}

}  // namespace gcrisk::io
