// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "variant_filter.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "state.hpp"

namespace gcrisk::preprocess {

std::int64_t fingerprint(const genotype::Variant& variant) {
  const bool in_order = variant.a1 < variant.a2;
  std::uint64_t hash = kFnvStart;
  hash = fnv1a(genotype::plain_chromosome(variant.chromosome), hash);
  hash = fnv1a(":", hash);
  hash = fnv1a(std::to_string(variant.position_bp), hash);
  hash = fnv1a(":", hash);
  hash = fnv1a(in_order ? variant.a1 : variant.a2, hash);
  hash = fnv1a(":", hash);
  hash = fnv1a(in_order ? variant.a2 : variant.a1, hash);
  return static_cast<std::int64_t>(hash);
}

void VariantFilter::fit(const cohort::Cohort& training, const base::Context& context) {
  dropped_.clear();
  drops_.clear();
  if (training.genotypes.empty()) return;
  const std::vector<int> verdicts = judge(training, context);
  const std::vector<std::string> why = reasons();
  std::vector<std::uint64_t> counts(why.size());
  for (std::size_t j = 0; j < verdicts.size(); ++j) {
    if (verdicts[j] < 0) continue;
    ++counts[static_cast<std::size_t>(verdicts[j])];
    dropped_.push_back(fingerprint(training.variants[j]));
  }
  std::uint64_t total = 0;
  std::string causes;
  for (std::size_t r = 0; r < why.size(); ++r) {
    if (counts[r] == 0) continue;
    drops_.push_back({"variants", why[r], counts[r]});
    causes += (causes.empty() ? "" : ", ") + base::format_count(counts[r]) + " for " + why[r];
    total += counts[r];
  }
  if (total == training.variants.size()) {
    throw base::DegenerateError(
        "no variant left: all " + base::format_count(total) + " were dropped (" + causes + ")",
        "relax the filter that dropped most of them");
  }
  std::sort(dropped_.begin(), dropped_.end());
}

void VariantFilter::apply(cohort::Cohort& cohort, const base::Context&) const {
  if (dropped_.empty() || cohort.genotypes.empty()) return;
  std::vector<std::uint32_t> kept;
  kept.reserve(cohort.variants.size());
  for (std::size_t j = 0; j < cohort.variants.size(); ++j) {
    if (!std::binary_search(dropped_.begin(), dropped_.end(), fingerprint(cohort.variants[j]))) {
      kept.push_back(static_cast<std::uint32_t>(j));
    }
  }
  if (kept.size() < cohort.variants.size()) cohort.keep_variants(kept);
}

StepState VariantFilter::save() const {
  StepState state;
  state.json_text = base::Json{{"dropped", dropped_.size()}}.dump();
  if (!dropped_.empty()) state.tensors["dropped"] = {{dropped_.size()}, dropped_};
  return state;
}

void VariantFilter::load(const StepState& state) {
  const auto json = base::Json::parse(state.json_text);
  dropped_.clear();
  if (json.at("dropped").get<std::size_t>() > 0) {
    dropped_ = tensor_values<std::int64_t>(state, "dropped");
  }
  if (dropped_.size() != json.at("dropped").get<std::size_t>() ||
      !std::is_sorted(dropped_.begin(), dropped_.end())) {
    throw base::MalformedError(
        "recipe.safetensors: the list of dropped variants is not the one "
        "that recipe.json announces",
        "make the study or the model again");
  }
}

}  // namespace gcrisk::preprocess
