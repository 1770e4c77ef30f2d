// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/recommend/knowledge.hpp"

#include <fstream>
#include <iterator>

#include "../rules/reference_text.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

namespace {

constexpr std::size_t kLargestRuleFile = std::size_t{16} << 20;

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw base::ReadError(path.string() + ": cannot be opened",
                          "check the path, or the installation of the shipped tables");
  }
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) throw base::ReadError(path.string() + ": cannot be read");
  if (text.size() > kLargestRuleFile) {
    throw base::MalformedError(path.string() + ": larger than 16 MiB, expected a table of rules");
  }
  return text;
}

}  // namespace

TableVersion Knowledge::version_of(std::string_view table) const {
  for (const TableVersion& one : versions) {
    if (one.table == table) return one;
  }
  TableVersion named;
  named.table = table;
  return named;
}

const VariantClass* Knowledge::variant(std::string_view gene,
                                       std::string_view rsid,
                                       std::string_view name) const {
  for (const VariantClass& one : variants) {
    if (one.gene != gene) continue;
    if (!rsid.empty() && one.rsid == rsid) return &one;
    if (!name.empty() && (one.name == name || one.protein == name)) return &one;
  }
  return nullptr;
}

Knowledge load_knowledge(const std::filesystem::path& folder,
                         const std::vector<std::string>& rule_files,
                         const PgxTables& calling) {
  Knowledge out;
  out.drugs = DrugTable(read_whole(folder / "drugs/drugs.tsv"), "drugs.tsv");
  out.codes = parse_record_codes(read_whole(folder / "codes/record.json"), "record.json");
  out.guidelines = GuidelineTable(read_whole(folder / "rules/guidelines.tsv"), "guidelines.tsv");
  const ReferenceText classes(read_whole(folder / "oncology/variant_classes.tsv"),
                              "variant_classes.tsv");
  for (std::size_t r = 0; r < classes.n_rows(); ++r) {
    const auto text = [&](std::string_view column) { return std::string(classes.cell(r, column)); };
    out.variants.push_back(
        {text("gene"), text("name"), text("protein"), text("rsid"), text("class"), text("note")});
  }
  out.variants_version = classes.version();
  const ReferenceText changes(read_whole(folder / "rules/changes.tsv"), "changes.tsv");
  for (std::size_t r = 0; r < changes.n_rows(); ++r) {
    const auto list = [&](std::string_view column) {
      std::vector<std::string> names;
      for (const auto one : base::split(changes.cell(r, column), ';')) {
        if (!one.empty()) names.emplace_back(one);
      }
      return names;
    };
    out.changes.push_back({std::string(changes.cell(r, "date")),
                           list("genes"),
                           list("drugs"),
                           std::string(changes.cell(r, "what")),
                           changes.cell(r, "included") == "1"});
  }
  out.changes_version = changes.version();
  out.versions = calling.versions;
  for (const TableVersion& one : {out.drugs.version(),
                                  out.codes.version,
                                  out.guidelines.version(),
                                  out.variants_version,
                                  out.changes_version}) {
    out.versions.push_back(one);
  }
  RuleNames names;
  for (const PgxGene& gene : calling.genes) names.genes.push_back(gene.name);
  for (const PgxVariant& variant : calling.variants) {
    names.variants.push_back(variant.id);
    if (!variant.rsid.empty()) names.variants.push_back(variant.rsid);
  }
  const auto add = [&](const std::filesystem::path& path, const std::string& name) {
    RuleFile file = parse_rules(read_whole(path), name, out.drugs, out.codes, names);
    out.versions.push_back(file.version);
    for (Rule& rule : file.rules) out.rules.push_back(std::move(rule));
  };
  for (const char* name :
       {"interactions.json", "pharmacogenomic.json", "oncology.json", "cardiovascular.json"}) {
    add(folder / "rules" / name, name);
  }
  for (const std::string& path : rule_files) add(path, path);
  return out;
}

}  // namespace gcrisk::recommend
