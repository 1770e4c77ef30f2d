// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gcrisk/pipeline/model_folder.hpp"

namespace gcrisk::pipeline {

// The variants of a model whose score is a sum over them, as a scoring file of the PGS Catalog
// (format 2.0), which `plink2 --score` reads without its lines of '#': the weight of each copy of
// the effect allele, A1. Empty text where the model is no such sum, has several scores, or no
// variant has a weight. What clinical and molecular columns and the intercept add is not in it.
std::string pgs_scoring(const ModelFolder& folder, const models::State& state);

}  // namespace gcrisk::pipeline
