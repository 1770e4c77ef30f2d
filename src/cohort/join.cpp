// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/cohort/join.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::cohort {

namespace {

using Ids = std::vector<std::string_view>;
using Change = std::function<std::string(std::string_view)>;

constexpr std::size_t kShown = 5;
constexpr std::string_view kJoints = "_-. :/";

// A way in which IDs of one cohort are often written differently by two programs.
struct Habit {
  std::string left_changed;  // said of the guess; %L and %R stand for the names of the sides
  Change left;
  Change right;
};

std::string same(std::string_view id) { return std::string(id); }

std::string without_spaces(std::string_view id) {
  std::string out(id);
  std::erase_if(out, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
  return out;
}

// Zeros in front of each run of digits: S007 and S7.
std::string without_leading_zeros(std::string_view id) {
  std::string out;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool digit_before = i > 0 && id[i - 1] >= '0' && id[i - 1] <= '9';
    const bool digit_after = i + 1 < id.size() && id[i + 1] >= '0' && id[i + 1] <= '9';
    const bool in_number = digit_before && !out.empty() && out.back() >= '0' && out.back() <= '9';
    if (id[i] == '0' && digit_after && !in_number) continue;
    out += id[i];
  }
  return out;
}

std::string with_one_joint(std::string_view id) {
  std::string out(id);
  for (char& c : out) {
    if (kJoints.find(c) != std::string_view::npos) c = '_';
  }
  return out;
}

// The part behind the first '_' or, of "A_B_A_B", the half: how plink joins FID and IID.
std::string individual_part(std::string_view id) {
  const std::size_t half = id.size() / 2;
  if (id.size() % 2 == 1 && id[half] == '_' && id.substr(0, half) == id.substr(half + 1)) {
    return std::string(id.substr(0, half));
  }
  const auto at = id.find('_');
  return std::string(at == std::string_view::npos ? id : id.substr(at + 1));
}

std::string before_last_joint(std::string_view id) {
  const auto at = id.find_last_of(kJoints);
  return std::string(at == std::string_view::npos || at == 0 ? id : id.substr(0, at));
}

std::string_view common_prefix(const Ids& ids) {
  if (ids.size() < 2) return {};
  std::string_view prefix = ids.front();
  for (const auto id : ids) {
    std::size_t n = 0;
    while (n < prefix.size() && n < id.size() && prefix[n] == id[n]) ++n;
    prefix = prefix.substr(0, n);
  }
  // A digit at its end belongs to the number that tells the samples apart.
  while (!prefix.empty() && prefix.back() >= '0' && prefix.back() <= '9') prefix.remove_suffix(1);
  return prefix;
}

std::string_view common_suffix(const Ids& ids) {
  if (ids.size() < 2) return {};
  std::string_view suffix = ids.front();
  for (const auto id : ids) {
    std::size_t n = 0;
    while (n < suffix.size() && n < id.size() &&
           suffix[suffix.size() - 1 - n] == id[id.size() - 1 - n]) {
      ++n;
    }
    suffix = suffix.substr(suffix.size() - n);
  }
  while (!suffix.empty() && suffix.front() >= '0' && suffix.front() <= '9') suffix.remove_prefix(1);
  return suffix;
}

// How many of the left meet one on the right, each right one at most once.
std::size_t count_meetings(const Ids& left, const Ids& right, const Habit& habit) {
  std::unordered_set<std::string> waiting;
  for (const auto id : right) waiting.insert(habit.right(id));
  std::size_t n = 0;
  for (const auto id : left) n += waiting.erase(habit.left(id));
  return n;
}

std::string guess_cause(const Ids& left,
                        const Ids& right,
                        const std::string& left_name,
                        const std::string& right_name) {
  if (left.empty() || right.empty()) return {};
  std::vector<Habit> habits = {
      {"if upper and lower case were the same", base::to_lower, base::to_lower},
      {"without the spaces inside", without_spaces, without_spaces},
      {"without leading zeros", without_leading_zeros, without_leading_zeros},
      {"if - _ . and other joints were the same", with_one_joint, with_one_joint},
      {"if " + left_name + " had IID where it has FID_IID", individual_part, same},
      {"if " + right_name + " had IID where it has FID_IID", same, individual_part},
  };
  const auto strip = [&](const Ids& ids, const std::string& name, bool is_left) {
    const std::string_view prefix = common_prefix(ids);
    const std::string_view suffix = common_suffix(ids);
    const auto add = [&](const std::string& text, const Change& change) {
      habits.push_back({text, is_left ? change : Change(same), is_left ? Change(same) : change});
    };
    if (!prefix.empty()) {
      add("without '" + std::string(prefix) + "' in front of the IDs of " + name,
          [n = prefix.size()](std::string_view id) { return std::string(id.substr(n)); });
    }
    if (!suffix.empty()) {
      add("without '" + std::string(suffix) + "' behind the IDs of " + name,
          [n = suffix.size()](std::string_view id) {
            return std::string(id.substr(0, id.size() - n));
          });
    }
    add("without the last part of the IDs of " + name, before_last_joint);
  };
  strip(left, left_name, true);
  strip(right, right_name, false);

  std::size_t best = 0;
  const Habit* cause = nullptr;
  for (const Habit& habit : habits) {
    const std::size_t n = count_meetings(left, right, habit);
    if (n > best) {
      best = n;
      cause = &habit;
    }
  }
  // A few chance meetings explain nothing.
  if (cause == nullptr || best * 10 < std::min(left.size(), right.size())) return {};
  return base::format_count(best) + " more would meet " + cause->left_changed;
}

std::vector<std::string> first_five(const Ids& ids) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < std::min(kShown, ids.size()); ++i) out.emplace_back(ids[i]);
  return out;
}

