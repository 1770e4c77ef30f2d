// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "located_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

namespace {

std::string_view word_of(LocatedJson::Kind kind) {
  using enum LocatedJson::Kind;
  switch (kind) {
    case kNull: return "null";
    case kBoolean: return "true or false";
    case kNumber: return "a number";
    case kText: return "a text";
    case kList: return "a list";
    case kObject: break;
  }
  return "an object";
}

constexpr std::size_t kDeepest = 64;

}  // namespace

// Hears what nlohmann's parser reads; the line is counted by the iterator that feeds it.
class LocatedJsonBuilder {
 public:
  LocatedJsonBuilder(std::string name, const std::size_t& line)
      : name_(std::move(name)), line_(line) {}

  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  bool null() {
    put(LocatedJson::Kind::kNull);
    return true;
  }
  bool boolean(bool value) {
    put(LocatedJson::Kind::kBoolean).boolean_ = value;
    return true;
  }
  bool number_integer(number_integer_t value) { return real(static_cast<double>(value)); }
  bool number_unsigned(number_unsigned_t value) { return real(static_cast<double>(value)); }
  bool number_float(number_float_t value, const string_t&) { return real(value); }
  bool string(string_t& value) {
    put(LocatedJson::Kind::kText).text_ = std::move(value);
    return true;
  }
  bool binary(binary_t&) { return false; }
  bool start_object(std::size_t) { return open(LocatedJson::Kind::kObject); }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(LocatedJson::Kind::kList); }
  bool end_array() { return close(); }
  bool key(string_t& name) {
    LocatedJson& object = *open_.back();
    for (const auto& [other, value] : object.members_) {
      if (other == name) {
        throw base::MalformedError(name_ + ":" + std::to_string(line_) + ": the key " + name +
                                   " stands twice");
      }
    }
    object.members_.emplace_back(name, LocatedJson());
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) {
    // The library's text ends in "; expected …" or "- …": its head is enough beside our line.
    std::string text = error.what();
    if (const auto at = text.find(": ", text.find("parse error")); at != std::string::npos) {
      text = text.substr(at + 2);
    }
    throw base::MalformedError(name_ + ":" + std::to_string(line_) + ": no JSON: " + text);
  }

  LocatedJson take() { return std::move(root_); }

 private:
  LocatedJson& slot() {
    if (open_.empty()) return root_;
    LocatedJson& parent = *open_.back();
    if (parent.kind_ == LocatedJson::Kind::kObject) return parent.members_.back().second;
    parent.list_.emplace_back();
    return parent.list_.back();
  }
  LocatedJson& put(LocatedJson::Kind kind) {
    LocatedJson& value = slot();
    value.kind_ = kind;
    value.name_ = name_;
    value.line_ = line_;
    return value;
  }
  bool real(double value) {
    put(LocatedJson::Kind::kNumber).number_ = value;
    return true;
  }
  bool open(LocatedJson::Kind kind) {
    if (open_.size() >= kDeepest) {
      throw base::MalformedError(name_ + ":" + std::to_string(line_) + ": nested deeper than " +
                                 std::to_string(kDeepest) + " levels");
    }
    open_.push_back(&put(kind));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::string name_;
  const std::size_t& line_;
  LocatedJson root_;
  std::vector<LocatedJson*> open_;
};

namespace {

// Feeds bytes and counts the lines that were handed out.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* line) : at_(at), line_(line) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    // The line changes when the first byte after its end is asked for.
    if (*at_ == '\n') ++*line_;
    ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  std::size_t* line_;
};

}  // namespace

LocatedJson LocatedJson::parse(std::string_view text, const std::string& name) {
  std::size_t line = 1;
  LocatedJsonBuilder builder(name, line);
  nlohmann::json::sax_parse(CountingIterator(text.data(), &line),
                            CountingIterator(text.data() + text.size(), &line),
                            &builder);
  return builder.take();
}

std::string LocatedJson::place() const { return name_ + ":" + std::to_string(line_); }

void LocatedJson::fail(const std::string& finding, const std::string& hint) const {
  throw base::MalformedError(place() + ": " + finding, hint);
}

void LocatedJson::expect(Kind kind) const {
  if (kind_ != kind) {
    fail(std::string(word_of(kind_)) + ", expected " + std::string(word_of(kind)));
  }
}

bool LocatedJson::boolean() const {
  expect(Kind::kBoolean);
  return boolean_;
}

double LocatedJson::number() const {
  expect(Kind::kNumber);
  return number_;
}

const std::string& LocatedJson::text() const {
  expect(Kind::kText);
  return text_;
}

const std::vector<LocatedJson>& LocatedJson::list() const {
  expect(Kind::kList);
  return list_;
}

std::vector<std::string> LocatedJson::texts() const {
  if (kind_ == Kind::kText) return {text_};
  std::vector<std::string> out;
  for (const LocatedJson& one : list()) out.push_back(one.text());
  return out;
}

const LocatedJson* LocatedJson::find(std::string_view key) const {
  expect(Kind::kObject);
  for (const auto& [name, value] : members_) {
    if (name == key) return &value;
  }
  return nullptr;
}

bool LocatedJson::has(std::string_view key) const { return find(key) != nullptr; }

const LocatedJson& LocatedJson::at(std::string_view key) const {
  const LocatedJson* value = find(key);
  if (value == nullptr) fail("'" + std::string(key) + "' is missing");
  return *value;
}

std::string LocatedJson::text_or(std::string_view key, std::string_view otherwise) const {
  const LocatedJson* value = find(key);
  return value == nullptr ? std::string(otherwise) : value->text();
}

bool LocatedJson::flag_or(std::string_view key, bool otherwise) const {
  const LocatedJson* value = find(key);
  return value == nullptr ? otherwise : value->boolean();
}

std::vector<std::string> LocatedJson::texts_or_none(std::string_view key) const {
  const LocatedJson* value = find(key);
  return value == nullptr ? std::vector<std::string>() : value->texts();
}

const std::vector<std::pair<std::string, LocatedJson>>& LocatedJson::members() const {
  expect(Kind::kObject);
  return members_;
}

void LocatedJson::allow(const std::vector<std::string>& keys) const {
  for (const auto& [name, value] : members()) {
    if (std::find(keys.begin(), keys.end(), name) != keys.end()) continue;
    const auto nearest = base::nearest_names(name, keys, 1);
    value.fail("the key '" + name + "' is not known here, expected: " + base::join(keys, ", "),
               nearest.empty() ? "" : "did you mean '" + nearest.front() + "'?");
  }
}

}  // namespace gcrisk::recommend
