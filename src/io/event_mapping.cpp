// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/json.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/event_table.hpp"
#include "gcrisk/io/input.hpp"

namespace gcrisk::io {

namespace {

using base::Json;

constexpr std::array kTexts = {
    std::pair{"file", &EventMapping::file},
    std::pair{"subject", &EventMapping::subject},
    std::pair{"time", &EventMapping::time},
    std::pair{"time_unit", &EventMapping::time_unit},
    std::pair{"code", &EventMapping::code},
    std::pair{"fixed_code", &EventMapping::fixed_code},
    std::pair{"prefix", &EventMapping::prefix},
    std::pair{"split", &EventMapping::split},
    std::pair{"value", &EventMapping::value},
    std::pair{"text", &EventMapping::text},
    std::pair{"unit", &EventMapping::unit},
    std::pair{"fixed_unit", &EventMapping::fixed_unit},
};

std::string text_of(const Json& value, const std::string& place) {
  if (!value.is_string()) throw base::MalformedError(place + ": expected a text in quotes");
  return value.get<std::string>();
}

EventMapping parse_one(const Json& json, const std::string& place) {
  if (!json.is_object()) throw base::MalformedError(place + ": expected an object");
  EventMapping out;
  for (const auto& [key, value] : json.items()) {
    const std::string here = place + ", key '" + key + "'";
    bool known = false;
    for (const auto& [name, member] : kTexts) {
      if (key != name) continue;
      out.*member = text_of(value, here);
      known = true;
    }
    if (known) continue;
    if (key == "static") {
      if (!value.is_boolean()) throw base::MalformedError(here + ": expected true or false");
      out.is_static = value.get<bool>();
    } else if (key == "origin") {
      const auto time = clinical::parse_time(text_of(value, here));
      if (!time) throw base::MalformedError(here + ": expected a date (YYYY-MM-DD)");
      out.origin = *time;
    } else if (key == "where" || key == "replace") {
      if (!value.is_object()) throw base::MalformedError(here + ": expected an object of texts");
      auto& to = key == "where" ? out.where : out.replace;
      for (const auto& [from, text] : value.items()) to[from] = text_of(text, here);
    } else if (key != "comment") {
      std::vector<std::string> names = {"static", "origin", "where", "replace", "comment"};
      for (const auto& row : kTexts) names.emplace_back(row.first);
      const auto nearest = base::nearest_names(key, names, 1);
      throw base::MalformedError(here + ": is no key of a mapping",
                                 nearest.empty() ? "" : "did you mean " + nearest.front() + "?");
    }
  }
  const auto need = [&](bool there, const char* what) {
    if (!there) throw base::MalformedError(place + ": " + what);
  };
  need(!out.subject.empty(), "no 'subject', expected the column with the person");
  need(out.code.empty() != out.fixed_code.empty(), "expected either 'code' or 'fixed_code'");
  need(out.is_static == out.time.empty(), "expected either 'time' or 'static': true");
  const bool unit = out.time_unit.empty() || out.time_unit == "s" || out.time_unit == "min" ||
                    out.time_unit == "h" || out.time_unit == "d";
  need(unit, "'time_unit' must be one of: s, min, h, d");
  return out;
}

}  // namespace

std::vector<EventMapping> parse_event_mappings(std::string_view text, const std::string& name) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::exception&) {
    throw base::MalformedError(name + ": this is not JSON");
  }
  std::vector<EventMapping> out;
  if (!json.is_object() || !json.contains("events")) return out;
  const Json& list = json["events"];
  if (!list.is_array()) throw base::MalformedError(name + ": 'events' is no list");
  for (std::size_t i = 0; i < list.size(); ++i) {
    out.push_back(parse_one(list[i], name + ": mapping " + std::to_string(i + 1)));
  }
  return out;
}

std::vector<EventMapping> read_event_mappings(const std::string& path) {
  Input input(path);
  std::string text;
  std::string_view line;
  while (input.next_line(line)) {
    text += line;
    text += '\n';
  }
  return parse_event_mappings(text, path);
}

}  // namespace gcrisk::io