std::string orphans_text(const std::vector<std::string>& orphans, const std::string& name) {
  if (orphans.empty()) return {};
  return "; only in " + name + ": " + base::join(orphans, ", ") +
         (orphans.size() == kShown ? ", …" : "");
}

}  // namespace

double JoinReport::overlap() const {
  const auto shorter = std::min(n_left, n_right);
  return shorter == 0 ? 0 : static_cast<double>(n_joined) / static_cast<double>(shorter);
}

std::string JoinReport::summary() const {
  return base::format_count(n_joined) +
         (n_joined == 1 ? " sample is in both " : " samples are in both ") + left_name + " (" +
         base::format_count(n_left) + ") and " + right_name + " (" + base::format_count(n_right) +
         ")";
}

Join join_samples(std::span<const std::string> left,
                  std::span<const std::string> right,
                  std::string left_name,
                  std::string right_name,
                  const IdMap* map) {
  const auto translated = [&](const std::string& id) -> std::string_view {
    if (map == nullptr) return id;
    const auto at = map->find(id);
    return at == map->end() ? std::string_view(id) : std::string_view(at->second);
  };
  std::unordered_map<std::string_view, std::uint32_t> row_of;
  row_of.reserve(right.size());
  for (std::uint32_t row = 0; row < right.size(); ++row)
    row_of.emplace(translated(right[row]), row);

  Join join;
  std::vector<bool> met(right.size());
  Ids left_alone;
  for (std::uint32_t row = 0; row < left.size(); ++row) {
    const auto at = row_of.find(translated(left[row]));
    if (at == row_of.end() || met[at->second]) {
      left_alone.push_back(left[row]);
      continue;
    }
    met[at->second] = true;
    join.left_rows.push_back(row);
    join.right_rows.push_back(at->second);
  }
  Ids right_alone;
  for (std::size_t row = 0; row < right.size(); ++row) {
    if (!met[row]) right_alone.push_back(right[row]);
  }
  JoinReport& report = join.report;
  report.left_name = std::move(left_name);
  report.right_name = std::move(right_name);
  report.n_left = left.size();
  report.n_right = right.size();
  report.n_joined = join.left_rows.size();
  report.left_orphans = first_five(left_alone);
  report.right_orphans = first_five(right_alone);
  report.guess = guess_cause(left_alone, right_alone, report.left_name, report.right_name);
  return join;
}

void check_overlap(const JoinReport& report, double min_overlap, const std::string& remedy) {
  if (report.n_joined > 0 && report.overlap() >= min_overlap) return;
  std::string finding = report.n_joined == 0
                            ? "no sample is in both " + report.left_name + " (" +
                                  base::format_count(report.n_left) + ") and " + report.right_name +
                                  " (" + base::format_count(report.n_right) + ")"
                            : report.summary() + ", less than the share of " +
                                  base::format_number(min_overlap) + " that is expected";
  finding += orphans_text(report.left_orphans, report.left_name) +
             orphans_text(report.right_orphans, report.right_name);
  throw base::MismatchError(finding, report.guess.empty() ? remedy : report.guess + "; " + remedy);
}

}  // namespace gcrisk::cohort
