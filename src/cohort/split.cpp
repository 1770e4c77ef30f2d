// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/cohort/split.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/random.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::cohort {

namespace {

// Weight of the balance of whole sets beside that of each stratum: it decides between sets that
// are equally short of a stratum, so that remainders do not all fall into the same set.
constexpr double kTotalWeight = 1e-3;

struct Group {
  std::vector<std::uint32_t> rows;
  std::vector<std::pair<std::size_t, double>> counts;  // stratum, people of it
};

std::vector<std::size_t> dense_strata(std::span<const std::int32_t> strata, std::size_t& n_strata) {
  std::map<std::int32_t, std::size_t> index;
  for (const auto stratum : strata) index.emplace(stratum, 0);
  std::size_t next = 0;
  for (auto& [stratum, at] : index) at = next++;
  n_strata = next;
  std::vector<std::size_t> dense;
  dense.reserve(strata.size());
  for (const auto stratum : strata) dense.push_back(index[stratum]);
  return dense;
}

std::vector<Group> collect_groups(std::span<const std::size_t> strata,
                                  std::span<const std::int32_t> groups) {
  std::vector<Group> out;
  if (groups.empty()) {
    for (std::uint32_t row = 0; row < strata.size(); ++row) {
      out.push_back({{row}, {{strata[row], 1.0}}});
    }
    return out;
  }
  std::map<std::int32_t, std::size_t> index;
  for (std::uint32_t row = 0; row < strata.size(); ++row) {
    const auto [at, is_new] = index.try_emplace(groups[row], out.size());
    if (is_new) out.emplace_back();
    out[at->second].rows.push_back(row);
  }
  for (Group& group : out) {
    std::map<std::size_t, double> counts;
    for (const auto row : group.rows) counts[strata[row]] += 1;
    group.counts.assign(counts.begin(), counts.end());
  }
  return out;
}

// The part of each row, 0 … shares.size()-1.
std::vector<std::int32_t> assign(std::span<const std::int32_t> strata_in,
                                 std::span<const std::int32_t> groups_in,
                                 std::span<const double> shares,
                                 base::Random random) {
  std::size_t n_strata = 0;
  const auto strata = dense_strata(strata_in, n_strata);
  std::vector<Group> groups = collect_groups(strata, groups_in);
  random.shuffle(std::span(groups));
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    return a.rows.size() > b.rows.size();
  });

  const std::size_t n_parts = shares.size();
  const auto n = static_cast<double>(strata.size());
  std::vector<double> stratum_size(n_strata, 0);
  for (const auto stratum : strata) stratum_size[stratum] += 1;
  // How many people of each stratum a part still wants, below 0 where it has too many.
  std::vector<double> wanted(n_strata * n_parts);
  std::vector<double> wanted_total(n_parts);
  for (std::size_t part = 0; part < n_parts; ++part) {
    wanted_total[part] = n * shares[part];
    for (std::size_t s = 0; s < n_strata; ++s) {
      wanted[s * n_parts + part] = stratum_size[s] * shares[part];
    }
  }

  std::vector<std::int32_t> out(strata.size());
  for (const Group& group : groups) {
    // Placing counts c into a part changes the squared deficits by c² - 2 c·wanted, each stratum
    // relative to its size: the part with the largest sum of c·wanted gains most.
    std::size_t best = n_parts;
    double best_gain = 0;
    for (std::size_t part = 0; part < n_parts; ++part) {
      if (shares[part] == 0) continue;
      double gain = kTotalWeight * static_cast<double>(group.rows.size()) * wanted_total[part] / n;
      for (const auto& [s, count] : group.counts) {
        gain += count * wanted[s * n_parts + part] / stratum_size[s];
      }
      if (best == n_parts || gain > best_gain) {
        best = part;
        best_gain = gain;
      }
    }
    for (const auto row : group.rows) out[row] = static_cast<std::int32_t>(best);
    wanted_total[best] -= static_cast<double>(group.rows.size());
    for (const auto& [s, count] : group.counts) wanted[s * n_parts + best] -= count;
  }
  return out;
}

std::size_t count_groups(std::size_t n_rows, std::span<const std::int32_t> groups) {
  if (groups.empty()) return n_rows;
  std::vector<std::int32_t> sorted(groups.begin(), groups.end());
  std::sort(sorted.begin(), sorted.end());
  return static_cast<std::size_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
}

std::string count_text(std::size_t n_rows, std::span<const std::int32_t> groups) {
  return groups.empty() ? base::format_count(n_rows) + " samples"
                        : base::format_count(count_groups(n_rows, groups)) + " groups";
}

}  // namespace

