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

void ConceptNumbers::grow() {
  std::vector<Slot> before(2 * slots_.size());
  before.swap(slots_);
  for (const Slot& slot : before) {
    if (slot.id != 0) slots_[place_of(slot.id)] = slot;
  }
}

void RowReader::read(const CsvPiece& piece) {
  CsvRows rows(piece, columns_.separator);
  row_ = &rows;
  std::uint64_t n = 0;
  while (rows.next()) {
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
  std::string_view text = (*row_)[*column];
  if (text.empty()) return {};
  // What begins and ends with a digit needs no closer look.
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (is_digit(text.front()) && is_digit(text.back())) return text;
  text = base::trim(text);
  return base::is_missing(text) || text == "\\N" || text == "NULL" ? std::string_view() : text;
}

// A 64-bit whole number, also as pandas writes a column with gaps (12.0); 0 where there is none.
std::int64_t RowReader::integer(const std::optional<std::size_t>& column) const {
  std::string_view text = cell(column);
  if (text.empty()) return 0;
  constexpr std::size_t kSurelyFits = 18;
  if (text.size() <= kSurelyFits) {
    std::int64_t value = 0;
    std::size_t i = 0;
    for (; i < text.size(); ++i) {
      const int digit = text[i] - '0';
      if (digit < 0 || digit > 9) break;
      value = 10 * value + digit;
    }
    if (i == text.size()) return value;
  }
  if (text.ends_with(".0")) text.remove_suffix(2);
  if (const auto value = base::parse_integer(text)) return *value;
  throw BadRow{"column " + std::to_string(*column + 1) + " holds '" +
               std::string(clinical::cut_text(text, 40)) + "', expected a whole number"};
}

clinical::Time RowReader::parse(std::size_t column) const {
  const std::string_view text = cell(column);
  const auto time = clinical::parse_time(text);
  const int year = time ? clinical::year_of(time->seconds) : 0;
  if (!time || year < kFirstYear || year > kLastYear) {
    throw BadRow{"column " + std::to_string(column + 1) + " holds '" +
                 std::string(clinical::cut_text(text, 40)) +
                 "', expected a date (YYYY-MM-DD) from " + std::to_string(kFirstYear) + " to " +
                 std::to_string(kLastYear)};
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
void RowReader::set_subject() {
  const std::string_view text = cell(columns_.person);
  if (text.empty()) throw BadRow{"person_id is empty"};
  const std::int64_t id = integer(columns_.person);
  subject_.clear();
  append_integer(subject_, id);
}

void RowReader::read_row() {
  if (row_->size() != columns_.n) {
    throw BadRow{std::to_string(row_->size()) + " cells, the header has " +
                 std::to_string(columns_.n)};
  }
  if (!row_->is_utf8()) throw BadRow{"text that is not UTF-8"};
  set_subject();
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
      throw BadRow{"value_as_number is '" + std::string(clinical::cut_text(text, 40)) +
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
  event_.unit_number = unit();
}

// The unit that the concept names in UCUM, else as the source has it.
std::uint32_t RowReader::unit() {
  constexpr std::uint32_t kAsSource = clinical::TextTable::kNone;
  const std::int64_t id = integer(columns_.unit_concept);
  const std::uint32_t number = id == 0 ? kAsSource : unit_numbers_.number_of(id, [&](std::int64_t) {
    const auto at = units_.find(id);
    return at == units_.end() ? kAsSource : events_.texts().number_of(at->second);
  });
  return number != kAsSource ? number : events_.texts().number_of(cell(columns_.unit_source));
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
  std::uint32_t code = 0;
  if (id != 0) {
    code = concept_code(id, {});
  } else {
    const std::string_view source = cell(columns_.source_value);
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
  if (columns_.number || columns_.value_concept) read_value();
  emit(code, id != 0, begin);
  const clinical::Time end = time(columns_.end_date, columns_.end_datetime);
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
