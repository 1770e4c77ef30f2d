// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file of weights: tensors of the sizes that they claim, or one of our errors.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gcrisk/base/error.hpp"
#include "gcrisk/io/safetensors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gcrisk;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    for (const auto& [name, tensor] : io::parse_safetensors(bytes, "fuzz")) {
      const std::size_t held = std::visit([](const auto& v) { return v.size(); }, tensor.values);
      if (held != tensor.size()) std::abort();
    }
  } catch (const base::Error&) {
  }
  return 0;
}
