// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gcrisk/recommend/record.hpp"

// The steps of read_record, one file a subject; each fills its part of `out`.
namespace gcrisk::recommend {

struct Reading {
  const PersonRecord& input;
  const RecordCodes& codes;
  const DrugTable& drugs;
  const Date& index;
  Record& out;

  // The date of an entry; nothing where none is written or it is no date (noted once).
  std::optional<Date> date_of(const RecordEntry& entry) const;
  // Dated after the index date, or entered in error? Then it is left out, and that is noted.
  bool leaves_out(const RecordEntry& entry) const;
  void leave_out(const RecordEntry& entry, const std::string& why) const;
  RecordUse use(const RecordEntry& entry, std::string text = {}) const;
};

// The words of an entry for people: its text, else the first display, else the first code.
std::string words_of(const RecordEntry& entry);

void read_medications(const Reading& reading);
void read_allergies(const Reading& reading);
void read_conditions(const Reading& reading);  // after medications: some are told by them
void read_labs(const Reading& reading);
void read_pregnancy(const Reading& reading);  // after conditions
void read_tumour(const Reading& reading);

}  // namespace gcrisk::recommend
