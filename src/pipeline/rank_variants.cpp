// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "rank_variants.hpp"

#include "eliminate.hpp"
#include "gcrisk/models/lasso_order.hpp"
#include "gcrisk/models/model.hpp"
#include "gcrisk/select/selector.hpp"

namespace gcrisk::pipeline {

Ranking parse_ranking(std::string_view text) {
  constexpr std::string_view kEliminate = "rfe";
  Ranking out;
  if (text == "lasso" || text == kEliminate) {
    out.method = text;
  } else if (text.starts_with("rfe:")) {
    out.method = kEliminate;
    out.model = models::find_model(text.substr(kEliminate.size() + 1)).name;
  } else {
    out.method = select::find_selector(text).name;
  }
  return out;
}

std::vector<std::uint32_t> rank_variants(const cohort::Dataset& training,
                                         const Ranking& ranking,
                                         std::size_t top,
                                         const base::Context& context) {
  if (ranking.method == "rfe") {
    std::vector<std::uint32_t> out;
    for (const auto& entry : eliminate(training, ranking, top, context)) {
      out.push_back(entry.variant);
    }
    return out;
  }
  if (ranking.method != "lasso") {
    return select::rank_variants(training, ranking.method, top, context);
  }
  std::vector<std::uint32_t> out;
  for (const auto& entry : models::lasso_order(training, top, context)) {
    out.push_back(entry.variant);
  }
  return out;
}

}  // namespace gcrisk::pipeline
