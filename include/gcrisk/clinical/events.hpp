// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/clinical/time.hpp"

namespace gcrisk::clinical {

// One dated fact about a person, the row of `<prefix>.events.tsv.gz` (columns of the MEDS
// standard). The texts lie in the record that holds the event.
//
// Codes are VOCABULARY/CODE with the vocabulary's name as OMOP spells it (LOINC/8302-2,
// SNOMED/38341003, RxNorm/316049), so that one study finds the same codes in FHIR and OMOP.
// Own ones: MEDS_BIRTH, MEDS_DEATH, GENDER/…, RACE/…, ETHNICITY/…, VISIT/<class>; ALLERGY/… and
// FAMILY/… stand before a code that the person does not have as a condition. `<code>//END` is the
// end of what <code> began (a resolved condition, the end of a visit).
struct Event {
  Time time;  // kNone: true all life long (sex at birth, ancestry)
  std::string_view code;
  double value = std::numeric_limits<double>::quiet_NaN();  // NaN: none
  std::string_view text;                                    // a word or a code; empty: none
  std::string_view unit;                                    // UCUM where the source has it
  // Events with one number have one code, within one run over records; what is known about a code
  // is then found without comparing texts. kNoNumber: look at the text.
  std::uint32_t code_number = kNoNumber;

  static constexpr std::uint32_t kNoNumber = 0xffffffff;
};

inline constexpr std::string_view kBirth = "MEDS_BIRTH";
inline constexpr std::string_view kDeath = "MEDS_DEATH";
inline constexpr std::string_view kObservation = "OBSERVATION_PERIOD";  // somebody looks from here
inline constexpr std::string_view kObservationEnd = "OBSERVATION_PERIOD//END";
inline constexpr std::string_view kEndSuffix = "//END";

// By time, code, value (none first), text, unit, precision: a total order over all that an event
// says, so that the same events are always written alike.
bool precedes(const Event& a, const Event& b);

// Everything known about one person, in the order of `precedes`; undated events come first.
// Movable: the texts live on the heap.
struct Record {
  std::string id;
  std::vector<Event> events;

  // Keeps a copy of `text` for as long as the record lives.
  std::string_view keep(std::string_view text);
  void clear();

 private:
  std::vector<std::unique_ptr<char[]>> arena_;
  std::size_t used_ = 0;
  std::size_t capacity_ = 0;
};

// Something that takes people one at a time, in the order of their IDs.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  virtual void take(const Record& record) = 0;
};

}  // namespace gcrisk::clinical
