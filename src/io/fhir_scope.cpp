// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "fhir_scope.hpp"

#include <xxhash.h>

namespace gcrisk::io::fhir {

namespace {

constexpr int kFirstYear = 1850;
constexpr int kLastYear = 2200;

}  // namespace

std::string_view relative_part(std::string_view reference) {
  const auto history = reference.find("/_history/");
  reference = reference.substr(0, history);
  const auto id = reference.rfind('/');
  if (id == std::string_view::npos || id + 1 == reference.size()) return {};
  const auto type = reference.rfind('/', id - 1);
  return id == 0 || type == std::string_view::npos ? reference : reference.substr(type + 1);
}

void Scope::begin(const Object& resource,
                  std::uint32_t file,
                  std::uint64_t line,
                  const BundleIndex* bundle) {
  resource_ = resource;
  type_ = text_at(resource, "resourceType");
  id_ = text_at(resource, "id");
  file_ = file;
  line_ = line;
  bundle_ = bundle;
  subject_ = {};
  if (type_.empty()) throw BadRecord{"no 'resourceType', expected a FHIR resource"};
  hash_ = id_.empty() ? 0
                      : XXH3_64bits_withSeed(
                            id_.data(), id_.size(), XXH3_64bits(type_.data(), type_.size()));
  if (n_seen_ == nullptr || counted_type_ != type_) {
    counted_type_ = type_;
    n_seen_ = &yield_.report.seen[counted_type_];
    n_events_ = nullptr;
  }
  ++*n_seen_;
  events_before_ = yield_.events.mark();
  by_identifier_before_ = yield_.by_identifier.mark();
  n_emitted_ = 0;
}

void Scope::undo() {
  yield_.events.rewind(events_before_);
  yield_.by_identifier.rewind(by_identifier_before_);
  if (n_events_ != nullptr) *n_events_ -= n_emitted_;
  n_emitted_ = 0;
}

std::uint64_t hash_of_identifier(std::string_view system_and_value) {
  return XXH3_64bits(system_and_value.data(), system_and_value.size());
}

bool Scope::dropped_for(std::string_view key, std::initializer_list<std::string_view> words) {
  Json value;
  if (resource_.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return false;
  const auto dropped = [&](std::string_view found) {
    for (const std::string_view word : words) {
      if (found != word) continue;
      drop(word);
      return true;
    }
    return false;
  };
  if (value.is_string()) return dropped(text_at(resource_, key));
  const auto concept_object = object_at(resource_, key);
  bool any = false;
  each_at(*concept_object, "coding", [&](const Object& coding) {
    if (!any) any = dropped(text_at(coding, "code"));
  });
  return any;
}

bool Scope::set_identifier(const Object& identifier) {
  const std::string_view value = text_at(identifier, "value");
  if (value.empty()) {
    drop("the subject's identifier has no value");
    return false;
  }
  subject_text_ = text_at(identifier, "system");
  subject_text_ += '|';
  subject_text_ += value;
  subject_ = {subject_text_, true};
  return true;
}

bool Scope::set_contained(std::string_view id) {
  bool found = false;
  bool set = false;
  each_at(resource_, "contained", [&](const Object& inner) {
    if (found || text_at(inner, "id") != id) return;
    found = true;
    if (text_at(inner, "resourceType") != "Patient") return;
    each_at(inner, "identifier", [&](const Object& identifier) {
      if (!set && !text_at(identifier, "value").empty()) set = set_identifier(identifier);
    });
  });
  if (!found) {
    throw BadRecord{"the subject '#" + std::string(id) + "' is not among its contained resources"};
  }
  if (!set) drop("the subject is contained and has no identifier");
  return set;
}

bool Scope::set_subject(std::string_view key) {
  const auto object = object_at(resource_, key);
  if (!object) {
    drop("no subject");
    return false;
  }
  const std::string_view reference = text_at(*object, "reference");
  if (reference.empty()) {
    if (const auto identifier = object_at(*object, "identifier"))
      return set_identifier(*identifier);
    drop("no subject");
    return false;
  }
  if (reference.front() == '#') return set_contained(reference.substr(1));
  std::string_view place = reference;
  if (bundle_ != nullptr) {
    if (const auto* entry = bundle_->find(reference)) place = entry->reference;
  }
  if (place.starts_with("urn:uuid:") || place.starts_with("urn:oid:")) {
    subject_ = {place.substr(place.rfind(':') + 1), false};
    return true;
  }
  if (const auto query = place.find("Patient?identifier="); query != std::string_view::npos) {
    subject_ = {place.substr(query + 19), true};
    return true;
  }
  const std::string_view relative = relative_part(place);
  if (relative.starts_with("Patient/")) {
    subject_ = {relative.substr(8), false};
    return true;
  }
  if (relative.empty()) {
    throw BadRecord{"'" + std::string(key) + "' refers to '" +
                    std::string(reference.substr(0, 80)) + "', expected Patient/<id>"};
  }
  drop("the subject is a " + std::string(relative.substr(0, relative.find('/'))));
  return false;
}

clinical::Time Scope::parse(std::string_view key, std::string_view text) const {
  const auto time = clinical::parse_time(text);
  if (!time) {
    throw BadRecord{
        "'" + std::string(key) + "' is '" + std::string(text.substr(0, 40)) +
        "', expected a date of the calendar (YYYY, YYYY-MM, YYYY-MM-DD) or a date-time"};
  }
  const int year = clinical::year_of(time->seconds);
  if (year < kFirstYear || year > kLastYear) {
    throw BadRecord{"'" + std::string(key) + "' is '" + std::string(text.substr(0, 40)) +
                    "', expected a year from " + std::to_string(kFirstYear) + " to " +
                    std::to_string(kLastYear)};
  }
  return *time;
}

clinical::Time Scope::time_at(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    Json value;
    if (resource_.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) continue;
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS) return parse(key, text);
    const auto period = object_at(resource_, key);
    text = text_at(*period, "start");
    if (text.empty()) text = text_at(*period, "end");
    if (!text.empty()) return parse(key, text);
  }
  return {};
}

