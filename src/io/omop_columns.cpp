// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "omop_row.hpp"

namespace gcrisk::io::omop {

std::size_t column_of(const CsvSource& source, const std::string& name) {
  if (const auto at = source.column(name)) return *at;
  const auto nearest = base::nearest_names(name, source.header(), 1);
  throw base::MismatchError(source.path() + ": no column is called " + name + " among " +
                                std::to_string(source.header().size()),
                            nearest.empty() ? "expected a table of OMOP CDM 5.3 or 5.4"
                                            : "is it " + nearest.front() + "?");
}

TableColumns find_columns(const CsvSource& source,
                          const std::string& table,
                          const TableSpec* spec) {
  TableColumns c;
  c.table = table;
  c.path = source.path();
  c.separator = source.separator();
  c.n = source.header().size();
  c.person = column_of(source, "person_id");
  const auto maybe = [&](std::string_view name) {
    return name.empty() ? std::nullopt : source.column(name);
  };
  if (spec != nullptr) {
    c.prefix = spec->prefix;
    c.concept_id = column_of(source, std::string(spec->concept_id));
    c.source_concept = maybe(spec->source_concept);
    c.source_value = maybe(spec->source_value);
    c.date = column_of(source, std::string(spec->date));
    c.datetime = maybe(spec->datetime);
    c.end_date = maybe(spec->end_date);
    c.end_datetime = maybe(spec->end_datetime);
    if (spec->has_values) {
      c.number = maybe("value_as_number");
      c.value_concept = maybe("value_as_concept_id");
      c.value_text = maybe("value_as_string");
      c.value_source = maybe("value_source_value");
      c.unit_concept = maybe("unit_concept_id");
      c.unit_source = maybe("unit_source_value");
    }
  } else if (table == "person") {
    c.kind = TableKind::kPerson;
    c.datetime = maybe("birth_datetime");
    c.year = column_of(source, "year_of_birth");
    c.month = maybe("month_of_birth");
    c.day = maybe("day_of_birth");
    c.gender = maybe("gender_concept_id");
    c.race = maybe("race_concept_id");
    c.ethnicity = maybe("ethnicity_concept_id");
  } else if (table == "death") {
    c.kind = TableKind::kDeath;
    c.date = column_of(source, "death_date");
    c.datetime = maybe("death_datetime");
  } else {
    c.kind = TableKind::kObservationPeriod;
    c.date = column_of(source, "observation_period_start_date");
    c.end_date = column_of(source, "observation_period_end_date");
  }
  return c;
}

}  // namespace gcrisk::io::omop
