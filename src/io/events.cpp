// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/events.hpp"

#include <simdjson.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <unordered_set>
#include <vector>

#include "bgzf_text.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"

namespace gcrisk::io {

namespace {

// Deflate level: half the time of level 3 for files that are 3 to 7 % larger.
constexpr int kLevel = 1;

constexpr std::array<std::string_view, 6> kColumns = {
    "subject_id", "time", "code", "numeric_value", "text_value", "unit"};

// Tabs and line ends would break the row: they become blanks.
char* write_cell(char* to, std::string_view text) {
  bool clean = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    to[i] = c;
    clean &= (c != '\t') & (c != '\n') & (c != '\r');
  }
  char* const end = to + text.size();
  for (; !clean && to < end; ++to) {
    if (*to == '\t' || *to == '\n' || *to == '\r') *to = ' ';
  }
  return end;
}

// The shortest text that reads back as the same number. A multiple of a thousandth below 10^5 is
// written without searching for that text: its decimal has at most eight digits, two decimals of
// up to fifteen digits are never the same double, and below 10^5 the plain form is no longer than
// the one with an exponent.
char* write_number(char* to, double value) {
  const double scaled = value * 1000;
  if (!(scaled >= 1) || scaled >= 1e8) {
    return std::to_chars(to, to + base::kNumberRoom, value).ptr;
  }
  const auto thousandths = static_cast<std::uint32_t>(scaled + 0.5);
  if (static_cast<double>(thousandths) / 1000 != value) {
    return std::to_chars(to, to + base::kNumberRoom, value).ptr;
  }
  to = std::to_chars(to, to + base::kNumberRoom, thousandths / 1000).ptr;
  const std::uint32_t fraction = thousandths % 1000;
  if (fraction == 0) return to;
  *to++ = '.';
  *to++ = static_cast<char>('0' + fraction / 100);
  if (fraction % 100 == 0) return to;
  *to++ = static_cast<char>('0' + fraction / 10 % 10);
  if (fraction % 10 != 0) *to++ = static_cast<char>('0' + fraction % 10);
  return to;
}

// Writes times; the date is worked out anew only where the day is another one.
class TimeWriter {
 public:
  char* write(char* to, const clinical::Time& time) {
    const std::int64_t seconds = time.seconds - day_ * clinical::kSecondsPerDay;
    const bool same_day = seconds >= 0 && seconds < clinical::kSecondsPerDay;
    if (time.precision < clinical::Precision::kDay) return clinical::write_time(to, time);
    if (!same_day || !any_) {
      char* const end = clinical::write_time(to, time);
      std::memcpy(date_.data(), to, date_.size());
      const std::int64_t into = time.seconds % clinical::kSecondsPerDay;
      day_ = (time.seconds - into) / clinical::kSecondsPerDay - (into < 0 ? 1 : 0);
      any_ = true;
      return end;
    }
    std::memcpy(to, date_.data(), date_.size());
    to += date_.size();
    if (time.precision == clinical::Precision::kDay) return to;
    const auto clock = static_cast<unsigned>(seconds);
    to = write_two(to, 'T', clock / 3600);
    to = write_two(to, ':', clock / 60 % 60);
    return write_two(to, ':', clock % 60);
  }

 private:
  static char* write_two(char* to, char before, unsigned value) {
    to[0] = before;
    to[1] = static_cast<char>('0' + value / 10);
    to[2] = static_cast<char>('0' + value % 10);
    return to + 3;
  }
  bool any_ = false;
  std::int64_t day_ = 0;         // since 1970
  std::array<char, 10> date_{};  // YYYY-MM-DD
};

}  // namespace

struct EventsWriter::State {
  BgzfText out;
  std::uint64_t n_events = 0;
  std::vector<char> row;
  std::vector<char> id;  // of the person, with the tab behind it
  TimeWriter times;
};

EventsWriter::EventsWriter(base::OutputFile& file, const base::Context& context)
    : state_(new State{BgzfText(file, context, kLevel), 0, {}, {}, {}}) {
  state_->out.text() = "subject_id\ttime\tcode\tnumeric_value\ttext_value\tunit\n";
}

EventsWriter::~EventsWriter() = default;

void EventsWriter::write(const clinical::Record& record) {
  State& s = *state_;
  std::string& out = s.out.text();
  s.id.resize(record.id.size() + 1);
  *write_cell(s.id.data(), record.id) = '\t';
  for (const clinical::Event& event : record.events) {
    const std::size_t most = s.id.size() + event.code.size() + event.text.size() +
                             event.unit.size() + clinical::kTimeRoom + base::kNumberRoom + 8;
    if (s.row.size() < most) s.row.resize(2 * most);
    char* const row = s.row.data();
    std::memcpy(row, s.id.data(), s.id.size());
    char* to = s.times.write(row + s.id.size(), event.time);
    *to++ = '\t';
    to = write_cell(to, event.code);
    *to++ = '\t';
    if (!std::isnan(event.value)) to = write_number(to, event.value);
    *to++ = '\t';
    to = write_cell(to, event.text);
    *to++ = '\t';
    to = write_cell(to, event.unit);
    *to++ = '\n';
    out.append(row, to);
    s.out.ended_piece();
  }
  s.n_events += record.events.size();
}

