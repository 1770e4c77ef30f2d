// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/clinical/deidentify.hpp"

#include <algorithm>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/hash.hpp"

namespace gcrisk::clinical {

namespace {

constexpr std::size_t kShortestKey = 16;
constexpr std::size_t kBlock = 64;  // of SHA-256
constexpr int kMostDays = 365;
constexpr std::int64_t kSecondsPerYear = 31557600;
constexpr std::int64_t kOldest = 89;

std::string from_hex(const std::string& hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  }
  return out;
}

std::string sha256(std::string_view a, std::string_view b) {
  base::Hasher hasher(base::Checksum::kSha256);
  hasher.update(a.data(), a.size());
  hasher.update(b.data(), b.size());
  return hasher.hex();
}

// A code, or the sign in front of a number, says nothing about who a person is.
bool is_coded(std::string_view text) {
  if (text.size() <= 2) return true;  // <, >, <=, >=
  const auto slash = text.find('/');
  return slash != std::string_view::npos && slash > 0 && !text.starts_with("TEXT/") &&
         text.find(' ') == std::string_view::npos;
}

}  // namespace

Deidentifier::Deidentifier(std::string key) {
  if (key.size() < kShortestKey) {
    throw base::UsageError("the key of --deidentify has " + std::to_string(key.size()) +
                               " bytes, expected at least " + std::to_string(kShortestKey),
                           "make one: head -c 32 /dev/urandom > key");
  }
  if (key.size() > kBlock) key = from_hex(sha256(key, {}));
  key.resize(kBlock, '\0');
  for (const char c : key) {
    inner_ += static_cast<char>(c ^ 0x36);
    outer_ += static_cast<char>(c ^ 0x5c);
  }
}

std::string Deidentifier::hmac(std::string_view message) const {
  return sha256(outer_, from_hex(sha256(inner_, message)));
}

std::string Deidentifier::pseudonym(std::string_view id) const {
  return hmac("person:" + std::string(id)).substr(0, 16);
}

int Deidentifier::shift_days(std::string_view pseudonym) const {
  const std::string bytes = from_hex(hmac("days:" + std::string(pseudonym)).substr(0, 16));
  std::uint64_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return 1 + static_cast<int>(number % kMostDays);
}

void Deidentifier::apply(Record& record) {
  ++n_people_;
  const std::int64_t shift = shift_days(record.id) * kSecondsPerDay;
  std::vector<Event> kept;
  std::int64_t last = 0;
  for (Event event : record.events) {
    if (event.code.starts_with("TEXT/") || event.code.find("/TEXT/") != std::string_view::npos) {
      ++n_text_codes_;
      continue;
    }
    if (!event.text.empty() && !is_coded(event.text)) {
      ++n_texts_;
      event.text = {};
    }
    if (event.time.known()) {
      ++n_dates_;
      // A month or a year that is moved by days is known to the day no more than before; it keeps
      // its first day and becomes that of its month or year.
      event.time.seconds -= shift;
      if (event.time.precision == Precision::kYear) {
        event.time.seconds = days_from_civil(year_of(event.time.seconds), 1, 1) * kSecondsPerDay;
      } else if (event.time.precision == Precision::kMonth) {
        const std::string day = format_time({event.time.seconds, Precision::kMonth});
        event.time = *parse_time(day);
      }
      last = std::max(last, event.time.seconds);
    }
    kept.push_back(event);
  }
  for (Event& event : kept) {
    if (event.code != kBirth || !event.time.known()) continue;
    if (last - event.time.seconds <= kOldest * kSecondsPerYear) continue;
    ++n_ages_;
    const int year = year_of(last - (kOldest + 1) * kSecondsPerYear);
    event.time = {days_from_civil(year, 1, 1) * kSecondsPerDay, Precision::kYear};
  }
  std::sort(kept.begin(), kept.end(), precedes);
  record.events = std::move(kept);
}

std::vector<Deidentifier::Line> Deidentifier::report() const {
  const char* const kNever = "never read";
  return {
      {"names", kNever, 0},
      {"geographic subdivisions smaller than a state", kNever, 0},
      {"dates", "moved back by 1 to 365 days, the same for all of a person", n_dates_},
      {"ages above 89", "born in the year that makes 90 at the last event", n_ages_},
      {"telephone numbers", kNever, 0},
      {"fax numbers", kNever, 0},
      {"e-mail addresses", kNever, 0},
      {"social security numbers", kNever, 0},
      {"medical record numbers", "replaced by a keyed pseudonym", n_people_},
      {"health plan beneficiary numbers", kNever, 0},
      {"account numbers", kNever, 0},
      {"certificate and license numbers", kNever, 0},
      {"vehicle identifiers", kNever, 0},
      {"device identifiers and serial numbers", kNever, 0},
      {"web addresses", kNever, 0},
      {"IP addresses", kNever, 0},
      {"biometric identifiers", kNever, 0},
      {"full-face photographs", kNever, 0},
      {"other: free text as a value", "removed, the event stays", n_texts_},
      {"other: free text as a code", "event removed", n_text_codes_},
  };
}

}  // namespace gcrisk::clinical
