// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "normalise.hpp"

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::preprocess {

void RowNormaliser::fit(const cohort::Cohort&, const base::Context&) {}

void RowNormaliser::apply(cohort::Cohort& cohort, const base::Context& context) const {
  auto& columns = cohort.molecular.columns();
  std::vector<std::string> names;
  for (auto& column : columns) {
    names.push_back(column.field.name);
    column.field.type = clinical::FieldType::kNumber;
  }
  if (names.empty()) return;
  context.for_chunks(cohort.n_samples(), 64, [&](std::size_t begin, std::size_t end) {
    std::vector<double> values(columns.size());
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t c = 0; c < columns.size(); ++c) values[c] = columns[c].numbers[i];
      change(names, values);
      for (std::size_t c = 0; c < columns.size(); ++c) columns[c].numbers[i] = values[c];
    }
  });
}

void expect_no_negative(const std::string& method,
                        const std::vector<std::string>& names,
                        std::span<const double> values) {
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (values[c] < 0) {
      throw base::MismatchError("--molecular-normalise " + method + ": column '" + names[c] +
                                    "' has the value " + base::format_number(values[c]) +
                                    ", expected none below 0",
                                "values that are logarithms already need no normalisation: none, "
                                "or quantile");
    }
  }
}

base::ParameterTable gene_length_parameters() {
  return {{.name = "genes",
           .type = base::ParameterType::kTexts,
           .meaning = "names of the genes whose lengths are given",
           .required = true},
          {.name = "lengths",
           .type = base::ParameterType::kTexts,
           .meaning = "their lengths in base pairs",
           .required = true}};
}

std::vector<std::pair<std::string, double>> gene_lengths(const base::Parameters& parameters) {
  const auto& genes = parameters.texts("genes");
  const auto& lengths = parameters.texts("lengths");
  if (genes.size() != lengths.size()) {
    throw base::MalformedError("recipe.json: " + std::to_string(genes.size()) + " genes have " +
                               std::to_string(lengths.size()) + " lengths");
  }
  std::vector<std::pair<std::string, double>> out;
  for (std::size_t g = 0; g < genes.size(); ++g) {
    const auto length = base::parse_number(lengths[g]);
    if (!length || !(*length > 0)) {
      throw base::MalformedError("gene '" + genes[g] + "' has the length '" + lengths[g] +
                                 "', expected a number of base pairs above 0");
    }
    out.emplace_back(genes[g], *length);
  }
  return out;
}

}  // namespace gcrisk::preprocess
