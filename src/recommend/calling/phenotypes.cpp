// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include "gcrisk/base/text.hpp"
#include "gcrisk/recommend/caller.hpp"

namespace gcrisk::recommend {

namespace {

constexpr std::string_view kAtLeast = "≥";
constexpr const char* kNotGiven = "n/a";

// "≥3.0": at least 3.
struct Score {
  double value = 0;
  bool at_least = false;
  bool known = false;
};

Score parse_score(std::string_view text) {
  Score score;
  if (text.starts_with(kAtLeast)) {
    score.at_least = true;
    text.remove_prefix(kAtLeast.size());
  }
  const auto value = base::parse_number(text);
  if (!value) return {};
  score.value = *value;
  score.known = true;
  return score;
}

std::string score_text(const Score& score) {
  if (!score.known) return kNotGiven;
  std::string text = base::format_number(score.value, 4);
  if (text.find('.') == std::string::npos) text += ".0";
  return (score.at_least ? std::string(kAtLeast) : "") + text;
}

}  // namespace

std::string phenotype_of_score(const PgxGene& gene, std::string_view text) {
  const Score score = parse_score(text);
  if (!score.known) return "Indeterminate";
  for (const ScoreRange& range : gene.ranges) {
    if (score.value >= range.low && score.value <= range.high) return range.phenotype;
  }
  return "Indeterminate";
}

void add_phenotype(const PgxGene& gene,
                   Diplotype& diplotype,
                   std::string_view value_first,
                   std::string_view value_second) {
  diplotype.phenotype = kNotGiven;
  switch (gene.phenotype) {
    case PhenotypeMethod::kFunctionPair: {
      if (diplotype.second.empty()) {
        const auto found = gene.singles.find(diplotype.function_first);
        if (found != gene.singles.end()) diplotype.phenotype = found->second;
        return;
      }
      if (diplotype.function_first.empty() || diplotype.function_second.empty()) return;
      const auto [low, high] = std::minmax(diplotype.function_first, diplotype.function_second);
      const auto found = gene.pairs.find(low + "|" + high);
      if (found != gene.pairs.end()) diplotype.phenotype = found->second;
      return;
    }
    case PhenotypeMethod::kActivityScore: {
      if (value_first.empty() || value_second.empty()) {
        diplotype.activity_score = kNotGiven;
        return;
      }
      const Score first = parse_score(value_first);
      const Score second = parse_score(value_second);
      diplotype.activity_score = score_text({.value = first.value + second.value,
                                             .at_least = first.at_least || second.at_least,
                                             .known = first.known && second.known});
      diplotype.phenotype = phenotype_of_score(gene, diplotype.activity_score);
      return;
    }
    case PhenotypeMethod::kAllelePresence:
    case PhenotypeMethod::kNone: return;
  }
}

Diplotype make_diplotype(const PgxGene& gene,
                         std::string first,
                         const NamedAllele& decides_first,
                         std::string second,
                         const NamedAllele& decides_second) {
  Diplotype result;
  result.first = std::move(first);
  result.second = std::move(second);
  result.function_first = decides_first.function;
  result.function_second = decides_second.function;
  add_phenotype(gene, result, decides_first.activity_value, decides_second.activity_value);
  return result;
}

Diplotype make_diplotype(const PgxGene& gene, const NamedAllele& first, const NamedAllele* second) {
  const auto name = [](const NamedAllele& allele) {
    return allele.reported_as.empty() ? allele.name : allele.reported_as;
  };
  if (second == nullptr) {
    Diplotype result;
    result.first = name(first);
    result.function_first = first.function;
    add_phenotype(gene, result, first.activity_value, {});
    return result;
  }
  const bool swap = allele_name_less(name(*second), name(first));
  const NamedAllele& one = swap ? *second : first;
  const NamedAllele& two = swap ? first : *second;
  return make_diplotype(gene, name(one), one, name(two), two);
}

Outcome no_result() { return {.phenotype = "", .activity_score = "", .lookup = {"No Result"}}; }

Outcome outcome_of(const PgxGene& gene, const Diplotype& diplotype) {
  Outcome outcome{diplotype.phenotype, diplotype.activity_score, {}};
  switch (gene.phenotype) {
    case PhenotypeMethod::kFunctionPair: outcome.lookup = {diplotype.phenotype}; break;
    case PhenotypeMethod::kActivityScore: outcome.lookup = {diplotype.activity_score}; break;
    case PhenotypeMethod::kAllelePresence:
    case PhenotypeMethod::kNone: outcome.lookup = {diplotype.name()}; break;
  }
  return outcome;
}

bool allele_name_less(std::string_view a, std::string_view b) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  // The reference comes first by whatever name; names come as text, numbers as numbers.
  const auto is_reference = [](std::string_view name) {
    return name == "Reference" || name == "B (reference)" || name.find(" reference (") != name.npos;
  };
  if (is_reference(a) != is_reference(b)) return is_reference(a);
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      std::size_t end_a = i;
      std::size_t end_b = j;
      while (end_a < a.size() && is_digit(a[end_a])) ++end_a;
      while (end_b < b.size() && is_digit(b[end_b])) ++end_b;
      if (end_a - i != end_b - j) return end_a - i < end_b - j;
      const int order = a.substr(i, end_a - i).compare(b.substr(j, end_b - j));
      if (order != 0) return order < 0;
      i = end_a;
      j = end_b;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

}  // namespace gcrisk::recommend
