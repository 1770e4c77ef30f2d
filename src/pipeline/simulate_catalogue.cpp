// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate_clinical.hpp"

namespace gcrisk::pipeline {

namespace {

using clinical::FieldType;

struct Row {
  const char* name;
  const char* title;
  const char* unit;
  const char* loinc;
  FieldType type;
  double mean, sd;
  bool log_normal;
  int decimals;
  double low, high;
  double age, metabolic, weight;
};

constexpr auto kNumber = FieldType::kNumber;
constexpr auto kInteger = FieldType::kInteger;
constexpr auto kCategory = FieldType::kCategory;

// clang-format off
// Log-normal rows state mean and sd of the natural logarithm.
constexpr Row kCatalogue[] = {
    {"age", "age at enrolment", "a", "30525-0", kInteger, 55, 12, false, 0, 18, 95, 1, 0, 0.8},
    {"sex", "sex in the record", "", "46098-0", kCategory, 0, 1, false, 0, 0, 1, 0, 0, -0.3},
    {"bmi", "body mass index", "kg/m2", "39156-5", kNumber, 27, 4.8, false, 1, 14, 60, 0.1, 0.6,
     0.5},
    {"sbp", "systolic blood pressure", "mm[Hg]", "8480-6", kInteger, 130, 17, false, 0, 80, 230,
     0.45, 0.3, 0.5},
    {"ldl", "LDL cholesterol", "mmol/L", "22748-8", kNumber, 3.4, 0.9, false, 2, 0.5, 9, 0.1, 0.2,
     0.6},
    {"hba1c", "haemoglobin A1c", "%", "4548-4", kNumber, 1.74, 0.12, true, 1, 3.5, 16, 0.25, 0.6,
     0.6},
    {"smoking", "tobacco smoking status", "", "72166-2", kCategory, 0, 1, false, 0, 0, 2, 0, 0,
     0.5},
    {"hdl", "HDL cholesterol", "mmol/L", "14646-4", kNumber, 0.33, 0.27, true, 2, 0.3, 4, 0, -0.5,
     -0.4},
    {"dbp", "diastolic blood pressure", "mm[Hg]", "8462-4", kInteger, 79, 10, false, 0, 40, 140,
     0.1, 0.35, 0.2},
    {"triglycerides", "triglycerides", "mmol/L", "14927-8", kNumber, 0.35, 0.5, true, 2, 0.2, 15,
     0.1, 0.6, 0.2},
    {"creatinine", "creatinine in serum", "umol/L", "14682-9", kInteger, 4.35, 0.22, true, 0, 25,
     900, 0.3, 0.05, 0.2},
    {"crp", "C-reactive protein", "mg/L", "1988-5", kNumber, 0.5, 1.0, true, 1, 0.1, 200, 0.15,
     0.4, 0.3},
    {"heart_rate", "heart rate at rest", "/min", "8867-4", kInteger, 70, 11, false, 0, 35, 150,
     -0.05, 0.2, 0.1},
    {"haemoglobin", "haemoglobin in blood", "g/L", "718-7", kInteger, 141, 14, false, 0, 50, 210,
     -0.1, 0.1, 0},
    {"platelets", "platelets in blood", "10*9/L", "777-3", kInteger, 245, 60, false, 0, 20, 900,
     -0.1, 0.1, 0},
    {"leukocytes", "leukocytes in blood", "10*9/L", "6690-2", kNumber, 1.9, 0.25, true, 1, 1, 60,
     0, 0.3, 0.1},
    {"alt", "alanine aminotransferase", "U/L", "1742-6", kInteger, 3.1, 0.45, true, 0, 3, 900, 0,
     0.45, 0},
    {"urate", "urate in serum", "umol/L", "14933-6", kInteger, 320, 80, false, 0, 80, 900, 0.1,
     0.45, 0},
    {"vitamin_d", "25-hydroxyvitamin D", "nmol/L", "14635-7", kInteger, 3.95, 0.42, true, 0, 5, 300,
     0, -0.2, 0},
    {"height", "body height", "cm", "8302-2", kInteger, 170, 9.5, false, 0, 120, 220, -0.15, 0, 0},
};
// clang-format on

}  // namespace

std::vector<ClinicalVariable> clinical_catalogue(std::size_t n) {
  std::vector<ClinicalVariable> out;
  for (const Row& row : kCatalogue) {
    if (out.size() == n) return out;
    ClinicalVariable v;
    v.field.name = row.name;
    v.field.title = row.title;
    v.field.unit = row.unit;
    v.field.code_system = "http://loinc.org";
    v.field.code = row.loinc;
    v.field.type = row.type;
    if (row.type == kCategory) {
      v.field.levels = v.field.name == "sex"
                           ? std::vector<std::string>{"male", "female"}
                           : std::vector<std::string>{"never", "former", "current"};
      v.field.ordered = v.field.name == "smoking";
    } else {
      v.field.minimum = row.low;
      v.field.maximum = row.high;
    }
    v.field.description = "simulated";
    v.mean = row.mean;
    v.sd = row.sd;
    v.log_normal = row.log_normal;
    v.decimals = row.decimals;
    v.age_loading = row.age;
    v.metabolic_loading = row.metabolic;
    v.weight = row.weight;
    out.push_back(std::move(v));
  }
  for (std::size_t i = 1; out.size() < n; ++i) {
    ClinicalVariable v;
    v.field.name = "lab_" + std::to_string(i);
    v.field.title = "laboratory value without any effect";
    v.field.description = "simulated";
    v.field.minimum = -10;
    v.field.maximum = 10;
    v.decimals = 2;
    out.push_back(std::move(v));
  }
  return out;
}

}  // namespace gcrisk::pipeline
