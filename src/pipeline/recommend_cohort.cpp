// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "recommend_cohort.hpp"

#include <algorithm>
#include <tuple>

#include "gcrisk/base/text.hpp"
#include "gcrisk/recommend/rules.hpp"
#include "gcrisk/report/page.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::size_t kMostPeople = 200;  // on the page
constexpr std::size_t kMostNotices = 40;

}  // namespace

void CohortOverview::keep_the_first() {
  std::sort(people_.begin(), people_.end(), [](const Person& a, const Person& b) {
    return std::tuple(b.n_red, b.n_amber, a.row) < std::tuple(a.n_red, a.n_amber, b.row);
  });
  if (people_.size() > kMostPeople) people_.resize(kMostPeople);
}

void CohortOverview::add(const recommend::Plan& plan) {
  Person person;
  person.id = plan.calls->sample_id;
  person.row = n_people_++;
  std::set<std::string> red;
  for (const recommend::Item& item : plan.items) {
    const std::string_view light = recommend::light_of(item.action);
    person.n_red += light == "red";
    person.n_amber += light == "amber";
    if (light == "red") red.insert(item.about);
  }
  person.drugs = base::join(std::vector<std::string>(red.begin(), red.end()), ", ");
  n_red_ += person.n_red > 0 ? 1 : 0;
  for (const recommend::DrugSummary& drug : plan.drugs) {
    auto at = std::lower_bound(
        drugs_.begin(), drugs_.end(), drug.name, [](const auto& one, const std::string& name) {
          return one.first < name;
        });
    if (at == drugs_.end() || at->first != drug.name) at = drugs_.insert(at, {drug.name, Lights()});
    Lights& lights = at->second;
    ++(drug.light == "red"     ? lights.red
       : drug.light == "amber" ? lights.amber
       : drug.light == "green" ? lights.green
                               : lights.grey);
  }
  for (const std::string& notice : plan.notices) {
    if (notices_.size() < kMostNotices) notices_.insert(notice);
  }
  people_.push_back(std::move(person));
  if (people_.size() >= 4 * kMostPeople) keep_the_first();
}

std::string CohortOverview::page(const std::string& build, const std::string& made_by) {
  keep_the_first();
  report::Page page("Plans for " + base::format_count(n_people_) + " people",
                    "Whom to look at first; every plan is in plan.json and plan.tsv, and --sample "
                    "writes the page of one person. A clinician decides; no medication is to be "
                    "changed on this page alone.");
  page.badge("research use only");
  page.fact("people", base::format_count(n_people_));
  page.fact("with something in red", base::format_count(n_red_));
  page.fact("genome build", build);
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, lights] : drugs_) {
    rows.push_back({name,
                    base::format_count(lights.red),
                    base::format_count(lights.amber),
                    base::format_count(lights.green),
                    base::format_count(lights.grey)});
  }
  page.section("Drugs", rows.empty() ? "No drug is on record and none was asked about." : "");
  if (!rows.empty()) {
    page.table({.caption = "People by drug and light",
                .header = {"drug", "red", "amber", "green", "grey"},
                .rows = rows,
                .numeric = {false, true, true, true, true}});
  }
  rows.clear();
  for (const Person& person : people_) {
    rows.push_back({person.id,
                    std::to_string(person.n_red),
                    std::to_string(person.n_amber),
                    person.drugs.empty() ? "none" : person.drugs});
  }
  page.section("People",
               n_people_ > people_.size()
                   ? "The " + std::to_string(people_.size()) + " with the most in red."
                   : "Most in red first.");
  page.table({.caption = "Statements in red and amber",
              .header = {"person", "red", "amber", "about (red)"},
              .rows = rows,
              .numeric = {false, true, true, false}});
  page.section("What was not tested or not recorded",
               "Not tested is not normal, not recorded is not absent.");
  page.list({notices_.begin(), notices_.end()});
  page.made_by(made_by);
  return page.html();
}

}  // namespace gcrisk::pipeline
