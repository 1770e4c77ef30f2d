// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/event_table.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "csv_pieces.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "rounds.hpp"

namespace gcrisk::io {

namespace {

constexpr int kFirstYear = 1850;
constexpr int kLastYear = 2200;

using Column = std::optional<std::size_t>;

// A mapping with its columns found in one file.
struct Bound {
  const EventMapping* mapping = nullptr;
  Column subject, time, code, value, text, unit;
  std::vector<std::pair<std::size_t, std::string>> where;
};

Bound bind(const CsvSource& source, const EventMapping& mapping) {
  const auto find = [&](const std::string& name) -> Column {
    if (name.empty()) return std::nullopt;
    if (const auto at = source.column(base::to_lower(name))) return at;
    const auto nearest = base::nearest_names(base::to_lower(name), source.header(), 1);
    throw base::MismatchError(
        source.path() + ": no column is called " + name + " among " +
            std::to_string(source.header().size()),
        nearest.empty() ? "mend the mapping in --dictionary" : "is it " + nearest.front() + "?");
  };
  Bound out;
  out.mapping = &mapping;
  out.subject = find(mapping.subject);
  out.time = find(mapping.time);
  out.code = find(mapping.code);
  out.value = find(mapping.value);
  out.text = find(mapping.text);
  out.unit = find(mapping.unit);
  for (const auto& [name, value] : mapping.where) out.where.emplace_back(*find(name), value);
  return out;
}

// An events file as this program writes it, in any order of rows.
EventMapping own_mapping(const CsvSource& source) {
  EventMapping out;
  for (const char* name : {"subject_id", "time", "code"}) {
    if (source.column(name)) continue;
    throw base::MismatchError(
        source.path() + ": no mapping names this file, and it has no column " + name,
        "say in --dictionary how its rows become events (list \"events\")");
  }
  out.subject = "subject_id";
  out.time = "time";
  out.code = "code";
  if (source.column("numeric_value")) out.value = "numeric_value";
  if (source.column("text_value")) out.text = "text_value";
  if (source.column("unit")) out.unit = "unit";
  return out;
}

struct BadRow {
  std::string message;
};

struct RowYield {
  clinical::EventBlock events;
  clinical::IngestReport report;
  void clear() {
    events.clear();
    report.clear();
  }
};

class EventRows {
 public:
  EventRows(const std::vector<Bound>& bound,
            const std::string& path,
            std::size_t n,
            char separator,
            bool own,
            std::uint32_t file,
            const RecordOptions& options,
            RowYield& yield)
      : bound_(bound),
        path_(path),
        n_(n),
        separator_(separator),
        own_(own),
        file_(file),
        options_(options),
        yield_(yield) {}

  void read(const CsvPiece& piece) {
    CsvRows rows(piece, separator_);
    const std::string name = std::filesystem::path(path_).filename().string();
    std::uint64_t n_rows = 0;
    row_ = &rows;
    while (rows.next()) {
      ++n_rows;
      line_ = rows.line();
      const std::size_t mark = yield_.events.mark();
      const std::uint64_t before = n_events_;
      try {
        if (rows.size() != n_) {
          throw BadRow{std::to_string(rows.size()) + " cells, the header has " +
                       std::to_string(n_)};
        }
        if (!rows.is_utf8()) throw BadRow{"text that is not UTF-8"};
        for (const Bound& bound : bound_) read_row(bound, name);
      } catch (const BadRow& bad) {
        yield_.events.rewind(mark);
        n_events_ = before;
        const std::string message = path_ + ":" + std::to_string(line_) + ": " + bad.message;
        if (!options_.skip_bad) {
          throw base::MalformedError(
              message, "mend the row, or continue without such rows: --on-bad-record skip");
        }
        yield_.report.bad(message);
      }
    }
    yield_.report.seen[name] += n_rows;
    if (n_events_ > 0) yield_.report.events[name] += n_events_;
  }

 private:
  std::string_view cell(const Column& column) const {
    if (!column) return {};
    const std::string_view text = base::trim((*row_)[*column]);
    return base::is_missing(text) || text == "\\N" || text == "NULL" ? std::string_view() : text;
  }

  clinical::Time time_of(const Bound& bound, std::string_view text) const {
    const EventMapping& m = *bound.mapping;
    if (m.time_unit.empty()) {
      const auto time = clinical::parse_time(text);
      const int year = time ? clinical::year_of(time->seconds) : 0;
      if (!time || year < kFirstYear || year > kLastYear) {
        throw BadRow{"time '" + std::string(clinical::cut_text(text, 40)) +
                     "', expected a date of " + std::to_string(kFirstYear) + " to " +
                     std::to_string(kLastYear)};
      }
      return *time;
    }
    const auto number = base::parse_number(text);
    if (!number || !std::isfinite(*number) || std::abs(*number) > 1e10) {
      throw BadRow{"time '" + std::string(clinical::cut_text(text, 40)) +
                   "', expected a number of " + m.time_unit};
    }
    const double scale = m.time_unit == "d"     ? 86400
                         : m.time_unit == "h"   ? 3600
                         : m.time_unit == "min" ? 60
                                                : 1;
    const double seconds = std::floor(*number * scale);
    if (std::abs(seconds) > 6e9) throw BadRow{"time " + std::string(text) + " is too far away"};
    return {m.origin.seconds + static_cast<std::int64_t>(seconds), clinical::Precision::kSecond};
  }

