// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gcrisk/base/text.hpp"
#include "gcrisk/recommend/rules.hpp"

namespace gcrisk::recommend {

namespace {

struct Code {
  const char* name;
  const char* light;
};

// Contraindicated over avoid over reduce over inform.
constexpr Code kCodes[] = {
    {"CONTRAINDICATED", "red"},
    {"CONTRAINDICATED_RELATIVE", "red"},
    {"AVOID", "red"},
    {"NOT_INDICATED", "red"},
    {"ALTERNATIVE", "amber"},
    {"ALTERNATIVE_OR_REDUCE", "amber"},
    {"PRIOR_USE_CAUTION", "amber"},
    {"DEFER", "amber"},
    {"SPECIALIST", "amber"},
    {"REDUCE", "amber"},
    {"INCREASE", "amber"},
    {"LOWEST_START", "amber"},
    {"LOW_START_THEN_TDM", "amber"},
    {"CAP_DOSE", "amber"},
    {"TEST_FIRST", "amber"},
    {"CLINICAL_JUDGEMENT", "amber"},
    {"INDETERMINATE_MONITOR", "amber"},
    {"MONITOR_CLOSELY", "amber"},
    {"NO_DOSE", "amber"},
    {"DOSE_CLINICALLY", "amber"},
    {"DOSE", "amber"},
    {"NOT_DECIDED", "grey"},
    {"STANDARD_SLOW_TITRATION", "amber"},
    {"STANDARD_THEN_REDUCE", "amber"},
    {"STANDARD_THEN_INCREASE", "amber"},
    {"STANDARD_THEN_TDM", "amber"},
    {"STANDARD_WITH_WARNING", "amber"},
    {"STANDARD_OTHER_GENE_UNKNOWN", "grey"},
    {"NOT_TESTED", "grey"},
    {"RECOMMENDED", "green"},
    {"INDICATED", "green"},
    {"NAMED_AS_OPTION", "green"},
    {"DISCUSS", "green"},
    {"NO_RECOMMENDATION", "grey"},
    {"STANDARD_NO_EVIDENCE", "grey"},
    {"STANDARD", "green"},
    {"NO_ACTION", "grey"},
    {"CHECK_ALTERNATIVE_CONTRAINDICATIONS", "grey"},
    {"INFORM", "grey"},
};

}  // namespace

const std::vector<std::string>& action_codes() {
  static const std::vector<std::string> kAll = [] {
    std::vector<std::string> all;
    for (const Code& code : kCodes) all.emplace_back(code.name);
    return all;
  }();
  return kAll;
}

std::string_view light_of(std::string_view action) {
  for (const Code& code : kCodes) {
    if (action == code.name) return code.light;
  }
  return "grey";
}

bool is_standard(std::string_view action) {
  return action == "STANDARD" || action == "STANDARD_NO_EVIDENCE" ||
         action == "STANDARD_OTHER_GENE_UNKNOWN" || action == "NO_RECOMMENDATION";
}

std::size_t severity_rank(std::string_view action) {
  const auto& all = action_codes();
  return static_cast<std::size_t>(std::find(all.begin(), all.end(), action) - all.begin());
}

bool Limits::hold(double value) const {
  return (!min || value >= *min) && (!above || value > *above) && (!max || value <= *max) &&
         (!below || value < *below);
}

std::string Limits::text() const {
  std::vector<std::string> parts;
  if (min) parts.push_back("at least " + base::format_number(*min));
  if (above) parts.push_back("above " + base::format_number(*above));
  if (max) parts.push_back("at most " + base::format_number(*max));
  if (below) parts.push_back("below " + base::format_number(*below));
  return base::join(parts, ", ");
}

}  // namespace gcrisk::recommend
