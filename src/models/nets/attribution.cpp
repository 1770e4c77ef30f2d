// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/nn/backend.hpp"
#include "models/nets/net.hpp"

namespace gcrisk::models::nets {

using Eigen::Index;

namespace {

constexpr std::size_t kPathSteps = 24;
constexpr std::size_t kTogether = 32;

// Which feature of the dataset each number of an input belongs to.
std::vector<Index> features_of(const nn::InputStep& input,
                               const nn::Shape& shape,
                               const InputScales& scales) {
  std::vector<Index> out(shape.size());
  for (std::size_t k = 0; k < out.size(); ++k) {
    if (input.input == "genotypes") {
      out[k] = scales.order[k / shape.channels];
    } else {
      out[k] = static_cast<Index>(k + scales.order.size() +
                                  (input.input == "molecular" ? scales.clinical_mean.size() : 0));
    }
  }
  return out;
}

// Integrated gradients along the straight line from the average person to each person.
class Path {
 public:
  Path(nn::Executor& executor, const nn::Plan& plan, const InputScales& scales)
      : executor_(executor), plan_(plan) {
    for (const nn::InputStep& input : plan.inputs) {
      features_.push_back(features_of(input, plan.shapes[input.output], scales));
      sizes_.push_back(plan.shapes[input.output].size());
    }
  }

  // Adds contributions of `people` to rows of `values`; returns the largest error of
  // completeness before it is shared out. `scores` gets what the contributions add up to.
  double add(const nn::Data& data,
             std::span<const std::uint32_t> people,
             Eigen::MatrixXd& values,
             Eigen::VectorXd& baseline,
             Eigen::VectorXd& scores) {
    const std::size_t n = people.size();
    nn::DenseInputs end(plan_.inputs.size());
    for (std::size_t j = 0; j < end.size(); ++j) {
      end[j].resize(n * sizes_[j]);
      for (std::size_t i = 0; i < n; ++i) {
        nn::read_input(data,
                       plan_.inputs[j],
                       plan_.shapes[plan_.inputs[j].output],
                       people[i],
                       end[j].data() + i * sizes_[j]);
      }
    }
    std::vector<std::vector<double>> sums(end.size());
    for (std::size_t j = 0; j < end.size(); ++j) sums[j].assign(end[j].size(), 0.0);
    for (std::size_t s = 0; s < kPathSteps; ++s) {
      at(end, n, (static_cast<double>(s) + 0.5) / kPathSteps);
      for (std::size_t j = 0; j < end.size(); ++j) {
        for (std::size_t k = 0; k < end[j].size(); ++k) sums[j][k] += slopes_[j][k];
      }
    }
    at(end, n, 0);
    const std::vector<float> first = scores_;
    at(end, n, 1);
    double worst = 0;
    for (std::size_t i = 0; i < n; ++i) {
      double sum = 0;
      double absolute = 0;
      for (std::size_t j = 0; j < end.size(); ++j) {
        for (std::size_t k = i * sizes_[j]; k < (i + 1) * sizes_[j]; ++k) {
          sums[j][k] *= static_cast<double>(end[j][k]) / kPathSteps;
          sum += sums[j][k];
          absolute += std::abs(sums[j][k]);
        }
      }
      const double whole = static_cast<double>(scores_[i]) - static_cast<double>(first[i]);
      const double missing = whole - sum;
      worst = std::max(worst, std::abs(missing));
      const double share = absolute > 0 ? missing / absolute : 0;
      const auto row = static_cast<Index>(people[i]);
      for (std::size_t j = 0; j < end.size(); ++j) {
        for (std::size_t k = 0; k < sizes_[j]; ++k) {
          const double own = sums[j][i * sizes_[j] + k];
          values(row, features_[j][k]) += own + share * std::abs(own);
        }
      }
      baseline(row) += first[i];
      scores(row) += scores_[i];
    }
    return worst;
  }

 private:
  void at(const nn::DenseInputs& end, std::size_t n, double share) {
    nn::DenseInputs here = end;
    for (auto& input : here) {
      for (float& x : input) x *= static_cast<float>(share);
    }
    executor_.input_gradient(here, n, 0, scores_, slopes_);
  }

  nn::Executor& executor_;
  const nn::Plan& plan_;
  std::vector<std::vector<Index>> features_;
  std::vector<std::size_t> sizes_;
  std::vector<float> scores_;
  nn::DenseInputs slopes_;
};

}  // namespace

// Sundararajan, Taly, Yan 2017, arXiv:1703.01365. What the midpoint rule leaves over is shared out
// in proportion, so that contributions add up; how much it was is said.
Attribution Net::explain(const cohort::Dataset& dataset, const base::Context& context) const {
  if (n_outputs_ != 1) {
    throw base::UsageError(
        "contributions are for one score, this net has " + std::to_string(n_outputs_),
        "explain a net of a binary, continuous or survival (cox) outcome");
  }
  const nn::Data data = to_data(dataset, context);
  const nn::Plan plan = nn::make_plan(spec_, data.sizes, n_outputs_);
  const auto n = static_cast<Index>(data.n_people);
  Attribution out;
  for (const auto& variant : dataset.variants) out.features.push_back(variant.id);
  for (const auto* names : {&dataset.clinical_names, &dataset.molecular_names}) {
    out.features.insert(out.features.end(), names->begin(), names->end());
  }
  out.values = Eigen::MatrixXd::Zero(n, static_cast<Index>(out.features.size()));
  Eigen::VectorXd baseline = Eigen::VectorXd::Zero(n);
  Eigen::VectorXd scores = Eigen::VectorXd::Zero(n);
  double worst = 0;
  for (const base::TensorMap& member : members_) {
    const auto executor = nn::find_backend("eigen").compile(plan, loss_, context);
    executor->set_parameters(member);
    Path path(*executor, plan, scales_);
    for (std::size_t begin = 0; begin < data.n_people; begin += kTogether) {
      context.cancellation->check();
      std::vector<std::uint32_t> people(std::min(kTogether, data.n_people - begin));
      std::iota(people.begin(), people.end(), static_cast<std::uint32_t>(begin));
      worst = std::max(worst, path.add(data, people, out.values, baseline, scores));
    }
  }
  const double scale =
      (loss_ == nn::Loss::kSquared ? target_.sd : 1.0) / static_cast<double>(members_.size());
  out.values *= scale;
  out.baseline =
      (n > 0 ? baseline(0) * scale : 0) + (loss_ == nn::Loss::kSquared ? target_.mean : 0);
  out.largest_error =
      n > 0 ? ((scores - baseline) * scale - out.values.rowwise().sum()).cwiseAbs().maxCoeff() : 0;
  context.log->info("integrated gradients over " + std::to_string(kPathSteps) +
                    " steps: largest error of completeness " + base::format_number(worst * scale) +
                    ", shared out in proportion");
  return out;
}

}  // namespace gcrisk::models::nets
