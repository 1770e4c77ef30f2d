// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "comparison.hpp"
#include "gcrisk/report/page.hpp"

namespace gcrisk::pipeline {

report::Page comparison_page(const Comparison& comparison, bool times);

// One line a row of the comparison, figures with their intervals.
report::PageTable comparison_table(const Comparison& comparison, bool times);

// How the figures came about, in one sentence.
std::string design_sentence(const Comparison& comparison);

// Published figures, ours, and the verdict.
report::PageTable paper_table(const Paper& paper);
std::string paper_sentence(const Comparison& comparison);

}  // namespace gcrisk::pipeline
