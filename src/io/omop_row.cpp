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

constexpr std::int64_t kMale = 8507;
constexpr std::int64_t kFemale = 8532;

void append_integer(std::string& out, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

}  // namespace

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
  while (rows.next()) {
    ++n;
    line_ = rows.line();
    const std::size_t mark = events_.mark();
    const std::uint64_t before = n_events_;
    try {
      read_row(rows);
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

void RowReader::emit(std::string_view code, bool is_reference, const clinical::Time& time) {
  emit(events_.texts().number_of(code), is_reference, time);
}

void RowReader::emit(std::uint32_t code_number, bool is_reference, const clinical::Time& time) {
  event_.code_number = code_number;
  event_.code_is_reference = is_reference;
  event_.time = time;
  events_.add(event_);
  ++n_events_;
}

// The number of <prefix>OMOP/<id><suffix>.
std::uint32_t RowReader::concept_code(std::int64_t id, std::string_view suffix) {
  ConceptNumbers& known = suffix.empty() ? codes_ : ends_;
  return known.number_of(id, [&](std::int64_t) {
    concepts_.insert(id);
    code_ = columns_.prefix;
    code_ += "OMOP/";
    append_integer(code_, id);
    code_ += suffix;
    return events_.texts().number_of(code_);
  });
}

// IDs are written as numbers, however a table writes them (007, 7.0).
std::string_view RowReader::subject_of(const RowCells& cells) {
  const std::string_view text = cells.text(columns_.person);
  if (text.empty()) throw BadRow{"person_id is empty"};
  const std::int64_t id = cells.integer(columns_.person);
  const char* const end = std::to_chars(subject_.begin(), subject_.end(), id).ptr;
  return {subject_.data(), static_cast<std::size_t>(end - subject_.data())};
}

void RowReader::read_row(const CsvRows& rows) {
  if (rows.size() != columns_.n) {
    throw BadRow{std::to_string(rows.size()) + " cells, the header has " +
                 std::to_string(columns_.n)};
  }
  if (!rows.is_utf8()) throw BadRow{"text that is not UTF-8"};
  const RowCells cells(rows);
  event_ = {};
  event_.subject = subject_of(cells);
  event_.file = file_;
  event_.line = line_;
  switch (columns_.kind) {
    case TableKind::kPerson: read_person(cells); break;
    case TableKind::kEvents: read_event(cells); break;
    case TableKind::kDeath:
    case TableKind::kObservationPeriod: read_stretch(cells); break;
  }
}

// A death, or an observation period with its end.
void RowReader::read_stretch(const RowCells& cells) {
  const clinical::Time begin = cells.time(columns_.date, columns_.datetime);
  if (!begin.known()) {
    report_.drop(columns_.table, "no date");
    return;
  }
  const bool death = columns_.kind == TableKind::kDeath;
  emit(death ? clinical::kDeath : clinical::kObservation, false, begin);
  const clinical::Time end = cells.time(columns_.end_date, {});
  if (end.known()) emit(clinical::kObservationEnd, false, end);
}

void RowReader::emit_static(const char* prefix, std::int64_t id) {
  if (id == 0) return;
  concepts_.insert(id);
  code_ = prefix;
  code_ += "OMOP/";
  append_integer(code_, id);
  emit(code_, true, {});
}

void RowReader::read_person(const RowCells& cells) {
  clinical::Time born = cells.time({}, columns_.datetime);
  if (!born.known() && !cells.text(columns_.year).empty()) {
    const std::int64_t year = cells.integer(columns_.year);
    const std::int64_t month = cells.integer(columns_.month);
    const std::int64_t day = cells.integer(columns_.day);
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
  const std::int64_t gender = cells.integer(columns_.gender);
  if (gender == kMale || gender == kFemale) {
    emit(gender == kMale ? "GENDER/male" : "GENDER/female", false, {});
  } else if (gender != 0) {
    emit("GENDER/other", false, {});
  }
  emit_static("RACE/", cells.integer(columns_.race));
  emit_static("ETHNICITY/", cells.integer(columns_.ethnicity));
}

void RowReader::read_value(const RowCells& cells) {
  if (const std::string_view text = cells.text(columns_.number); !text.empty()) {
    const auto number = base::parse_number(text);
    if (!number || !std::isfinite(*number)) {
      throw BadRow{"value_as_number is '" + std::string(clinical::cut_text(text, 40)) +
                   "', expected a number"};
    }
    event_.value = *number;
  }
  if (const std::int64_t id = cells.integer(columns_.value_concept); id != 0) {
    concepts_.insert(id);
    text_ = "OMOP/";
    append_integer(text_, id);
    event_.text = text_;
    event_.text_is_reference = true;
  } else if (const std::string_view text = cells.text(columns_.value_text); !text.empty()) {
    event_.text = text;
  } else if (std::isnan(event_.value)) {
    event_.text = cells.text(columns_.value_source);
  }
  event_.unit_number = unit(cells);
}

// The unit that the concept names in UCUM, else as the source has it.
std::uint32_t RowReader::unit(const RowCells& cells) {
  constexpr std::uint32_t kAsSource = clinical::TextTable::kNone;
  const std::int64_t id = cells.integer(columns_.unit_concept);
  const std::uint32_t number = id == 0 ? kAsSource : unit_numbers_.number_of(id, [&](std::int64_t) {
    const auto at = units_.find(id);
    return at == units_.end() ? kAsSource : events_.texts().number_of(at->second);
  });
  return number != kAsSource ? number : events_.texts().number_of(cells.text(columns_.unit_source));
}

void RowReader::read_event(const RowCells& cells) {
  const clinical::Time begin = cells.time(columns_.date, columns_.datetime);
  if (!begin.known()) {
    report_.drop(columns_.table, "no date");
    return;
  }
  std::int64_t id = cells.integer(columns_.concept_id);
  if (id == 0) {
    report_.remark(columns_.table, "concept 0, not mapped");
    id = cells.integer(columns_.source_concept);
  }
  std::uint32_t code = 0;
  if (id != 0) {
    code = concept_code(id, {});
  } else {
    const std::string_view source = cells.text(columns_.source_value);
    if (source.empty()) {
      report_.drop(columns_.table, "neither a concept nor a source value");
      return;
    }
    code_ = columns_.prefix;
    code_ += "SOURCE/";
    code_ += source;
    // Room for the suffix of its end.
    constexpr std::size_t kMost = clinical::EventBlock::kLongestText - clinical::kEndSuffix.size();
    event_.was_cut = code_.size() > kMost;
    code_.resize(clinical::cut_text(code_, kMost).size());
    code = events_.texts().number_of(code_);
  }
  if (columns_.number || columns_.value_concept) read_value(cells);
  emit(code, id != 0, begin);
  const clinical::Time end = cells.time(columns_.end_date, columns_.end_datetime);
  if (!end.known()) return;
  if (end.latest() < begin.earliest()) {
    report_.remark(columns_.table, "ends before it begins; the end is left out");
    return;
  }
  if (id != 0) {
    emit(concept_code(id, clinical::kEndSuffix), true, end);
    return;
  }
  code_ += clinical::kEndSuffix;
  emit(code_, false, end);
}

}  // namespace gcrisk::io::omop
