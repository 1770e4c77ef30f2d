// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/text.hpp"
#include "variant_filter.hpp"

namespace gcrisk::preprocess {

namespace {

class FilterGeno : public VariantFilter {
 public:
  explicit FilterGeno(const base::Parameters& parameters) : limit_(parameters.number("geno")) {}

 protected:
  std::vector<int> judge(const cohort::Cohort& training,
                         const base::Context& context) const override {
    const auto counts = genotype::count_genotypes(training.genotypes, context);
    const auto n = static_cast<double>(training.n_samples());
    std::vector<int> verdicts(counts.size(), -1);
    for (std::size_t j = 0; j < counts.size(); ++j) {
      // The tolerance keeps a rate that equals the limit, whatever its last bit says.
      if (counts[j].missing > limit_ * n * (1 + 1e-12)) verdicts[j] = 0;
    }
    return verdicts;
  }

  std::vector<std::string> reasons() const override {
    return {"missing rate above --geno " + base::format_number(limit_)};
  }

 private:
  double limit_;
};

}  // namespace

const StepEntry& filter_geno_entry() {
  static const StepEntry kEntry = {
      .name = "filter-geno",
      .title = "call rate of variants",
      .purpose =
          "Drops variants whose share of missing calls among the training samples is above "
          "the limit.",
      .parameters = {{.name = "geno",
                      .type = base::ParameterType::kNumber,
                      .meaning = "largest share of missing calls of a variant that is kept",
                      .min = 0,
                      .max = 1,
                      .placeholder = "RATE",
                      .group = "variant filters"}},
      .make = [](const base::Parameters& parameters) -> std::unique_ptr<Step> {
        return std::make_unique<FilterGeno>(parameters);
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
