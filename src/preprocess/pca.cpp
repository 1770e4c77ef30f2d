// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "components.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/inheritance.hpp"
#include "state.hpp"
#include "variant_filter.hpp"

namespace gcrisk::preprocess {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

// The exact way is taken up to this many training samples: a Gram matrix of 128 MB.
constexpr std::size_t kExactLimit = 4000;

// (count of A1 - 2f) / sqrt(2f(1 - f)), a missing call at 0.
genotype::CodeTable table_of(double frequency, bool swapped) {
  const double sd = std::sqrt(2 * frequency * (1 - frequency));
  if (!(sd > 0)) return {0, 0, 0, 0};
  const auto at = [&](double count) { return (count - 2 * frequency) / sd; };
  return swapped ? genotype::CodeTable{at(0), 0, at(1), at(2)}
                 : genotype::CodeTable{at(2), 0, at(1), at(0)};
}

class Pca : public Step {
 public:
  explicit Pca(const base::Parameters& parameters)
      : k_(static_cast<std::size_t>(parameters.integer("pca"))),
        method_(parameters.text("pca-method")) {}

  void fit(const cohort::Cohort& training, const base::Context& context) override {
    const auto counts = genotype::count_genotypes(training.genotypes, context);
    variants_.clear();
    frequencies_.clear();
    std::vector<std::uint32_t> columns;
    std::vector<genotype::CodeTable> tables;
    for (std::size_t j = 0; j < counts.size(); ++j) {
      const double f = counts[j].a1_frequency();
      if (!(f > 0 && f < 1) ||
          genotype::inheritance_of(training.variants[j]) != genotype::Inheritance::kAutosomal)
        continue;
      columns.push_back(static_cast<std::uint32_t>(j));
      tables.push_back(table_of(f, false));
      frequencies_.push_back(f);
      variants_.push_back(training.variants[j]);
    }
    const std::size_t most = std::min(columns.size(), training.n_samples());
    if (k_ >= most) {
      throw base::DegenerateError("--pca " + std::to_string(k_) + ": " +
                                  base::format_count(training.n_samples()) +
                                  " training samples and " + base::format_count(columns.size()) +
                                  " autosomal variants that vary have fewer components");
    }
    // Gathering the training rows once is cheaper than in each pass.
    const auto view = training.genotypes.with_variants(columns).compact();
    const bool exact =
        method_ == "exact" || (method_ == "auto" && training.n_samples() <= kExactLimit);
    const Components found = exact ? exact_components(view, tables, k_, context)
                                   : random_components(view, tables, k_, context);
    // Weights that give the training samples the entries of the eigenvectors.
    loadings_ = found.right;
    for (Index c = 0; c < loadings_.cols(); ++c) loadings_.col(c) /= found.singular_values[c];
    eigenvalues_ = found.singular_values.array().square() / static_cast<double>(columns.size());
    exact_ = exact;
  }

  void apply(cohort::Cohort& cohort, const base::Context& context) const override {
    std::unordered_map<std::int64_t, std::uint32_t> found;
    for (std::size_t j = 0; j < cohort.variants.size(); ++j) {
      found.emplace(fingerprint(cohort.variants[j]), static_cast<std::uint32_t>(j));
    }
    std::vector<std::uint32_t> columns;
    std::vector<Index> rows;
    std::vector<genotype::CodeTable> tables;
    for (std::size_t v = 0; v < variants_.size(); ++v) {
      const auto at = found.find(fingerprint(variants_[v]));
      if (at == found.end()) continue;
      columns.push_back(at->second);
      rows.push_back(static_cast<Index>(v));
      tables.push_back(
          table_of(frequencies_[v], cohort.variants[at->second].a1 != variants_[v].a1));
    }
    if (columns.empty()) {
      throw base::MismatchError("none of the " + base::format_count(variants_.size()) +
                                    " variants of the principal components is among the genotypes",
                                "give genotypes on the build and with the variants of the study");
    }
    if (columns.size() < variants_.size() && context.log) {
      context.log->warning(base::format_count(variants_.size() - columns.size()) + " of " +
                           base::format_count(variants_.size()) +
                           " variants of the principal components are absent and count as average");
    }
    MatrixXd scores = MatrixXd::Zero(static_cast<Index>(cohort.n_samples()), loadings_.cols());
    const MatrixXd weights = loadings_(rows, Eigen::all);
    genotype::multiply(cohort.genotypes.with_variants(columns), tables, weights, scores, context);
    if (cohort.clinical.n_rows() == 0) cohort.clinical = clinical::Table(cohort.ids);
    for (Index c = 0; c < scores.cols(); ++c) {
      clinical::Column column;
      column.field.name = "PC" + std::to_string(c + 1);
      column.field.description = "principal component of the genotypes";
      column.numbers.assign(scores.col(c).begin(), scores.col(c).end());
      cohort.clinical.add(std::move(column));
    }
  }

