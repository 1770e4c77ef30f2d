// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/parameters.hpp"
#include "gcrisk/io/record_reader.hpp"

namespace gcrisk::pipeline {

// Options of `ingest ehr` that only dated records have.
base::ParameterTable record_parameters();

// What the readers of records need to know, from --on-bad-record, --checksums, --prefer-systems.
io::RecordOptions record_options(const base::Parameters& parameters);
// What may be held before it is put aside.
std::size_t record_sort_memory(const base::Context& context);

}  // namespace gcrisk::pipeline
