// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "gcrisk/nn/backend.hpp"

namespace gcrisk::backends::torch {

// What training leaves out by chance, for the people of some batches: the same random numbers as
// the Eigen backend draws, so that a run does not depend on the backend or the number of processes.
struct Noise {
  std::map<std::string, std::vector<std::uint8_t>> kept;  // by layer: people × numbers
  std::vector<std::uint8_t> there;  // people × branches, or empty where nobody lacks one
};

// Number of a person's place in training: batch since it began, and place within it.
std::uint64_t place_of(std::uint64_t batch, std::size_t i);

// The people of `rows` at `places`. `settings` null: prediction, where nothing is left to chance
// and no places are needed.
Noise draw_noise(const nn::Plan& plan,
                 const nn::Data& data,
                 std::span<const std::uint32_t> rows,
                 const nn::StepSettings* settings,
                 std::span<const std::uint64_t> places);

// Bytes that `draw_noise` makes a person in training.
std::size_t noise_bytes(const nn::Plan& plan);

}  // namespace gcrisk::backends::torch
