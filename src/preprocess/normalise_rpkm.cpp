// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <unordered_map>

#include "gcrisk/base/error.hpp"
#include "normalise.hpp"

namespace gcrisk::preprocess {

namespace {

class NormaliseRpkm : public RowNormaliser {
 public:
  explicit NormaliseRpkm(const base::Parameters& parameters) {
    for (auto& [gene, length] : gene_lengths(parameters)) length_of_.emplace(gene, length);
  }

 protected:
  void change(const std::vector<std::string>& names, std::span<double> values) const override {
    expect_no_negative("rpkm", names, values);
    double total = 0;
    for (std::size_t c = 0; c < values.size(); ++c) {
      const auto at = length_of_.find(names[c]);
      if (at == length_of_.end()) {
        throw base::MismatchError("--gene-lengths has no length of '" + names[c] + "'");
      }
      if (!std::isnan(values[c])) total += values[c];
      values[c] /= at->second;
    }
    if (!(total > 0)) return;
    for (double& value : values) value *= 1e9 / total;
  }

 private:
  std::unordered_map<std::string, double> length_of_;
};

}  // namespace

const StepEntry& normalise_rpkm_entry() {
  static const StepEntry kEntry = {
      .name = "normalise-rpkm",
      .title = "reads per kilobase and million",
      .purpose =
          "Counts become 10^9 count / (length of the gene in base pairs x sum of the person's "
          "counts) "
          "(Mortazavi et al. 2008).",
      .parameters = gene_length_parameters(),
      .make = [](const base::Parameters& parameters) -> std::unique_ptr<Step> {
        return std::make_unique<NormaliseRpkm>(parameters);
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
