// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/cohort/allele_counts.hpp"
#include "variant_filter.hpp"

namespace gcrisk::preprocess {

namespace {

class FilterMaf : public VariantFilter {
 public:
  explicit FilterMaf(const base::Parameters& parameters)
      : min_(parameters.number_if("maf").value_or(0)),
        max_(parameters.number_if("max-maf").value_or(0.5)),
        min_count_(parameters.number_if("mac").value_or(0)) {
    if (min_ > max_) {
      throw base::UsageError("--maf " + base::format_number(min_) + " is above --max-maf " +
                             base::format_number(max_) +
                             ", expected a lower bound below the upper");
    }
  }

 protected:
  std::vector<int> judge(const cohort::Cohort& training,
                         const base::Context& context) const override {
    const auto counts = cohort::count_alleles(training, context);
    std::vector<int> verdicts(counts.size(), -1);
    for (std::size_t j = 0; j < counts.size(); ++j) {
      const double alleles = counts[j].called;
      const double minor = std::min(counts[j].a1, alleles - counts[j].a1);
      // A frequency that equals the bound is kept, whatever its last bit says. Nothing called is
      // a frequency of 0.
      if (minor < min_ * alleles * (1 - 1e-12) || (alleles == 0 && min_ > 0)) {
        verdicts[j] = 0;
      } else if (minor > max_ * alleles * (1 + 1e-12)) {
        verdicts[j] = 1;
      } else if (minor < min_count_) {
        verdicts[j] = 2;
      }
    }
    return verdicts;
  }

  std::vector<std::string> reasons() const override {
    return {"minor allele frequency below --maf " + base::format_number(min_),
            "minor allele frequency above --max-maf " + base::format_number(max_),
            "minor allele count below --mac " + base::format_number(min_count_)};
  }

 private:
  double min_;
  double max_;
  double min_count_;
};

}  // namespace

const StepEntry& filter_maf_entry() {
  static const StepEntry kEntry = {
      .name = "filter-maf",
      .title = "allele frequency of variants",
      .purpose =
          "Drops variants by minor allele frequency and count among the called alleles of "
          "the training samples: two a person, of X and Y one a man, of MT one. A value that "
          "equals a bound is kept.",
      .parameters = {{.name = "maf",
                      .type = base::ParameterType::kNumber,
                      .meaning = "smallest minor allele frequency that is kept",
                      .min = 0,
                      .max = 0.5,
                      .placeholder = "FREQ",
                      .group = "variant filters"},
                     {.name = "max-maf",
                      .type = base::ParameterType::kNumber,
                      .meaning = "largest minor allele frequency that is kept",
                      .min = 0,
                      .max = 0.5,
                      .placeholder = "FREQ",
                      .group = "variant filters"},
                     {.name = "mac",
                      .type = base::ParameterType::kInteger,
                      .meaning = "smallest minor allele count that is kept",
                      .min = 0,
                      .placeholder = "N",
                      .group = "variant filters"}},
      .make = [](const base::Parameters& parameters) -> std::unique_ptr<Step> {
        return std::make_unique<FilterMaf>(parameters);
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
