// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

namespace gcrisk::io::fhir {

using Json = simdjson::dom::element;
using Object = simdjson::dom::object;
using Array = simdjson::dom::array;

// A record that breaks its format: what was found and what was expected, without the place.
// The reader of the file adds it, and decides whether to stop.
struct BadRecord {
  std::string message;
};

// Members of an object. An absent one and a JSON null are nothing; one of another type is a
// BadRecord that names `key`.
std::string_view text_at(const Object& object, std::string_view key);  // empty: absent
std::optional<double> number_at(const Object& object, std::string_view key);
std::optional<bool> flag_at(const Object& object, std::string_view key);
std::optional<Object> object_at(const Object& object, std::string_view key);
std::optional<Array> array_at(const Object& object, std::string_view key);
bool has(const Object& object, std::string_view key);

// Calls `work(Object)` for each object of the array called `key`.
template <typename Work>
void each_at(const Object& object, std::string_view key, const Work& work) {
  const auto array = array_at(object, key);
  if (!array) return;
  for (const Json element : *array) {
    Object item;
    if (element.get(item) != simdjson::SUCCESS) {
      throw BadRecord{"'" + std::string(key) + "' holds something else than objects"};
    }
    work(item);
  }
}

// "a string", "a number": for messages.
std::string_view kind_of(const Json& value);

}  // namespace gcrisk::io::fhir
