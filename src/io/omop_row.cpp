// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "omop_row.hpp"

#include <charconv>
#include <cmath>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/clinical/events.hpp"

namespace gcrisk::io::omop {

namespace {

constexpr int kFirstYear = 1850;
constexpr int kLastYear = 2200;
constexpr std::int64_t kMale = 8507;
constexpr std::int64_t kFemale = 8532;

struct BadRow {
  std::string message;
};

void append_integer(std::string& out, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

}  // namespace

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

RowReader::RowReader(const TableColumns& columns,
                     std::uint32_t file,
                     const Units& units,
                     const RecordOptions& options,
                     clinical::EventBlock& events,
                     clinical::IngestReport& report,
                     std::unordered_set<std::int64_t>& concepts)
    : columns_(columns),
      file_(file),
      units_(units),
      options_(options),
      events_(events),
      report_(report),
      concepts_(concepts) {}

void RowReader::read(const CsvPiece& piece) {
  CsvRows rows(piece, columns_.separator);
  std::uint64_t n = 0;
  while (rows.next(cells_)) {
    ++n;
    line_ = rows.line();
    const std::size_t mark = events_.mark();
    const std::uint64_t before = n_events_;
    try {
      read_row();
    } catch (const BadRow& bad) {
      events_.rewind(mark);
      n_events_ = before;
      const std::string message = columns_.path + ":" + std::to_string(line_) + ": " + bad.message;
      if (!options_.skip_bad) {
        throw base::MalformedError(
            message, "mend the row, or continue without such rows: --on-bad-record skip");
      }
      report_.bad(message);
    }
  }
  report_.seen[columns_.table] += n;
  if (n_events_ > 0) report_.events[columns_.table] += n_events_;
}

std::string_view RowReader::cell(const std::optional<std::size_t>& column) const {
  if (!column) return {};
  const std::string_view text = base::trim(cells_[*column]);
  return base::is_missing(text) || text == "\\N" || text == "NULL" ? std::string_view() : text;
}

// A 64-bit whole number, also as pandas writes a column with gaps (12.0); 0 where there is none.
std::int64_t RowReader::integer(const std::optional<std::size_t>& column) const {
  std::string_view text = cell(column);
  if (text.empty()) return 0;
  if (text.ends_with(".0")) text.remove_suffix(2);
  if (const auto value = base::parse_integer(text)) return *value;
  throw BadRow{"column " + std::to_string(*column + 1) + " holds '" +
               std::string(text.substr(0, 40)) + "', expected a whole number"};
}

clinical::Time RowReader::parse(std::size_t column) const {
  const std::string_view text = cell(column);
  const auto time = clinical::parse_time(text);
  const int year = time ? clinical::year_of(time->seconds) : 0;
  if (!time || year < kFirstYear || year > kLastYear) {
    throw BadRow{"column " + std::to_string(column + 1) + " holds '" +
                 std::string(text.substr(0, 40)) + "', expected a date (YYYY-MM-DD) from " +
                 std::to_string(kFirstYear) + " to " + std::to_string(kLastYear)};
  }
  return *time;
}

clinical::Time RowReader::time(const std::optional<std::size_t>& date,
                               const std::optional<std::size_t>& datetime) const {
  if (!cell(datetime).empty()) {
    clinical::Time exact = parse(*datetime);
    // Midnight is what those write who know the day only.
    if (exact.precision == clinical::Precision::kSecond &&
        exact.seconds % clinical::kSecondsPerDay == 0) {
      exact.precision = clinical::Precision::kDay;
    }
    return exact;
  }
  if (cell(date).empty()) return {};
  clinical::Time day = parse(*date);
  if (day.precision == clinical::Precision::kSecond) {
    day.precision = day.seconds % clinical::kSecondsPerDay == 0 ? clinical::Precision::kDay
                                                                : clinical::Precision::kSecond;
  }
  return day;
}

void RowReader::emit(std::string_view code, bool is_reference, const clinical::Time& time) {
  event_.code = code;
  event_.code_is_reference = is_reference;
  event_.time = time;
  events_.add(event_);
  ++n_events_;
}

void RowReader::read_row() {
  if (cells_.size() != columns_.n) {
    throw BadRow{std::to_string(cells_.size()) + " cells, the header has " +
                 std::to_string(columns_.n)};
  }
  if (cell(columns_.person).empty()) throw BadRow{"person_id is empty"};
  subject_.clear();
  append_integer(subject_, integer(columns_.person));
  event_ = {};
  event_.subject = subject_;
  event_.file = file_;
  event_.line = line_;
  switch (columns_.kind) {
    case TableKind::kPerson: read_person(); break;
    case TableKind::kEvents: read_event(); break;
    case TableKind::kDeath:
    case TableKind::kObservationPeriod: {
      const bool death = columns_.kind == TableKind::kDeath;
      const clinical::Time begin = time(columns_.date, columns_.datetime);
      if (!begin.known()) {
        report_.drop(columns_.table, "no date");
        return;
      }
      emit(death ? clinical::kDeath : clinical::kObservation, false, begin);
      const clinical::Time end = time(columns_.end_date, {});
      if (end.known()) emit(clinical::kObservationEnd, false, end);
    }
  }
}

void RowReader::emit_static(const char* prefix, const std::optional<std::size_t>& column) {
  const std::int64_t id = integer(column);
  if (id == 0) return;
  concepts_.insert(id);
  code_ = prefix;
  code_ += "OMOP/";
  append_integer(code_, id);
  emit(code_, true, {});
}

void RowReader::read_person() {
  clinical::Time born = time({}, columns_.datetime);
  if (!born.known() && !cell(columns_.year).empty()) {
    const std::int64_t year = integer(columns_.year);
    const std::int64_t month = integer(columns_.month);
    const std::int64_t day = integer(columns_.day);
    char text[16];
    const int n =
        month == 0 ? std::snprintf(text, sizeof text, "%04d", static_cast<int>(year))
        : day == 0
            ? std::snprintf(
                  text, sizeof text, "%04d-%02d", static_cast<int>(year), static_cast<int>(month))
            : std::snprintf(text,
                            sizeof text,
                            "%04d-%02d-%02d",
                            static_cast<int>(year),
                            static_cast<int>(month),
                            static_cast<int>(day));
    const auto parsed = clinical::parse_time({text, static_cast<std::size_t>(n)});
    if (!parsed || year < kFirstYear || year > kLastYear) {
      throw BadRow{"born on " + std::string(text) + ", expected a date of the calendar from " +
                   std::to_string(kFirstYear) + " to " + std::to_string(kLastYear)};
    }
    born = *parsed;
  }
  if (born.known()) {
    emit(clinical::kBirth, false, born);
  } else {
    report_.remark("person", "without a date of birth");
  }
  const std::int64_t gender = integer(columns_.gender);
  if (gender == kMale || gender == kFemale) {
    emit(gender == kMale ? "GENDER/male" : "GENDER/female", false, {});
  } else if (gender != 0) {
    emit("GENDER/other", false, {});
  }
  emit_static("RACE/", columns_.race);
  emit_static("ETHNICITY/", columns_.ethnicity);
}

void RowReader::read_value() {
  if (const std::string_view text = cell(columns_.number); !text.empty()) {
    const auto number = base::parse_number(text);
    if (!number || !std::isfinite(*number)) {
      throw BadRow{"value_as_number is '" + std::string(text.substr(0, 40)) +
                   "', expected a number"};
    }
    event_.value = *number;
  }
  if (const std::int64_t id = integer(columns_.value_concept); id != 0) {
    concepts_.insert(id);
    text_ = "OMOP/";
    append_integer(text_, id);
    event_.text = text_;
    event_.text_is_reference = true;
  } else if (const std::string_view text = cell(columns_.value_text); !text.empty()) {
    event_.text = text;
  } else if (std::isnan(event_.value)) {
    event_.text = cell(columns_.value_source);
  }
  const auto unit = units_.find(integer(columns_.unit_concept));
  event_.unit = unit != units_.end() ? std::string_view(unit->second) : cell(columns_.unit_source);
}

void RowReader::read_event() {
  const clinical::Time begin = time(columns_.date, columns_.datetime);
  if (!begin.known()) {
    report_.drop(columns_.table, "no date");
    return;
  }
  std::int64_t id = integer(columns_.concept_id);
  if (id == 0) {
    report_.remark(columns_.table, "concept 0, not mapped");
    id = integer(columns_.source_concept);
  }
  code_ = columns_.prefix;
  if (id != 0) {
    concepts_.insert(id);
    code_ += "OMOP/";
    append_integer(code_, id);
  } else {
    const std::string_view source = cell(columns_.source_value);
    if (source.empty()) {
      report_.drop(columns_.table, "neither a concept nor a source value");
      return;
    }
    code_ += "SOURCE/";
    code_ += source;
  }
  if (columns_.number || columns_.value_concept) read_value();
  emit(code_, id != 0, begin);
  const clinical::Time end = time(columns_.end_date, columns_.end_datetime);
  if (!end.known()) return;
  if (end.latest() < begin.earliest()) {
    report_.remark(columns_.table, "ends before it begins; the end is left out");
    return;
  }
  code_ += clinical::kEndSuffix;
  emit(code_, id != 0, end);
}

}  // namespace gcrisk::io::omop