  StepState save() const override {
    base::Json variants = base::Json::array();
    for (const auto& v : variants_)
      variants.push_back({v.chromosome, v.position_bp, v.id, v.a1, v.a2});
    const std::vector<double> values(eigenvalues_.begin(), eigenvalues_.end());
    StepState state;
    state.json_text = base::Json{
        {"method", exact_ ? "exact" : "randomised"},
        {"eigenvalues", values},
        {"variants",
         variants}}.dump();
    const auto rows = static_cast<std::size_t>(loadings_.rows());
    const auto columns = static_cast<std::size_t>(loadings_.cols());
    std::vector<double> loadings(rows * columns);
    Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
        loadings.data(), loadings_.rows(), loadings_.cols()) = loadings_;
    state.tensors["loadings"] = {{rows, columns}, std::move(loadings)};
    state.tensors["a1_frequencies"] = base::Tensor::of(frequencies_);
    return state;
  }

  void load(const StepState& state) override {
    const auto json = base::Json::parse(state.json_text);
    exact_ = json.at("method") == "exact";
    const auto values = json.at("eigenvalues").get<std::vector<double>>();
    eigenvalues_ =
        Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Index>(values.size()));
    variants_.clear();
    for (const auto& v : json.at("variants")) {
      variants_.push_back({v.at(0).get<std::string>(),
                           v.at(1).get<std::int64_t>(),
                           v.at(2).get<std::string>(),
                           v.at(3).get<std::string>(),
                           v.at(4).get<std::string>(),
                           0});
    }
    frequencies_ = tensor_values<double>(state, "a1_frequencies", variants_.size());
    const auto& loadings =
        tensor_values<double>(state, "loadings", variants_.size() * values.size());
    loadings_ =
        Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
            loadings.data(),
            static_cast<Index>(variants_.size()),
            static_cast<Index>(values.size()));
  }

  genotype::Variants needed_variants() const override { return variants_; }

 private:
  std::size_t k_;
  std::string method_;
  bool exact_ = true;
  genotype::Variants variants_;
  std::vector<double> frequencies_;  // of A1 in the training set
  MatrixXd loadings_;                // variants × components
  Eigen::VectorXd eigenvalues_;
};

}  // namespace

const StepEntry& pca_entry() {
  static const StepEntry kEntry = {
      .name = "pca",
      .title = "principal components of the genotypes",
      .purpose =
          "Adds the leading principal components of the training samples' autosomal "
          "genotypes, standardised by allele frequency with missing calls at the mean, as "
          "clinical columns PC1, PC2, ...; other people are projected with the stored "
          "loadings. The training samples' values are the entries of the eigenvectors.",
      .parameters = {{.name = "pca",
                      .type = base::ParameterType::kInteger,
                      .meaning = "add this many principal components of the genotypes as columns",
                      .min = 1,
                      .max = 500,
                      .required = true,
                      .group = "components"},
                     {.name = "pca-method",
                      .type = base::ParameterType::kChoice,
                      .meaning = "how components are found; auto is exact up to 4,000 training "
                                 "samples",
                      .default_value = "auto",
                      .choices = {"auto", "exact", "randomised"},
                      .source = "Halko, Martinsson and Tropp 2011; Musco and Musco 2015",
                      .group = "components"}},
      .make = [](const base::Parameters& parameters) -> std::unique_ptr<Step> {
        return std::make_unique<Pca>(parameters);
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