  void read_row(const Bound& bound, const std::string& name) {
    const EventMapping& m = *bound.mapping;
    for (const auto& [column, value] : bound.where) {
      if (base::trim((*row_)[column]) != value) return;
    }
    clinical::RawEvent event;
    event.subject = cell(bound.subject);
    if (event.subject.empty()) throw BadRow{"the column " + m.subject + " is empty"};
    event.file = file_;
    event.line = line_;
    if (bound.time) {
      const std::string_view text = cell(bound.time);
      // In our own files an event without a time holds all life long.
      if (text.empty() && !own_) {
        yield_.report.drop(name, "no date");
        return;
      }
      if (!text.empty()) event.time = time_of(bound, text);
    }
    std::string_view value = cell(bound.value);
    if (!m.replace.empty() && !value.empty()) {
      if (const auto at = m.replace.find(std::string(value)); at != m.replace.end()) {
        value = at->second;
      }
    }
    event.text = cell(bound.text);
    if (!value.empty()) {
      if (const auto number = base::parse_number(value); number && std::isfinite(*number)) {
        event.value = *number;
        if (!own_) event.text = {};
      } else if (own_) {
        throw BadRow{"numeric_value '" + std::string(clinical::cut_text(value, 40)) +
                     "', expected a number"};
      } else if (event.text.empty()) {
        event.text = value;
      }
    }
    if (!std::isnan(event.value) || own_) {
      event.unit = m.fixed_unit.empty() ? cell(bound.unit) : std::string_view(m.fixed_unit);
    }
    if (!m.fixed_code.empty()) {
      emit(event, m, m.fixed_code);
      return;
    }
    // NA may be sodium: only an empty cell is no code.
    std::string_view codes = base::trim((*row_)[*bound.code]);
    if (codes.empty()) {
      yield_.report.drop(name, "no code");
      return;
    }
    while (!codes.empty()) {
      const auto end = m.split.empty() ? std::string_view::npos : codes.find(m.split);
      const std::string_view code = base::trim(codes.substr(0, end));
      if (!code.empty()) emit(event, m, code);
      if (end == std::string_view::npos) break;
      codes.remove_prefix(end + m.split.size());
    }
  }

  void emit(clinical::RawEvent& event, const EventMapping& m, std::string_view code) {
    code_ = m.prefix;
    code_ += code;
    event.code = code_;
    yield_.events.add(event);
    ++n_events_;
  }

  const std::vector<Bound>& bound_;
  const std::string& path_;
  std::size_t n_;
  char separator_;
  bool own_;
  std::uint32_t file_;
  const RecordOptions& options_;
  RowYield& yield_;
  const CsvRows* row_ = nullptr;
  std::string code_;
  std::uint64_t line_ = 0;
  std::uint64_t n_events_ = 0;
};

// Under `skip_bad` what is damaged in a file is counted.
CsvSource::Damage damage_to(clinical::IngestReport& report, const RecordOptions& options) {
  if (!options.skip_bad) return {};
  return [&report](std::string message) { report.bad(std::move(message)); };
}

void read_one(CsvSource source,
              const std::vector<EventMapping>& mappings,
              const RecordOptions& options,
              clinical::EventSorter& sorter,
              const base::Context& context,
              RecordsRead& out) {
  const std::string name = std::filesystem::path(source.path()).filename().string();
  std::vector<Bound> bound;
  for (const EventMapping& mapping : mappings) {
    if (mapping.file.empty() || base::to_lower(mapping.file) == base::to_lower(name)) {
      bound.push_back(bind(source, mapping));
    }
  }
  EventMapping own;
  const bool is_own = bound.empty();
  if (is_own) {
    own = own_mapping(source);
    bound.push_back(bind(source, own));
  }
  const auto file = static_cast<std::uint32_t>(out.files.size());
  const std::string path = source.path();
  read_in_rounds<CsvPiece, RowYield>(
      context,
      [&](CsvPiece& piece) { return source.next(piece); },
      [&](const CsvPiece& piece, RowYield& yield, std::size_t) {
        EventRows(
            bound, path, source.header().size(), source.separator(), is_own, file, options, yield)
            .read(piece);
      },
      [&](const CsvPiece& piece, const RowYield& yield) {
        sorter.add(yield.events);
        out.report.merge(yield.report);
        context.progress->advance(piece.bytes());
      });
  out.files.push_back({path, source.finish_hash()});
}

}  // namespace

RecordsRead read_event_tables(const std::vector<std::string>& paths,
                              const std::vector<EventMapping>& mappings,
                              const RecordOptions& options,
                              clinical::EventSorter& sorter,
                              const base::Context& context) {
  RecordsRead out;
  for (const std::string& path : paths) {
    read_one(CsvSource(path, options.checksum, damage_to(out.report, options)),
             mappings,
             options,
             sorter,
             context,
             out);
  }
  return out;
}

RecordsRead read_event_table_text(std::string_view text,
                                  const std::string& name,
                                  const std::vector<EventMapping>& mappings,
                                  const RecordOptions& options,
                                  clinical::EventSorter& sorter) {
  RecordsRead out;
  const base::Context context = base::Context::make();
  read_one(CsvSource::from_memory(name, text, damage_to(out.report, options)),
           mappings,
           options,
           sorter,
           context,
           out);
  return out;
}

}  // namespace gcrisk::io
