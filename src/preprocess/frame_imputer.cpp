// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "frame_imputer.hpp"

#include <nlohmann/json.hpp>

namespace gcrisk::preprocess {

void FrameImputer::fit(const cohort::Cohort& training, const base::Context& context) {
  for (std::size_t p = 0; p < kTableParts.size(); ++p) {
    const clinical::Table& table = training.*kTableParts[p].table;
    memory_[p] = {TableFrame(table), {}};
    if (memory_[p].frame.n_columns() == 0) continue;
    learn(memory_[p], memory_[p].frame.values(table, kTableParts[p].name), context);
    prepare(p, memory_[p]);
  }
}

void FrameImputer::apply(cohort::Cohort& cohort, const base::Context& context) const {
  for (std::size_t p = 0; p < kTableParts.size(); ++p) {
    if (memory_[p].frame.n_columns() == 0) continue;
    clinical::Table& table = cohort.*kTableParts[p].table;
    Eigen::MatrixXd values = memory_[p].frame.values(table, kTableParts[p].name);
    context.for_chunks(table.n_rows(), 64, [&](std::size_t begin, std::size_t end) {
      fill_rows(p, values, cohort.ids, begin, end);
    });
    memory_[p].frame.fill(table, values);
  }
}

StepState FrameImputer::save() const {
  StepState state;
  base::Json json = base::Json::object();
  for (std::size_t p = 0; p < kTableParts.size(); ++p) {
    if (memory_[p].frame.n_columns() == 0) continue;
    const std::string part(kTableParts[p].name);
    json[part] = memory_[p].frame.to_json();
    for (const auto& [name, tensor] : memory_[p].tensors) {
      state.tensors[part + "/" + name] = tensor;
    }
  }
  state.json_text = json.dump();
  return state;
}

void FrameImputer::load(const StepState& state) {
  const auto json = base::Json::parse(state.json_text);
  for (std::size_t p = 0; p < kTableParts.size(); ++p) {
    const std::string part(kTableParts[p].name);
    memory_[p] = {};
    if (!json.contains(part)) continue;
    memory_[p].frame = TableFrame::from_json(json[part]);
    const std::string prefix = part + "/";
    for (const auto& [name, tensor] : state.tensors) {
      if (name.starts_with(prefix)) memory_[p].tensors[name.substr(prefix.size())] = tensor;
    }
    prepare(p, memory_[p]);
  }
}

}  // namespace gcrisk::preprocess
