// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate_clinical.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gcrisk::pipeline {

namespace {

double rounded(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  return std::round(value * scale) / scale;
}

double draw_value(const ClinicalVariable& v,
                  double age_z,
                  double metabolic_z,
                  base::Random& random) {
  if (v.field.name == "smoking") {
    const double u = random.uniform();
    return u < 0.5 ? 0 : u < 0.8 ? 1 : 2;  // never, former, current
  }
  const double own =
      std::sqrt(1 - v.age_loading * v.age_loading - v.metabolic_loading * v.metabolic_loading);
  const double z =
      v.age_loading * age_z + v.metabolic_loading * metabolic_z + own * random.normal();
  double value = v.mean + v.sd * z;
  if (v.log_normal) value = std::exp(value);
  return std::clamp(rounded(value, v.decimals), *v.field.minimum, *v.field.maximum);
}

// The intercept a for which the mean of 1 / (1 + exp(-(a + z))) is `rate`.
double logit_intercept(const std::vector<double>& z, double rate) {
  double low = -40;
  double high = 40;
  for (int i = 0; i < 80; ++i) {
    const double middle = (low + high) / 2;
    double sum = 0;
    for (const double x : z) sum += 1 / (1 + std::exp(-(middle + x)));
    (sum / static_cast<double>(z.size()) < rate ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

std::vector<int> sexes_of(const std::vector<Person>& people, std::uint64_t seed) {
  std::vector<int> out;
  for (const Person& person : people) {
    out.push_back(base::Random(seed, "sex", person.index).uniform() < 0.5 ? 0 : 1);
  }
  for (const Person& person : people) {
    if (person.father >= 0) out[static_cast<std::size_t>(person.father)] = 0;
    if (person.mother >= 0) out[static_cast<std::size_t>(person.mother)] = 1;
  }
  return out;
}

ClinicalValues draw_clinical(std::size_t n_variables,
                             const std::vector<Person>& people,
                             std::uint64_t seed) {
  ClinicalValues out{clinical_catalogue(n_variables), {}};
  out.columns.assign(n_variables, std::vector<double>(people.size()));
  const std::vector<int> sex = sexes_of(people, seed);
  for (std::size_t i = 0; i < people.size(); ++i) {
    base::Random random(seed, "clinical", people[i].index);
    // Age is drawn first whether or not it is asked for: the others depend on it.
    const double age = std::clamp(std::round(55 + 12 * random.normal()), 18.0, 95.0);
    const double age_z = (age - 55) / 12;
    const double metabolic_z = random.normal();
    for (std::size_t k = 0; k < n_variables; ++k) {
      const ClinicalVariable& v = out.variables[k];
      double value = 0;
      if (v.field.name == "age") {
        value = age;
      } else if (v.field.name == "sex") {
        value = sex[i];
      } else {
        value = draw_value(v, age_z, metabolic_z, random);
      }
      out.columns[k][i] = value;
    }
  }
  return out;
}

std::vector<double> standardised(const std::vector<double>& x) {
  const auto n = static_cast<double>(x.size());
  double sum = 0;
  for (const double value : x) sum += value;
  const double mean = sum / n;
  double squares = 0;
  for (const double value : x) squares += (value - mean) * (value - mean);
  const double sd = std::sqrt(squares / n);
  std::vector<double> out(x.size(), 0.0);
  if (!(sd > 0)) return out;
  for (std::size_t i = 0; i < x.size(); ++i) out[i] = (x[i] - mean) / sd;
  return out;
}

void drop_values(ClinicalValues& values,
                 const std::vector<Person>& people,
                 double rate,
                 MissingMechanism mechanism,
                 std::uint64_t seed) {
  if (rate <= 0 || people.empty()) return;
  std::vector<double> age_z(people.size(), 0.0);
  for (std::size_t k = 0; k < values.columns.size(); ++k) {
    if (values.variables[k].field.name == "age") age_z = standardised(values.columns[k]);
  }
  for (std::size_t k = 0; k < values.columns.size(); ++k) {
    const std::string& name = values.variables[k].field.name;
    if (name == "age" || name == "sex") continue;
    auto& column = values.columns[k];
    std::vector<double> z(people.size(), 0.0);
    if (mechanism == MissingMechanism::kMar) z = age_z;
    if (mechanism == MissingMechanism::kMnar) z = standardised(column);
    const double intercept = logit_intercept(z, rate);
    for (std::size_t i = 0; i < people.size(); ++i) {
      const double p =
          mechanism == MissingMechanism::kMcar ? rate : 1 / (1 + std::exp(-(intercept + z[i])));
      base::Random random(seed, "missing-value", people[i].index * 65536 + k);
      if (random.uniform() < p) column[i] = std::numeric_limits<double>::quiet_NaN();
    }
  }
}

clinical::Table to_table(const ClinicalValues& values, std::vector<std::string> ids) {
  clinical::Table table(std::move(ids));
  for (std::size_t k = 0; k < values.columns.size(); ++k) {
    clinical::Column column;
    column.field = values.variables[k].field;
    if (column.field.type == clinical::FieldType::kCategory) {
      for (const double value : values.columns[k]) {
        column.codes.push_back(std::isnan(value) ? -1 : static_cast<std::int32_t>(value));
      }
    } else {
      column.numbers = values.columns[k];
    }
    table.add(std::move(column));
  }
  return table;
}

}  // namespace gcrisk::pipeline
