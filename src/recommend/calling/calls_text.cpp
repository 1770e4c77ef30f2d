// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/recommend/calls_text.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

namespace {

constexpr std::array<std::string_view, 14> kColumns = {"#IID",
                                                       "GENE",
                                                       "BUILD",
                                                       "DIPLOTYPES",
                                                       "COMPONENTS",
                                                       "DECISION_DIPLOTYPE",
                                                       "PHENOTYPE",
                                                       "ACTIVITY_SCORE",
                                                       "FIRMNESS",
                                                       "N_MISSING",
                                                       "MISSING",
                                                       "ALLELES_NOT_EXCLUDED",
                                                       "WARNINGS",
                                                       "USE"};

constexpr std::string_view kAssumed =
    "ASSUMED REFERENCE: positions that were not read were taken for the reference";

// Tabs and line ends of names from a file must not break the table.
void append_cell(std::string& out, std::string_view text) {
  if (!out.empty() && out.back() != '\n') out.push_back('\t');
  if (text.empty()) {
    out += "NA";
    return;
  }
  for (const char c : text) out.push_back(c == '\t' || c == '\n' || c == '\r' ? ' ' : c);
}

std::string joined_outcomes(const GeneCall& call, std::string Outcome::*member) {
  std::vector<std::string> texts;
  for (const Outcome& outcome : call.outcomes) {
    const std::string& text = outcome.*member;
    if (!text.empty() && std::find(texts.begin(), texts.end(), text) == texts.end()) {
      texts.push_back(text);
    }
  }
  return base::join(texts, " OR ");
}

std::string position_text(const SiteEvidence& site) {
  return site.contig + ":" + std::to_string(site.position_bp);
}

}  // namespace

std::string calls_header() {
  std::string header;
  for (const std::string_view column : kColumns) {
    if (!header.empty()) header.push_back('\t');
    header += column;
  }
  return header;
}

void append_call_rows(std::string& out, const PersonCalls& person) {
  for (const auto& shared : person.genes) {
    const GeneCall& call = *shared;
    std::vector<std::string> missing;
    for (const SiteEvidence& site : call.sites) {
      if (site.state != SiteState::kRead) missing.push_back(position_text(site));
    }
    std::vector<std::string> open;
    for (const OpenAllele& allele : call.alleles_not_excluded) open.push_back(allele.name);
    std::vector<std::string> warnings;
    if (person.assumed_reference) warnings.emplace_back(kAssumed);
    if (!call.why_not.empty()) warnings.push_back(call.why_not);
    warnings.insert(warnings.end(), call.to_tell_apart.begin(), call.to_tell_apart.end());
    for (const std::string& warning : call.warnings) {
      if (warning != call.why_not) warnings.push_back(warning);
    }
    warnings.insert(warnings.end(), person.warnings.begin(), person.warnings.end());

    if (!out.empty() && out.back() != '\n') out.push_back('\n');
    append_cell(out, person.sample_id);
    append_cell(out, call.gene);
    append_cell(out, person.build);
    std::vector<std::string> diplotypes;
    for (const Diplotype& diplotype : call.diplotypes) diplotypes.push_back(diplotype.name());
    append_cell(out, base::join(diplotypes, " OR "));
    append_cell(out, base::join(call.components, " OR "));
    append_cell(out, call.decision ? call.decision->name() : "");
    append_cell(out, joined_outcomes(call, &Outcome::phenotype));
    append_cell(out, joined_outcomes(call, &Outcome::activity_score));
    append_cell(out, name_of(call.firmness));
    append_cell(out, std::to_string(missing.size()));
    append_cell(out, base::join(missing, ","));
    append_cell(out, base::join(open, ","));
    append_cell(out, base::join(warnings, "; "));
    append_cell(out, kResearchUse);
    out.push_back('\n');
  }
}

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      default:
        if (code < 0x20 || c == '<' || c == '>' || c == '&') {
          out += "\\u00";
          out.push_back(kHex[code >> 4]);
          out.push_back(kHex[code & 15]);
        } else {
          out.push_back(c);
        }
    }
  }
  out.push_back('"');
}

namespace {

class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_.push_back('{'); }
  ~Object() { out_.push_back('}'); }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  void key(std::string_view name) {
    if (!first_) out_.push_back(',');
    first_ = false;
    append_json_string(out_, name);
    out_.push_back(':');
  }
  void text(std::string_view name, std::string_view value) {
    key(name);
    append_json_string(out_, value);
  }
  void number(std::string_view name, std::int64_t value) {
    key(name);
    out_ += std::to_string(value);
  }
  void flag(std::string_view name, bool value) {
    key(name);
    out_ += value ? "true" : "false";
  }
  template <typename Range, typename Write>
  void list(std::string_view name, const Range& range, const Write& write) {
    key(name);
    out_.push_back('[');
    bool first = true;
    for (const auto& value : range) {
      if (!first) out_.push_back(',');
      first = false;
      write(value);
    }
    out_.push_back(']');
  }
  void texts(std::string_view name, const std::vector<std::string>& values) {
    list(name, values, [&](const std::string& value) { append_json_string(out_, value); });
  }

 private:
  std::string& out_;
  bool first_ = true;
};

