// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "gcrisk/base/output.hpp"
#include "gcrisk/base/tensor.hpp"

namespace gcrisk::io {

// The safetensors format (Hugging Face): 8 bytes little-endian header length, a JSON header of
// name -> {dtype, shape, data_offsets}, then the arrays. Readable by Python's `safetensors`.
void write_safetensors(base::OutputFile& file,
                       const base::TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata = {});

// MalformedError on a header that lies: offsets outside the file, overlapping, with gaps or of the
// wrong size, a name that stands twice, unknown dtype, a header larger than 100 MB.
base::TensorMap read_safetensors(const std::filesystem::path& path);
// The same over bytes in memory; `name` stands in messages.
base::TensorMap parse_safetensors(std::string_view bytes, const std::string& name);

}  // namespace gcrisk::io
