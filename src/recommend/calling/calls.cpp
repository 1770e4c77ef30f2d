// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/recommend/calls.hpp"

#include <algorithm>

#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

std::string_view name_of(Firmness firmness) {
  switch (firmness) {
    case Firmness::kFirm: return "firm";
    case Firmness::kOpen: return "open";
    case Firmness::kNotDetermined: break;
  }
  return "not_determined";
}

std::string_view name_of(SiteState state) {
  switch (state) {
    case SiteState::kRead: return "read";
    case SiteState::kMissing: return "missing";
    case SiteState::kUnusable: break;
  }
  return "unusable";
}

std::string_view name_of(CallSource source) {
  switch (source) {
    case CallSource::kVcf: return "vcf";
    case CallSource::kOutside: return "outside";
    case CallSource::kNone: break;
  }
  return "none";
}

std::string Diplotype::name() const { return second.empty() ? first : first + "/" + second; }

std::size_t GeneCall::n_missing() const {
  return static_cast<std::size_t>(std::count_if(
      sites.begin(), sites.end(), [](const auto& site) { return site.state != SiteState::kRead; }));
}

std::string GeneCall::diplotypes_text() const {
  if (diplotypes.empty()) return decision ? decision->name() : "NA";
  std::vector<std::string> names;
  names.reserve(diplotypes.size());
  for (const Diplotype& diplotype : diplotypes) names.push_back(diplotype.name());
  return base::join(names, " OR ");
}

const GeneCall* PersonCalls::gene(std::string_view name) const {
  for (const auto& call : genes) {
    if (call->gene == name) return call.get();
  }
  return nullptr;
}

const VariantCall* PersonCalls::variant(std::string_view id) const {
  if (!variants) return nullptr;
  for (const VariantCall& call : *variants) {
    if (call.id == id || (!call.rsid.empty() && call.rsid == id)) return &call;
  }
  return nullptr;
}

}  // namespace gcrisk::recommend
