// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// Where a resource stands, for messages that are made when its file is long closed.
#include "fhir_lines.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/fhir.hpp"
#include "gcrisk/io/input.hpp"

namespace gcrisk::io {

namespace {

constexpr std::size_t kLargestDocument = std::size_t{256} << 20;

// The line, or the whole file where the line alone is no document.
bool parse_at(const std::string& path,
              std::uint64_t line,
              simdjson::dom::parser& parser,
              fhir::Object& root) {
  const auto parse = [&](std::string_view text) {
    return parser.parse(text.data(), text.size(), true).get(root) == simdjson::SUCCESS;
  };
  {
    Input input(path);
    std::string_view text;
    for (std::uint64_t i = 0; i < line; ++i) {
      if (!input.next_line(text)) return false;
    }
    if (parse(text)) return true;
  }
  Input input(path);
  ByteBuffer all;
  std::size_t used = 0;
  while (used < kLargestDocument) {
    all.reserve(used + (std::size_t{1} << 20));
    const std::size_t n = input.read(all.data() + used, std::size_t{1} << 20);
    if (n == 0) break;
    used += n;
    all.set_size(used);
  }
  return parse(all.view());
}

std::string name_of(const fhir::Object& resource) {
  const std::string_view id = fhir::text_at(resource, "id");
  return std::string(fhir::text_at(resource, "resourceType")) + "/" +
         std::string(clinical::cut_text(id, 80));
}

}  // namespace

std::string fhir_place(const std::string& path, std::uint64_t line) {
  const std::uint64_t entry = line >> fhir::kEntryShift;
  line &= (std::uint64_t{1} << fhir::kEntryShift) - 1;
  std::string place = path + ":" + std::to_string(line);
  if (entry > 0) place += ": entry " + base::format_count(entry);
  try {
    simdjson::dom::parser parser;
    fhir::Object root;
    if (!parse_at(path, line, parser, root)) return place;
    if (entry == 0) return place + ": " + name_of(root);
    std::uint64_t n = 0;
    fhir::each_at(root, "entry", [&](const fhir::Object& item) {
      if (++n != entry) return;
      if (const auto inner = fhir::object_at(item, "resource")) place += ": " + name_of(*inner);
    });
  } catch (const base::Error&) {  // the file is gone, or standard input
  } catch (const fhir::BadRecord&) {
  }
  return place;
}

}  // namespace gcrisk::io
