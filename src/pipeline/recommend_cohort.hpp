// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "gcrisk/recommend/plan.hpp"

namespace gcrisk::pipeline {

// What the plans of many people amount to: whom a reader should look at first.
class CohortOverview {
 public:
  void add(const recommend::Plan& plan);

  // A page with counts by drug and light, and the people with the most that is red. Memory: the
  // page's rows, however many people there are.
  std::string page(const std::string& build, const std::string& made_by);

 private:
  struct Person {
    std::string id;
    std::size_t n_red = 0;
    std::size_t n_amber = 0;
    std::string drugs;      // those in red
    std::uint64_t row = 0;  // in the file
  };
  struct Lights {
    std::uint64_t red = 0, amber = 0, green = 0, grey = 0;
  };
  void keep_the_first();

  std::vector<Person> people_;
  std::vector<std::pair<std::string, Lights>> drugs_;  // by name
  std::set<std::string> notices_;
  std::uint64_t n_people_ = 0;
  std::uint64_t n_red_ = 0;
};

}  // namespace gcrisk::pipeline
