// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/recommend/knowledge.hpp"

#include <fstream>
#include <iterator>

#include "../rules/reference_text.hpp"
#include "gcrisk/base/error.hpp"

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
                         const std::vector<std::string>& rule_files) {
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
  out.versions = {
      out.drugs.version(), out.codes.version, out.guidelines.version(), out.variants_version};
  std::vector<std::string> ids;
  const auto add = [&](const std::filesystem::path& path, const std::string& name) {
    RuleFile file = parse_rules(read_whole(path), name, out.drugs, out.codes, ids);
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
