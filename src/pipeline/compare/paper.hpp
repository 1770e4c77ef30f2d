// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace gcrisk::pipeline {

struct Comparison;

// One published figure and what became of it here.
struct PaperFigure {
  std::string model;  // as the paper names it
  std::string ours;   // model and inputs of the row that answers it; empty: none
  std::string inputs;
  std::string metric;  // in our names; empty: nothing that is measured here
  double value = 0;
  std::string note;

  double our_value = 0;  // NaN: not there
  double low = 0;
  double high = 0;
  std::string verdict;  // "within", "outside", "cannot be judged: why"
};

struct Paper {
  std::string name;
  std::string table;
  std::string people;
  std::vector<PaperFigure> figures;
};

// A table of the data that came with the program by its name, or a file.
// UsageError naming the tables that there are; MalformedError with file:line.
Paper read_paper(const std::string& name_or_file);

// Within: the published value lies in the interval of ours. Hours and marks stand beside the
// paper's, but are not judged. Without `times` hours are left out.
void judge_paper(Paper& paper, const Comparison& comparison, bool times);

}  // namespace gcrisk::pipeline
