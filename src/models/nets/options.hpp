// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/base/parameters.hpp"
#include "gcrisk/nn/train.hpp"

namespace gcrisk::models::nets {

// Rows that every net has: how it is trained. A model's own rows stand before them.
base::ParameterTable training_parameters();
// Rows of the genomic branch, and of the dense layers.
base::ParameterTable convolution_parameters();
base::ParameterTable dense_parameters(const std::string& genotype_units);

nn::TrainingSettings training_settings(const base::Parameters& parameters);

// "64,32" as numbers. UsageError with the option's name.
std::vector<std::size_t> sizes_of(const base::Parameters& parameters, const std::string& name);

}  // namespace gcrisk::models::nets
