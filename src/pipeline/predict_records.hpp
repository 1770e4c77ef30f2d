// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "gcrisk/base/parameters.hpp"
#include "gcrisk/clinical/table.hpp"
#include "gcrisk/pipeline/run.hpp"

// New people's health records as the columns that a model was trained with.
namespace gcrisk::pipeline {

// --fhir, --events, and what decides how records become columns.
base::ParameterTable new_record_parameters();

// One row for everybody who has an index date, with exactly these columns: codes, windows, levels
// and units are the model's, a value in another unit is converted. Reads the records twice; memory
// is that of the table. MismatchError where a column cannot be made of events; DegenerateError
// where nobody has an index date.
clinical::Table table_of_records(const std::vector<clinical::Field>& fields, Run& run);

}  // namespace gcrisk::pipeline
