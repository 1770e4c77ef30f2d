// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/event_block.hpp"

#include <gtest/gtest.h>

#include <string>

#include "gcrisk/clinical/event_sorter.hpp"
#include "gcrisk/clinical/record_spool.hpp"

namespace gcrisk::clinical {
namespace {

TEST(TextTable, GivesEachTextOneNumberAndKeepsItInItsPlace) {
  TextTable table;
  EXPECT_EQ(table.number_of(""), 0U);
  const auto first = table.number_of("LOINC/1");
  const char* const place = table.text(first).data();
  for (int i = 0; i < 10000; ++i) {
    const std::string text = "code " + std::to_string(i);
    const auto number = table.number_of(text);
    EXPECT_EQ(table.text(number), text);
    EXPECT_EQ(table.number_of(text), number);
  }
  EXPECT_EQ(table.number_of("LOINC/1"), first);
  EXPECT_EQ(table.text(first).data(), place);
  EXPECT_EQ(table.size(), 10002U);
  table.clear();
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(table.number_of("LOINC/2"), 1U);
}

TEST(TextTable, ACutDoesNotGoThroughACharacter) {
  EXPECT_EQ(cut_text("abc", 5), "abc");
  EXPECT_EQ(cut_text("abc", 2), "ab");
  EXPECT_EQ(cut_text("a\u00e4\u20ac", 2), "a");        // of two bytes
  EXPECT_EQ(cut_text("a\u00e4\u20ac", 5), "a\u00e4");  // of three
  EXPECT_EQ(cut_text("\xf0\x9f\x98\x80", 3), "");      // of four
}

TEST(EventBlock, GivesBackWhatWasPacked) {
  EventBlock block;
  RawEvent event;
  event.subject = "p1";
  event.code = "LOINC/8302-2";
  event.time = {-86400, Precision::kMonth};
  event.value = 1.5;
  event.text = "<";
  event.unit = "cm";
  event.resource = 77;
  event.line = 12;
  event.file = 3;
  event.text_is_reference = true;
  const auto number = block.add(event);
  const std::size_t mark = block.mark();
  block.add(RawEvent{});
  block.rewind(mark);
  ASSERT_EQ(block.bytes().size(), packed_size(block.bytes().data()));
  const RawEvent back = unpack_event(block.bytes().data(), block.texts());
  EXPECT_EQ(back.subject, "p1");
  EXPECT_EQ(back.code, "LOINC/8302-2");
  EXPECT_EQ(back.code_number, number);
  EXPECT_EQ(back.time, event.time);
  EXPECT_EQ(back.value, 1.5);
  EXPECT_EQ(back.text, "<");
  EXPECT_EQ(back.unit, "cm");
  EXPECT_EQ(back.resource, 77U);
  EXPECT_EQ(back.line, 12U);
  EXPECT_EQ(back.file, 3U);
  EXPECT_TRUE(back.text_is_reference);
  EXPECT_FALSE(back.code_is_reference);
  EXPECT_FALSE(back.was_cut);
}

TEST(EventBlock, WhatIsTooLongIsCutAndCounted) {
  EventBlock block;
  const std::string long_text(70000, 'x');
  RawEvent event;
  event.subject = "p1";
  event.text = long_text;
  block.add(event);
  event.text = {};
  event.code = long_text;
  block.add(event);
  event.code = "A/1";
  block.add(event);
  EventSorter sorter(".", 1);
  sorter.add(block);
  EXPECT_EQ(sorter.n_cut(), 2U);
  PackedPerson person;
  ASSERT_TRUE(sorter.next(person));
  ASSERT_EQ(person.events.size(), 3U);
  EXPECT_EQ(unpack_event(person.events[0], *person.texts).text.size(), 65535U);
  EXPECT_EQ(unpack_event(person.events[1], *person.texts).code.size(), 65535U);
}

TEST(EventSorter, BlocksWithNumbersOfTheirOwnMeanTheSame) {
  // "A/2" is number 1 in one block and 2 in the other.
  EventBlock one;
  EventBlock two;
  RawEvent event;
  event.subject = "p";
  event.code = "A/2";
  one.add(event);
  event.code = "A/1";
  two.add(event);
  event.code = "A/2";
  two.add(event);
  EventSorter sorter(".", 1);
  sorter.add(one);
  sorter.add(two);
  PackedPerson person;
  ASSERT_TRUE(sorter.next(person));
  std::string codes;
  for (const char* const packed : person.events) {
    codes += std::string(unpack_event(packed, *person.texts).code) + " ";
  }
  EXPECT_EQ(codes, "A/2 A/1 A/2 ");
}

TEST(RecordSpool, GivesRecordsBackInTheirOrder) {
  // More than the buffer of 1 MiB, one person larger than it, one without events.
  RecordSpool spool(".");
  const std::string long_text(60000, 'y');
  const auto make = [&](int i) {
    Record record;
    record.id = "p" + std::to_string(i);
    const int n = i == 7 ? 40 : i % 3;
    for (int k = 0; k < n; ++k) {
      Event event;
      event.time = {1000 * i + k, k % 2 == 0 ? Precision::kSecond : Precision::kDay};
      event.code = record.keep("C/" + std::to_string(k % 5));
      event.value = k + 0.5;
      event.unit = k % 2 == 0 ? "mg" : "";
      event.text = i == 7 ? std::string_view(long_text) : "w";
      // Only some events carry a number.
      if (k % 2 == 1) event.code_number = static_cast<std::uint32_t>(10 + k % 5);
      record.events.push_back(event);
    }
    return record;
  };
  constexpr int kPeople = 20000;
  for (int i = 0; i < kPeople; ++i) spool.add(make(i), {i, Precision::kDay});
  Record back;
  Time index;
  for (int i = 0; i < kPeople; ++i) {
    ASSERT_TRUE(spool.next(back, index));
    const Record wanted = make(i);
    ASSERT_EQ(back.id, wanted.id);
    ASSERT_EQ(index, (Time{i, Precision::kDay}));
    ASSERT_EQ(back.events.size(), wanted.events.size());
    for (std::size_t k = 0; k < back.events.size(); ++k) {
      ASSERT_EQ(back.events[k].time, wanted.events[k].time);
      ASSERT_EQ(back.events[k].code, wanted.events[k].code);
      ASSERT_EQ(back.events[k].value, wanted.events[k].value);
      ASSERT_EQ(back.events[k].unit, wanted.events[k].unit);
      ASSERT_EQ(back.events[k].text, wanted.events[k].text);
    }
  }
  EXPECT_FALSE(spool.next(back, index));
}

}  // namespace
}  // namespace gcrisk::clinical