void EventsWriter::finish() { state_->out.finish(); }
std::uint64_t EventsWriter::n_events() const noexcept { return state_->n_events; }

struct EventsReader::State {
  Input input;
  std::array<std::optional<std::size_t>, kColumns.size()> place;
  std::size_t n_columns = 0;
  std::vector<std::string_view> cells;
  std::string line;  // the first line of the next person
  std::uint64_t line_number = 0;
  bool has_line = false;
  std::unordered_set<std::size_t> met;

  explicit State(Input from) : input(std::move(from)) { read_header(); }

  void read_header() {
    std::string_view head;
    if (!input.next_line(head)) {
      throw base::MalformedError(input.path() + ": is empty, expected a header line with " +
                                 "subject_id, time and code");
    }
    if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
    const auto names = base::split(head, '\t');
    n_columns = names.size();
    for (std::size_t c = 0; c < names.size(); ++c) {
      for (std::size_t k = 0; k < kColumns.size(); ++k) {
        if (names[c] == kColumns[k]) place[k] = c;
      }
    }
    for (std::size_t k = 0; k < 3; ++k) {
      if (place[k]) continue;
      throw base::MalformedError(input.place() + ": no column is called " +
                                     std::string(kColumns[k]) + " among " +
                                     std::to_string(names.size()) + " tab-separated columns",
                                 "events have the columns subject_id, time, code, numeric_value, "
                                 "text_value and unit, as ingest ehr writes them");
    }
  }

  bool next_line() {
    std::string_view text;
    while (input.next_line(text)) {
      if (text.empty()) continue;
      line = text;
      has_line = true;
      return true;
    }
    has_line = false;
    return false;
  }

  void split_cells() {
    if (!simdjson::validate_utf8(line)) {
      throw base::MalformedError(input.place() + ": text that is not UTF-8");
    }
    cells.clear();
    std::string_view rest = line;
    while (true) {
      const auto tab = rest.find('\t');
      cells.push_back(rest.substr(0, tab));
      if (tab == std::string_view::npos) break;
      rest.remove_prefix(tab + 1);
    }
    if (cells.size() != n_columns) {
      throw base::MalformedError(input.place() + ": " + std::to_string(cells.size()) +
                                 " cells, the header has " + std::to_string(n_columns));
    }
  }

  std::string_view cell(std::size_t k) const { return place[k] ? cells[*place[k]] : ""; }

  clinical::Event event(clinical::Record& record) const {
    clinical::Event out;
    const std::string_view time = cell(1);
    if (!base::is_missing(time)) {
      const auto parsed = clinical::parse_time(time);
      if (!parsed) {
        throw base::MalformedError(input.place() + ": time '" + std::string(time.substr(0, 40)) +
                                   "', expected an ISO 8601 date or date-time, or an empty cell");
      }
      out.time = *parsed;
    }
    if (cell(2).empty()) throw base::MalformedError(input.place() + ": the code is empty");
    out.code = record.keep(cell(2));
    const std::string_view value = cell(3);
    if (!base::is_missing(value)) {
      const auto number = base::parse_number(value);
      if (!number) {
        throw base::MalformedError(input.place() + ": numeric_value '" +
                                   std::string(value.substr(0, 40)) +
                                   "', expected a number or an empty cell");
      }
      out.value = *number;
    }
    out.text = record.keep(cell(4));
    out.unit = record.keep(cell(5));
    return out;
  }
};

EventsReader::EventsReader(const std::string& path)
    : state_(std::make_unique<State>(Input(path))) {}
EventsReader::EventsReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
EventsReader EventsReader::from_memory(std::string name, std::string_view bytes) {
  return EventsReader(std::make_unique<State>(Input::from_memory(std::move(name), bytes)));
}
EventsReader::~EventsReader() = default;
EventsReader::EventsReader(EventsReader&&) noexcept = default;
EventsReader& EventsReader::operator=(EventsReader&&) noexcept = default;

bool EventsReader::next(clinical::Record& record) {
  State& s = *state_;
  record.clear();
  if (!s.has_line && !s.next_line()) return false;
  s.split_cells();
  if (s.cell(0).empty()) throw base::MalformedError(s.input.place() + ": the subject_id is empty");
  record.id = s.cell(0);
  if (!s.met.insert(std::hash<std::string>()(record.id)).second) {
    throw base::MalformedError(
        s.input.place() + ": events of '" + record.id + "' stand here and further up",
        "sort the file by subject_id: gcrisk ingest ehr --events FILE does it");
  }
  do {
    record.events.push_back(s.event(record));
    if (!s.next_line()) break;
    s.split_cells();
  } while (s.cell(0) == record.id);
  return true;
}

std::string EventsReader::finish_hash() { return state_->input.finish_hash(); }

}  // namespace gcrisk::io
