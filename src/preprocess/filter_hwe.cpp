// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/hardy_weinberg.hpp"
#include "gcrisk/genotype/inheritance.hpp"
#include "variant_filter.hpp"

namespace gcrisk::preprocess {

namespace {

class FilterHwe : public VariantFilter {
 public:
  explicit FilterHwe(const base::Parameters& parameters) {
    for (const std::string& word : parameters.texts("hwe")) {
      const auto number = base::parse_number(word);
      if (word == "midp") {
        mid_p_ = true;
      } else if (number && *number >= 0 && *number < 1 && limit_ < 0) {
        limit_ = *number;
      } else {
        throw base::UsageError("--hwe " + base::join(parameters.texts("hwe"), " ") +
                               ": expected a p-value in [0, 1), and then midp or nothing");
      }
    }
    if (limit_ < 0) throw base::UsageError("--hwe has no p-value, expected one in [0, 1)");
  }

 protected:
  std::vector<int> judge(const cohort::Cohort& training,
                         const base::Context& context) const override {
    genotype::GenotypeView view = training.genotypes;
    // A variant that causes the disease need not be in equilibrium among its cases.
    if (training.outcome.kind == cohort::OutcomeKind::kBinary) {
      std::vector<std::uint32_t> controls;
      for (std::size_t i = 0; i < training.n_samples(); ++i) {
        if (training.outcome.values[i] == 0) controls.push_back(static_cast<std::uint32_t>(i));
      }
      view = view.with_samples(controls);
    }
    const auto counts = genotype::count_genotypes(view, context);
    std::vector<int> verdicts(counts.size(), -1);
    context.for_chunks(counts.size(), 1024, [&](std::size_t begin, std::size_t end) {
      for (std::size_t j = begin; j < end; ++j) {
        if (genotype::inheritance_of(training.variants[j]) != genotype::Inheritance::kAutosomal)
          continue;
        const double p =
            genotype::hardy_weinberg_p(counts[j].hom_a1, counts[j].het, counts[j].hom_a2, mid_p_);
        if (p < limit_) verdicts[j] = 0;
      }
    });
    return verdicts;
  }

  std::vector<std::string> reasons() const override {
    return {std::string("Hardy-Weinberg p-value below --hwe ") + base::format_number(limit_) +
            (mid_p_ ? " midp" : "")};
  }

 private:
  double limit_ = -1;
  bool mid_p_ = false;
};

}  // namespace

const StepEntry& filter_hwe_entry() {
  static const StepEntry kEntry = {
      .name = "filter-hwe",
      .title = "Hardy-Weinberg equilibrium",
      .purpose =
          "Drops autosomal variants whose exact test of Hardy-Weinberg proportions among "
          "the training samples (with a case/control outcome: the controls) gives a p-value "
          "below the limit. Variants of other chromosomes pass.",
      .parameters = {{.name = "hwe",
                      .type = base::ParameterType::kTexts,
                      .meaning = "smallest p-value of the exact test that is kept; 'midp' behind "
                                 "it takes the mid-p-value",
                      .placeholder = "P [midp]",
                      .source = "Wigginton, Cutler and Abecasis 2005; Graffelman and Moreno 2013",
                      .group = "variant filters"}},
      .make = [](const base::Parameters& parameters) -> std::unique_ptr<Step> {
        return std::make_unique<FilterHwe>(parameters);
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
