// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "rubric.hpp"

#include <set>

namespace gcrisk::pipeline {

namespace {

bool is_kernel_machine(const CompareRow& row) {
  return row.entry->name == "svm" && row.parameters.text("kernel") != "linear";
}

int interpretability_of(const CompareRow& row) {
  static const std::set<std::string> kReadable = {"lr", "cox", "tree"};
  static const std::set<std::string> kTrees = {"rf", "gbm"};
  if (kReadable.contains(row.entry->name)) return 5;
  if (is_kernel_machine(row)) return 1;
  if (row.entry->name == "svm") return 4;
  return kTrees.contains(row.entry->name) ? 3 : 2;
}

}  // namespace

// Each row is fitted to the pooled rows of everybody; a kernel machine keeps some of them.
Marks marks_of(const CompareRow& row) {
  return {interpretability_of(row), is_kernel_machine(row) ? 1 : 2};
}

}  // namespace gcrisk::pipeline
