// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gcrisk/clinical/index_date.hpp"
#include "gcrisk/clinical/ingest_report.hpp"
#include "gcrisk/clinical/table.hpp"

// From the events of a person before the index date to one row of a clinical table, in two passes
// over people: the first sees which codes there are, the second fills the columns. Neither holds
// more than one person.
namespace gcrisk::clinical {

enum class Aggregate { kLast, kCount, kMin, kMax, kMean, kSlope };
Aggregate parse_aggregate(std::string_view text);  // UsageError listing the names
std::string_view to_string(Aggregate aggregate);

// A stretch of time that ends at the index: "ever", "365d", "24h".
struct Window {
  std::string name = "ever";
  std::int64_t seconds = 0;  // 0: ever
};
Window parse_window(std::string_view text);  // UsageError

struct FeatureOptions {
  std::vector<Window> windows = {{}};
  std::vector<Aggregate> aggregates = {Aggregate::kLast, Aggregate::kCount};
  double min_prevalence = 0.01;  // share of people with the code before the index
  std::uint64_t min_people = 1;  // the same as a number of people
  std::size_t max_features = 0;  // columns; the most frequent codes win; 0: no limit
  bool codes_only = false;       // neither age nor what is true all life long
};

// First pass: how often a code stands before the index, in which units, with which words.
struct CodeCensus {
  struct Entry {
    std::uint64_t people = 0;
    std::uint64_t events = 0;
    std::uint64_t numbers = 0;
    std::uint64_t words = 0;
    std::map<std::string, std::uint64_t> units;
    std::map<std::string, std::uint64_t> levels;  // of words; at most kMostLevels and one more
    std::uint64_t last_person = 0;
    // The unit met last, and where it is counted.
    std::string_view last_unit;
    std::uint64_t* last_unit_count = nullptr;
  };
  static constexpr std::size_t kMostLevels = 30;

  std::unordered_map<std::string, Entry, TextHash, std::equal_to<>> codes;
  std::map<std::string, std::map<std::string, std::uint64_t>> statics;  // GENDER -> male -> n
  std::uint64_t people = 0;
  std::uint64_t births = 0;
  std::uint64_t at_or_after_index = 0;  // events that no feature may see

  CodeCensus() = default;
  CodeCensus(const CodeCensus&) = delete;  // it points into itself
  CodeCensus& operator=(const CodeCensus&) = delete;

  void add(const Record& record, const Time& index);

 private:
  Entry& entry_of(const Event& event);
  std::vector<Entry*> by_number_;
};

// How the values of one code are brought to one unit; see units.hpp for what fills it.
struct UnitRule {
  struct Step {
    double factor = 1;
    double offset = 0;
  };
  std::string unit;                               // of the feature
  std::map<std::string, Step, std::less<>> from;  // value = factor * value + offset, by unit
  std::optional<double> minimum;                  // plausible values, in the feature's unit
  std::optional<double> maximum;
};
using UnitRules = std::unordered_map<std::string, UnitRule, TextHash, std::equal_to<>>;

// Second pass: the columns, fixed, and the row of a person.
class FeatureSpace {
 public:
  // Columns are in the order of codes; `titles` name them. A code whose words are more than
  // kMostLevels gets counts only.
  FeatureSpace(const CodeCensus& census,
               const FeatureOptions& options,
               const TextMap& titles,
               const UnitRules& units);
  // The columns that a model was trained with, for new people: fields by their names
  // (`CODE:AGGREGATE:WINDOW`, `age_at_index`, or the kind of an undated event such as GENDER),
  // with the levels and units they had. MismatchError naming fields that are none of these.
  FeatureSpace(const std::vector<Field>& fields, const UnitRules& units);
  ~FeatureSpace();

  const std::vector<Field>& fields() const noexcept;
  std::uint64_t rare_codes() const noexcept;    // left out by min_prevalence
  std::uint64_t beyond_limit() const noexcept;  // codes left out by max_features
  std::uint64_t implausible() const noexcept;   // values left out by the plausible range
  std::uint64_t without_unit() const noexcept;  // values whose unit cannot be converted

  // One value a column: numbers as they are, categories as index into the levels, NaN for missing.
  // A count of nothing is 0. Every event goes through `require_before`.
  void fill(const Record& record, const Time& index, std::vector<double>& row);
  // Seconds between the latest event that went into any feature of the last person and the index;
  // nothing where there was none.
  std::optional<std::int64_t> last_gap() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Puts the row that `fill` made behind the columns' values.
void append_row(std::vector<Column>& columns, std::span<const double> row);

// The code of a feature's name: `LOINC/2160-0` of `LOINC/2160-0:last:365d`; empty where it is not
// the name of such a feature.
std::string_view code_of_feature(std::string_view name);

// Codes that describe the record and not the person's health: births, deaths, observation periods,
// ends of other codes. Never features by themselves.
bool is_bookkeeping(std::string_view code);

}  // namespace gcrisk::clinical