std::string_view to_string(Set set) {
  switch (set) {
    case Set::kTrain: return "train";
    case Set::kValidation: return "validation";
    case Set::kTest: return "test";
  }
  return "train";
}

Set parse_set(std::string_view text) {
  if (text == "train") return Set::kTrain;
  if (text == "validation") return Set::kValidation;
  if (text == "test") return Set::kTest;
  throw base::UsageError("'" + std::string(text) +
                         "' is no set, expected one of: train, validation, test");
}

Shares parse_shares(std::string_view text) {
  const auto refuse = [&](const std::string& finding) {
    throw base::UsageError("--split " + std::string(text) + ": " + finding +
                           ", expected shares such as 70/15/15 (train, validation, test) or "
                           "80/20 (train, test)");
  };
  std::vector<double> parts;
  for (const auto part : base::split(text, '/')) {
    const auto value = base::parse_number(part);
    if (!value || !std::isfinite(*value) || *value < 0) {
      refuse("'" + std::string(part) + "' is not a share");
    }
    parts.push_back(*value);
  }
  if (parts.size() != 2 && parts.size() != 3) refuse(std::to_string(parts.size()) + " shares");
  const double sum = std::accumulate(parts.begin(), parts.end(), 0.0);
  const bool percent = std::abs(sum - 100) < 1e-6;
  if (!percent && std::abs(sum - 1) > 1e-6) {
    refuse("the shares add to " + base::format_number(sum) + ", not to 100");
  }
  if (parts[0] == 0) refuse("nobody is left to train on");
  for (double& part : parts) part /= sum;
  if (parts.size() == 2) return {parts[0], 0.0, parts[1]};
  return {parts[0], parts[1], parts[2]};
}

std::vector<std::int32_t> strata_of(const Outcome& outcome) {
  std::vector<std::int32_t> strata(outcome.size(), 0);
  std::vector<double> cuts;
  if (outcome.kind == OutcomeKind::kContinuous) {
    std::vector<double> known;
    for (const double value : outcome.values) {
      if (!std::isnan(value)) known.push_back(value);
    }
    std::sort(known.begin(), known.end());
    for (std::size_t q = 1; q < 5 && !known.empty(); ++q) {
      cuts.push_back(known[q * known.size() / 5]);
    }
  }
  for (std::size_t i = 0; i < strata.size(); ++i) {
    const double value = outcome.values[i];
    if (std::isnan(value)) {
      strata[i] = -1;
    } else if (outcome.kind == OutcomeKind::kContinuous) {
      strata[i] = static_cast<std::int32_t>(std::upper_bound(cuts.begin(), cuts.end(), value) -
                                            cuts.begin());
    } else {
      strata[i] = static_cast<std::int32_t>(value);
    }
  }
  return strata;
}

std::vector<Set> split(std::span<const std::int32_t> strata,
                       std::span<const std::int32_t> groups,
                       const Shares& shares,
                       std::uint64_t seed) {
  const auto parts = assign(strata, groups, shares, base::Random(seed, "split"));
  std::array<bool, 3> filled{};
  std::vector<Set> out;
  out.reserve(parts.size());
  for (const auto part : parts) {
    filled[static_cast<std::size_t>(part)] = true;
    out.push_back(static_cast<Set>(part));
  }
  for (std::size_t part = 0; part < shares.size(); ++part) {
    if (shares[part] > 0 && !filled[part]) {
      throw base::DegenerateError("the " + std::string(to_string(static_cast<Set>(part))) +
                                      " set is left empty: " + count_text(strata.size(), groups) +
                                      " cannot be cut into shares of " +
                                      base::format_number(100 * shares[0], 3) + "/" +
                                      base::format_number(100 * shares[1], 3) + "/" +
                                      base::format_number(100 * shares[2], 3),
                                  "use fewer sets (--split 80/20), or smaller groups");
    }
  }
  return out;
}

std::vector<std::int32_t> folds(std::span<const std::int32_t> strata,
                                std::span<const std::int32_t> groups,
                                std::size_t k,
                                std::uint64_t seed) {
  if (k < 2) throw base::UsageError("--cv " + std::to_string(k) + ": expected at least 2 folds");
  if (count_groups(strata.size(), groups) < k) {
    throw base::DegenerateError(
        count_text(strata.size(), groups) + " cannot be cut into " + std::to_string(k) + " folds",
        "use fewer folds");
  }
  const std::vector<double> shares(k, 1.0 / static_cast<double>(k));
  return assign(strata, groups, shares, base::Random(seed, "folds"));
}

std::vector<std::uint32_t> rows_of(std::span<const Set> sets, Set wanted) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < sets.size(); ++row) {
    if (sets[row] == wanted) rows.push_back(row);
  }
  return rows;
}

}  // namespace gcrisk::cohort
