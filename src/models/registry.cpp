// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/registry.hpp"

#include "gcrisk/base/error.hpp"
#include "gcrisk/models/model.hpp"

namespace gcrisk::models {

#define GCRISK_REGISTER(name) const ModelEntry& name##_entry();
#include "models/registry.inc"
#undef GCRISK_REGISTER

const std::vector<const ModelEntry*>& all_models() {
  static const std::vector<const ModelEntry*> kAll = {
#define GCRISK_REGISTER(name) &name##_entry(),
#include "models/registry.inc"
#undef GCRISK_REGISTER
  };
  return kAll;
}

const ModelEntry& find_model(std::string_view name) {
  return base::find_entry(all_models(), "model", name);
}

Attribution Model::explain(const cohort::Dataset&, const base::Context&) const {
  throw base::UsageError(
      "this model has no attribution of its own",
      "models that have one: lr, cox, linear svm, gbm and the nets with one score");
}

}  // namespace gcrisk::models