clinical::Time Scope::period_end(std::string_view key) {
  const auto period = object_at(resource_, key);
  if (!period) return {};
  const std::string_view text = text_at(*period, "end");
  return text.empty() ? clinical::Time{} : parse(key, text);
}

void Scope::emit(const Code& code,
                 const clinical::Time& time,
                 const Value& value,
                 bool is_reference) {
  clinical::RawEvent event;
  event.subject = subject_.id;
  event.code = code.code;
  event.time = time;
  event.value = value.number;
  event.text = value.text;
  event.unit = value.unit;
  event.resource = hash_;
  event.line = line_;
  event.file = file_;
  event.code_is_reference = is_reference;
  const std::uint32_t number =
      (subject_.is_identifier ? yield_.by_identifier : yield_.events).add(event);
  if (n_events_ == nullptr) n_events_ = &yield_.report.events[counted_type_];
  ++*n_events_;
  ++n_emitted_;
  if (is_reference || code.title.empty()) return;
  if (subject_.is_identifier) {
    yield_.report.title(code.code, code.title);
  } else {
    name_code(number, code);
  }
}

// Most often a code is called as it was called before.
void Scope::name_code(std::uint32_t number, const Code& code) {
  if (titles_.size() <= number) titles_.resize(number + number / 2 + 1);
  if (titles_[number] == code.title) return;
  titles_[number] = code.title;
  yield_.report.title(code.code, code.title);
}

void Scope::emit_end(std::string_view code,
                     const clinical::Time& time,
                     std::string_view text,
                     bool is_reference) {
  if (!time.known()) return;
  end_text_ = code;
  end_text_ += clinical::kEndSuffix;
  emit({end_text_, {}}, time, {.text = text}, is_reference);
}

}  // namespace gcrisk::io::fhir