void append_diplotype(std::string& out, const Diplotype& diplotype) {
  Object object(out);
  object.text("name", diplotype.name());
  std::vector<std::string> alleles = {diplotype.first};
  std::vector<std::string> functions = {diplotype.function_first};
  if (!diplotype.second.empty()) {
    alleles.push_back(diplotype.second);
    functions.push_back(diplotype.function_second);
  }
  object.texts("alleles", alleles);
  object.texts("functions", functions);
  object.text("phenotype", diplotype.phenotype);
  if (!diplotype.activity_score.empty()) object.text("activity_score", diplotype.activity_score);
}

void append_site(std::string& out, const SiteEvidence& site) {
  Object object(out);
  object.text("position", site.contig + ":" + std::to_string(site.position_bp));
  if (!site.rsid.empty()) object.text("rsid", site.rsid);
  object.text("state", name_of(site.state));
  if (site.state == SiteState::kRead) {
    object.text("reference", site.reference);
    object.text("genotype", site.genotype);
  } else {
    object.text("why", site.why);
    object.texts("alleles_left_open", site.alleles_left_open);
    if (site.taken_as_reference) object.flag("taken_as_reference", true);
  }
}

bool is_reference(const SiteEvidence& site) {
  return site.state == SiteState::kRead && (site.genotype == site.reference ||
                                            site.genotype == site.reference + "/" + site.reference);
}

}  // namespace

void append_call_json(std::string& out, const GeneCall& call) {
  Object object(out);
  const auto diplotype = [&](const Diplotype& value) { append_diplotype(out, value); };
  object.text("gene", call.gene);
  object.text("firmness", name_of(call.firmness));
  object.text("source", name_of(call.source));
  object.list("diplotypes", call.diplotypes, diplotype);
  if (!call.alternatives.empty()) object.list("alternatives", call.alternatives, diplotype);
  if (!call.components.empty()) object.texts("components", call.components);
  if (call.decision) {
    object.key("decision_diplotype");
    append_diplotype(out, *call.decision);
  }
  object.list("outcomes", call.outcomes, [&](const Outcome& outcome) {
    Object each(out);
    each.text("phenotype", outcome.phenotype);
    if (!outcome.activity_score.empty()) each.text("activity_score", outcome.activity_score);
    each.texts("lookup", outcome.lookup);
  });
  std::vector<std::reference_wrapper<const SiteEvidence>> sites;
  std::int64_t read = 0;
  for (const SiteEvidence& site : call.sites) {
    read += site.state == SiteState::kRead ? 1 : 0;
    if (!is_reference(site)) sites.emplace_back(site);
  }
  object.number("positions", static_cast<std::int64_t>(call.sites.size()));
  object.number("positions_read", read);
  object.list("sites", sites, [&](const SiteEvidence& site) { append_site(out, site); });
  object.list("alleles_not_excluded", call.alleles_not_excluded, [&](const OpenAllele& allele) {
    Object each(out);
    each.text("name", allele.name);
    each.text("function", allele.function);
    each.flag("changes_phenotype", allele.changes_phenotype);
    each.texts("phenotypes", allele.phenotypes);
  });
  if (!call.to_tell_apart.empty()) object.texts("to_tell_apart", call.to_tell_apart);
  object.texts("warnings", call.warnings);
  if (!call.why_not.empty()) object.text("why_not", call.why_not);
  if (call.cis_or_trans_unknown) object.flag("cis_or_trans_unknown", true);
  if (call.assumed_reference) object.flag("assumed_reference", true);
}

void append_variants_json(std::string& out, const PersonCalls& person) {
  out.push_back('[');
  bool first = true;
  if (person.variants) {
    for (const VariantCall& variant : *person.variants) {
      const bool told = variant.state == SiteState::kUnusable || variant.copies > 0;
      if (!told) continue;
      if (!first) out.push_back(',');
      first = false;
      Object object(out);
      object.text("id", variant.id);
      object.text("gene", variant.gene);
      object.text("name", variant.name);
      object.text("position", variant.contig + ":" + std::to_string(variant.position_bp));
      object.text("state", name_of(variant.state));
      if (variant.read()) {
        object.text("genotype", variant.genotype);
        object.text("alternative", variant.alternative);
        object.number("copies", variant.copies);
      } else {
        object.text("why", variant.why);
      }
    }
  }
  out.push_back(']');
}

}  // namespace gcrisk::recommend
