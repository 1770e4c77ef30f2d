// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "pgs_scoring.hpp"

#include "gcrisk/base/text.hpp"

namespace gcrisk::pipeline {

namespace {

std::string weight_type(const ModelFolder& folder) {
  if (folder.entry->name == "cox") return "log(HR)";
  if (folder.entry->name == "lr" && folder.outcome.kind == cohort::OutcomeKind::kBinary) {
    return "log(OR)";
  }
  return "beta";
}

}  // namespace

std::string pgs_scoring(const ModelFolder& folder, const models::State& state) {
  const auto found = state.tensors.find("coefficients");
  if (found == state.tensors.end() || found->second.shape.size() != 2 ||
      found->second.shape[1] != 1 || found->second.shape[0] < folder.variants.size()) {
    return {};
  }
  const auto* weights = std::get_if<std::vector<double>>(&found->second.values);
  if (weights == nullptr) return {};
  std::string rows;
  std::size_t n = 0;
  for (std::size_t j = 0; j < folder.variants.size(); ++j) {
    const double weight = (*weights)[j];
    if (weight == 0) continue;
    ++n;
    const auto& v = folder.variants[j];
    rows += (v.id.empty() || v.id == "." ? genotype::key_of(v) : v.id) + '\t' + v.chromosome +
            '\t' + std::to_string(v.position_bp) + '\t' + v.a1 + '\t' + v.a2 + '\t' +
            base::format_exact(weight) + '\n';
  }
  if (n == 0) return {};
  return "###PGS CATALOG SCORING FILE\n"
         "#format_version=2.0\n"
         "#pgs_name=gcrisk_" +
         folder.entry->name + "_" + folder.outcome.name +
         "\n#trait_reported=" + folder.outcome.name + "\n#weight_type=" + weight_type(folder) +
         "\n#genome_build=NR\n#variants_number=" + std::to_string(n) +
         "\nrsID\tchr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\n" + rows;
}

}  // namespace gcrisk::pipeline
