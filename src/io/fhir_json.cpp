// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "fhir_json.hpp"

namespace gcrisk::io::fhir {

namespace {

using simdjson::dom::element_type;

std::optional<Json> value_at(const Object& object, std::string_view key) {
  Json value;
  if (object.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

[[noreturn]] void wrong_type(std::string_view key, const Json& found, std::string_view expected) {
  throw BadRecord{"'" + std::string(key) + "' is " + std::string(kind_of(found)) + ", expected " +
                  std::string(expected)};
}

}  // namespace

std::string_view kind_of(const Json& value) {
  switch (value.type()) {
    case element_type::ARRAY: return "a list";
    case element_type::OBJECT: return "an object";
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE: return "a number";
    case element_type::STRING: return "a string";
    case element_type::BOOL: return "true or false";
    default: return "null";
  }
}

std::string_view text_at(const Object& object, std::string_view key) {
  const auto value = value_at(object, key);
  std::string_view text;
  if (value && value->get(text) != simdjson::SUCCESS) wrong_type(key, *value, "a string");
  return text;
}

std::optional<double> number_at(const Object& object, std::string_view key) {
  const auto value = value_at(object, key);
  if (!value) return std::nullopt;
  double number = 0;
  if (value->get(number) != simdjson::SUCCESS) wrong_type(key, *value, "a number");
  return number;
}

std::optional<bool> flag_at(const Object& object, std::string_view key) {
  const auto value = value_at(object, key);
  if (!value) return std::nullopt;
  bool flag = false;
  if (value->get(flag) != simdjson::SUCCESS) wrong_type(key, *value, "true or false");
  return flag;
}

std::optional<Object> object_at(const Object& object, std::string_view key) {
  const auto value = value_at(object, key);
  if (!value) return std::nullopt;
  Object out;
  if (value->get(out) != simdjson::SUCCESS) wrong_type(key, *value, "an object");
  return out;
}

std::optional<Array> array_at(const Object& object, std::string_view key) {
  const auto value = value_at(object, key);
  if (!value) return std::nullopt;
  Array out;
  if (value->get(out) != simdjson::SUCCESS) wrong_type(key, *value, "a list");
  return out;
}

bool has(const Object& object, std::string_view key) { return value_at(object, key).has_value(); }

}  // namespace gcrisk::io::fhir
