// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>

#include "frame_imputer.hpp"
#include "state.hpp"

namespace gcrisk::preprocess {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

struct Neighbour {
  double distance;
  Index donor;
  bool operator<(const Neighbour& other) const {
    return std::pair(distance, donor) < std::pair(other.distance, other.donor);
  }
};

class ImputeKnn : public FrameImputer {
 public:
  explicit ImputeKnn(const base::Parameters& parameters)
      : k_(static_cast<std::size_t>(parameters.integer("neighbours"))) {}

 protected:
  void learn(Memory& memory, const MatrixXd& values, const base::Context&) override {
    memory.tensors["donors"] = {
        {static_cast<std::size_t>(values.cols()), static_cast<std::size_t>(values.rows())},
        std::vector<double>(values.data(), values.data() + values.size())};
  }

  void prepare(std::size_t part, const Memory& memory) override {
    const StepState state{"", memory.tensors};
    const auto& donors = tensor_values<double>(state, "donors");
    const auto columns = static_cast<Index>(memory.frame.n_columns());
    const Index rows = static_cast<Index>(donors.size()) / columns;
    tensor_values<double>(state, "donors", static_cast<std::size_t>(rows * columns));
    // A person a column: distances run along columns of a person.
    donors_[part] = Eigen::Map<const MatrixXd>(donors.data(), rows, columns).transpose();
  }

  void fill_rows(std::size_t part,
                 MatrixXd& values,
                 const std::vector<std::string>&,
                 std::size_t begin,
                 std::size_t end) const override {
    const MatrixXd& donors = donors_[part];
    std::vector<Neighbour> neighbours;
    for (std::size_t row = begin; row < end; ++row) {
      Eigen::VectorXd person = values.row(static_cast<Index>(row));
      if (!person.hasNaN()) continue;
      neighbours.clear();
      for (Index d = 0; d < donors.cols(); ++d) {
        const double distance = distance_between(part, person, donors.col(d));
        if (!std::isnan(distance)) neighbours.push_back({distance, d});
      }
      std::sort(neighbours.begin(), neighbours.end());
      for (Index c = 0; c < person.size(); ++c) {
        if (std::isnan(person[c])) values(static_cast<Index>(row), c) = vote(part, c, neighbours);
      }
    }
  }

 private:
  // Euclidean over the columns that both have, scaled up to all columns (Dixon 1979): a number
  // counts its squared difference in standard deviations, a category 0 or 1.
  template <typename A, typename B>
  double distance_between(std::size_t part, const A& a, const B& b) const {
    const auto& columns = memory_[part].frame.columns();
    double sum = 0;
    double shared = 0;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const double x = a[static_cast<Index>(c)];
      const double y = b[static_cast<Index>(c)];
      if (std::isnan(x) || std::isnan(y)) continue;
      shared += 1;
      const double difference =
          columns[c].n_levels > 0 ? (x == y ? 0 : 1) : (x - y) / columns[c].sd;
      sum += difference * difference;
    }
    if (shared == 0) return std::numeric_limits<double>::quiet_NaN();
    return sum * static_cast<double>(columns.size()) / shared;
  }

  double vote(std::size_t part, Index column, const std::vector<Neighbour>& neighbours) const {
    const auto& about = memory_[part].frame.columns()[static_cast<std::size_t>(column)];
    const bool is_class = about.n_levels > 0 || about.two_valued;
    double sum = 0;
    std::size_t n = 0;
    std::map<double, std::size_t> votes;
    for (const Neighbour& neighbour : neighbours) {
      const double value = donors_[part](column, neighbour.donor);
      if (std::isnan(value)) continue;
      sum += value;
      ++votes[value];
      if (++n == k_) break;
    }
    if (n == 0) return is_class ? std::round(about.mean) : about.mean;
    if (!is_class) return sum / static_cast<double>(n);
    return std::max_element(votes.begin(),
                            votes.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
  }

  std::size_t k_;
  std::array<MatrixXd, kTableParts.size()> donors_;  // columns × training people
};

}  // namespace

const StepEntry& impute_knn_entry() {
  static const StepEntry kEntry = {
      .name = "impute-knn",
      .title = "imputation from the nearest neighbours",
      .purpose =
          "Fills a gap with the mean (of a category or a two-valued column: the most "
          "frequent value) of the nearest training samples that have a value there. The "
          "distance is Euclidean over the columns that both have, each in its standard "
          "deviations, a category counting 0 or 1. The training values are stored.",
      .parameters = {{.name = "neighbours",
                      .type = base::ParameterType::kInteger,
                      .meaning = "neighbours that fill a gap, for --impute knn",
                      .default_value = "5",
                      .min = 1,
                      .max = 1000,
                      .source = "Troyanskaya et al. 2001",
                      .group = "tables"}},
      .make = [](const base::Parameters& parameters) -> std::unique_ptr<Step> {
        return std::make_unique<ImputeKnn>(parameters);
      }};
  return kEntry;
}

}  // namespace gcrisk::preprocess
