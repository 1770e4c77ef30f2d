// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gcrisk/pipeline/run.hpp"
#include "gcrisk/recommend/calls.hpp"
#include "gcrisk/recommend/pgx_tables.hpp"
#include "gcrisk/recommend/tumour_regions.hpp"

namespace gcrisk::pipeline {

struct PeopleOptions {
  std::string vcf;
  std::optional<std::string> sample;         // one person of the file
  std::optional<std::string> build;          // "37", "38"
  std::optional<std::string> outside_calls;  // path
  bool assume_reference = false;
  bool tumour = false;  // the file is of a tumour: its own variants, no genes; one sample
};

// Everybody in a VCF with their calls, in the order of the file. The file is read once, site by
// site (twice where the header does not name the build); people then come in blocks, each worked
// on by all threads. Memory does not grow with people, apart from their names.
//
// Errors: those of the file; MismatchError where builds disagree; DegenerateError without people;
// UsageError for a sample that the file does not have.
class PeopleCalls {
 public:
  PeopleCalls(Run& run, const recommend::PgxTables& tables, const PeopleOptions& options);
  ~PeopleCalls();
  PeopleCalls(PeopleCalls&&) noexcept;

  std::size_t n_people() const noexcept;
  const std::vector<std::string>& names() const noexcept;
  const std::string& build() const noexcept;  // "GRCh38"
  // Of a tumour: what was found by region instead of by position.
  std::vector<recommend::TumourFinding> region_findings() const;

  // The next people, never none; false at the end.
  bool next(std::vector<recommend::PersonCalls>& block);

  // Writes the counts of records and sites into the manifest and says them.
  void report(Run& run) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gcrisk::pipeline
