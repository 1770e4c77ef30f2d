// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "certificate.hpp"

namespace gcrisk::pipeline {

// What the manifests beside a study's features say of dates: preprocess --events in the study
// itself, or ingest ehr beside the clinical table. Features from a plain table carry no dates, and
// then nothing is claimed.
DatesCheck dates_of_study(const std::string& study_path);

}  // namespace gcrisk::pipeline
