// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <unordered_map>

#include "gcrisk/base/error.hpp"
#include "normalise.hpp"

namespace gcrisk::preprocess {

namespace {

class NormaliseTpm : public RowNormaliser {
 public:
  explicit NormaliseTpm(const base::Parameters& parameters) {
    for (auto& [gene, length] : gene_lengths(parameters)) length_of_.emplace(gene, length);
  }

 protected:
  void change(const std::vector<std::string>& names, std::span<double> values) const override {
    expect_no_negative("tpm", names, values);
    double total = 0;
    for (std::size_t c = 0; c < values.size(); ++c) {
      const auto at = length_of_.find(names[c]);
      if (at == length_of_.end()) {
        throw base::MismatchError("--gene-lengths has no length of '" + names[c] + "'");
      }
      values[c] /= at->second;
      if (!std::isnan(values[c])) total += values[c];
    }
    if (!(total > 0)) return;
    for (double& value : values) value *= 1e6 / total;
  }

 private:
  std::unordered_map<std::string, double> length_of_;
};

}  // namespace

const StepEntry& normalise_tpm_entry() {
  static const StepEntry kEntry = {
      .name = "normalise-tpm",
      .title = "transcripts per million",
      .purpose =
          "Counts become counts per base pair of the gene, scaled so that a person's add to a "
          "million "
          "(Li et al. 2010).",
      .parameters = gene_length_parameters(),
      .make = [](const base::Parameters& parameters) -> std::unique_ptr<Step> {
        return std::make_unique<NormaliseTpm>(parameters);
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
