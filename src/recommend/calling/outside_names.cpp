// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "recommend/calling/outside_names.hpp"

#include <algorithm>
#include <set>

#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

namespace {

std::string without_blanks(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c != ' ' && c != '[' && c != ']') result.push_back(c);
  }
  return result;
}

std::string without_gene(std::string_view gene, std::string text) {
  if (text.starts_with(gene)) text.erase(0, gene.size());
  // "B*57:01" for HLA-B.
  if (gene.starts_with("HLA-") && text.starts_with(gene.substr(4))) text.erase(0, gene.size() - 4);
  return text;
}

std::vector<std::string> parts_of(std::string_view name) {
  std::vector<std::string> parts;
  for (const auto each : base::split(name, '+')) parts.emplace_back(each);
  return parts;
}

// "*4.012" to "*4", also before a copy number ("*4.012x2").
std::string without_sub_allele(const std::string& name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) return name;
  const std::size_t copies = name.find('x', dot);
  return name.substr(0, dot) + (copies == std::string::npos ? "" : name.substr(copies));
}

}  // namespace

std::vector<std::string> split_diplotype(std::string_view text) {
  std::vector<std::string> names;
  for (const auto each : base::split(text, '/')) {
    const auto name = base::trim(each);
    if (name.empty()) return {};
    names.emplace_back(name);
  }
  if (names.size() > 2) return {};
  return names;
}

std::string plain_allele_name(std::string_view gene, std::string_view name) {
  std::vector<std::string> parts = parts_of(without_blanks(name));
  for (std::string& each : parts) each = without_gene(gene, each);
  return base::join(parts, " + ");
}

const NamedAllele* find_outside_allele(const PgxGene& gene, std::string_view name) {
  // Names of the tables that hold blanks and commas ("A- 202A_376G") come as they are.
  if (const NamedAllele* exact = gene.allele(base::trim(name))) return exact;
  const std::string plain = plain_allele_name(gene.name, name);
  if (const NamedAllele* exact = gene.allele(plain)) return exact;
  if (const NamedAllele* exact = gene.allele("m." + plain)) return exact;
  std::vector<std::string> wanted = parts_of(without_blanks(plain));
  for (std::string& each : wanted) each = without_sub_allele(each);
  const auto find = [&](const std::vector<std::string>& parts) -> const NamedAllele* {
    std::vector<std::string> sorted = parts;
    std::sort(sorted.begin(), sorted.end());
    for (const NamedAllele& allele : gene.alleles) {
      std::vector<std::string> other = parts_of(without_blanks(allele.name));
      std::sort(other.begin(), other.end());
      if (other == sorted) return &allele;
    }
    return nullptr;
  };
  if (const NamedAllele* found = find(wanted)) return found;
  // Three copies and more: "*1x3" is "*1x≥3" where the tables have no number of their own.
  bool changed = false;
  for (std::string& each : wanted) {
    const std::size_t x = each.find('x');
    if (x == std::string::npos) continue;
    std::string_view count = std::string_view(each).substr(x + 1);
    for (const std::string_view sign : {"≥", ">="}) {
      if (count.starts_with(sign)) count.remove_prefix(sign.size());
    }
    const auto copies = base::parse_integer(count);
    if (!copies) continue;
    if (*copies == 1) each.erase(x);
    if (*copies >= 3) each = each.substr(0, x) + "x≥3";
    changed = true;
  }
  return changed ? find(wanted) : nullptr;
}

std::optional<std::string> two_fields(std::string_view gene, std::string_view name) {
  std::string plain = without_gene(gene, without_blanks(name));
  if (!plain.starts_with('*')) plain.insert(0, "*");
  const auto fields = base::split(plain, ':');
  if (fields.size() < 2 || fields[0].size() < 2 || fields[1].empty()) return {};
  return std::string(fields[0]) + ":" + std::string(fields[1]);
}

std::vector<std::pair<std::string, bool>> parse_statuses(std::string_view gene,
                                                         std::string_view text) {
  std::vector<std::pair<std::string, bool>> result;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t end = std::min(text.find_first_of("+;,", at), text.size());
    const std::string_view each = base::trim(text.substr(at, end - at));
    at = end + 1;
    const std::size_t blank = each.rfind(' ');
    if (blank == std::string_view::npos) return {};
    const std::string status = base::to_lower(each.substr(blank + 1));
    const auto allele = two_fields(gene, each.substr(0, blank));
    if ((status != "positive" && status != "negative") || !allele) return {};
    result.emplace_back(*allele, status == "positive");
  }
  return result;
}

std::optional<std::string> known_phenotype(const PgxGene& gene, std::string_view text) {
  const std::string wanted = base::to_lower(base::trim(text));
  std::set<std::string> known = {"Indeterminate"};
  for (const auto& [key, phenotype] : gene.pairs) known.insert(phenotype);
  for (const auto& [key, phenotype] : gene.singles) known.insert(phenotype);
  for (const ScoreRange& range : gene.ranges) known.insert(range.phenotype);
  for (const std::string& phenotype : known) {
    const std::string lower = base::to_lower(phenotype);
    if (lower == wanted) return phenotype;
    // British spelling.
    std::string british = lower;
    const std::size_t z = british.find("metabolizer");
    if (z != std::string::npos) british.replace(z, 11, "metaboliser");
    if (british == wanted) return phenotype;
  }
  return {};
}

std::optional<std::string> plain_score(std::string_view text) {
  text = base::trim(text);
  if (base::to_lower(text) == "n/a") return "n/a";
  std::string sign;
  for (const std::string_view at_least : {"≥", ">="}) {
    if (!text.starts_with(at_least)) continue;
    text.remove_prefix(at_least.size());
    sign = "≥";
    break;
  }
  const auto value = base::parse_number(base::trim(text));
  if (!value || !(*value >= 0) || *value > 100) return {};
  std::string number = base::format_number(*value, 4);
  if (number.find('.') == std::string::npos) number += ".0";
  return sign + number;
}

}  // namespace gcrisk::recommend
