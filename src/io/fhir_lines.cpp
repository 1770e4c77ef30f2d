// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "fhir_lines.hpp"

#include <array>
#include <cstring>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::io::fhir {

namespace {

constexpr std::array<std::pair<std::string_view, void (*)(Scope&)>, 13> kReaders = {{
    {"Observation", read_observation},
    {"Encounter", read_encounter},
    {"Procedure", read_procedure},
    {"Condition", read_condition},
    {"MedicationRequest", read_medication_request},
    {"Patient", read_patient},
    {"MedicationStatement", read_medication_statement},
    {"MedicationAdministration", read_medication_administration},
    {"Medication", read_medication},
    {"AllergyIntolerance", read_allergy},
    {"FamilyMemberHistory", read_family_history},
    {"DiagnosticReport", read_diagnostic_report},
    {"Immunization", read_immunization},
}};

std::string what_is_wrong(simdjson::error_code code) {
  switch (code) {
    case simdjson::UTF8_ERROR: return "text that is not UTF-8";
    case simdjson::DEPTH_ERROR: return "values nested deeper than 1,024 levels";
    case simdjson::UNCLOSED_STRING: return "broken JSON: a string is not closed";
    case simdjson::UNESCAPED_CHARS: return "broken JSON: a control character within a string";
    case simdjson::NUMBER_ERROR: return "broken JSON: a number that is none";
    case simdjson::STRING_ERROR: return "broken JSON: a string with an impossible escape";
    case simdjson::CAPACITY: return "a document of more than 4 GiB";
    case simdjson::MEMALLOC: return "a document that does not fit into memory";
    default: return "broken JSON: brackets, commas or colons do not fit";
  }
}

class PieceReader {
 public:
  PieceReader(const Piece& piece, const RecordOptions& options, Yield& yield)
      : piece_(piece), options_(options), yield_(yield), scope_(options, yield) {}

  void broken(std::uint64_t line, simdjson::error_code code) {
    fail(line, 0, "", what_is_wrong(code));
  }

  void no_object(std::uint64_t line) {
    fail(line, 0, "", "JSON that is no object, expected a FHIR resource");
  }

  void read(const Object& resource, std::uint64_t line) { read_one(resource, line, 0, nullptr); }

 private:
  void fail(std::uint64_t line,
            std::size_t entry,
            const std::string& resource,
            const std::string& message) {
    std::string place = piece_.name;
    if (!piece_.is_document) place += ":" + std::to_string(line);
    if (entry > 0) place += ": entry " + base::format_count(entry);
    if (!resource.empty()) place += ": " + resource;
    const std::string text = place + ": " + message;
    if (!options_.skip_bad) {
      throw base::MalformedError(
          text, "mend the record, or continue without such records: --on-bad-record skip");
    }
    yield_.report.bad(text);
  }

  std::string name_of_resource() const {
    std::string name(scope_.type());
    if (!scope_.id().empty()) name += "/" + std::string(clinical::cut_text(scope_.id(), 80));
    return name;
  }

  void read_one(const Object& resource,
                std::uint64_t line,
                std::size_t entry,
                const BundleIndex* bundle) {
    bool begun = false;
    try {
      scope_.begin(resource, piece_.file, line | std::uint64_t{entry} << kEntryShift, bundle);
      begun = true;
      const std::string_view type = scope_.type();
      if (type == "Bundle") {
        if (entry == 0) {
          read_bundle(resource, line);
        } else {
          ++yield_.report.unused["Bundle"];
        }
        return;
      }
      check_version(resource, type);
      for (const auto& [name, reader] : kReaders) {
        if (name != type) continue;
        reader(scope_);
        return;
      }
      ++yield_.report.unused[std::string(type)];
    } catch (const BadRecord& bad) {
      if (begun) scope_.undo();
      fail(line, entry, begun ? name_of_resource() : "", bad.message);
    } catch (const OtherVersion& other) {
      throw base::MalformedError(piece_.name + ":" + std::to_string(line) + ": " +
                                     name_of_resource() + ": " + other.message,
                                 "convert the records to FHIR R4 first");
    }
  }

  void read_bundle(const Object& resource, std::uint64_t line) {
    BundleIndex index;
    each_at(resource, "entry", [&](const Object& entry) {
      const auto inner = object_at(entry, "resource");
      const std::string_view address = text_at(entry, "fullUrl");
      if (!inner || address.empty()) return;
      std::string reference(text_at(*inner, "resourceType"));
      std::string_view id = text_at(*inner, "id");
      if (id.empty()) id = address.substr(address.find_last_of(":/") + 1);
      reference += '/';
      reference += id;
      index.entries.insert_or_assign(std::string(address),
                                     BundleIndex::Entry{std::move(reference), *inner});
    });
    std::size_t n = 0;
    each_at(resource, "entry", [&](const Object& entry) {
      ++n;
      const auto inner = object_at(entry, "resource");
      if (inner) read_one(*inner, line, n, &index);
    });
  }

  const Piece& piece_;
  const RecordOptions& options_;
  Yield& yield_;
  Scope scope_;
};

}  // namespace

void read_piece(const Piece& piece,
                const RecordOptions& options,
                simdjson::dom::parser& parser,
                Yield& yield) {
  PieceReader reader(piece, options, yield);
  const auto read = [&](std::string_view text, std::uint64_t line) {
    Json root;
    const auto code = parser.parse(text.data(), text.size(), false).get(root);
    if (code != simdjson::SUCCESS) {
      reader.broken(line, code);
      return;
    }
    Object object;
    if (root.get(object) != simdjson::SUCCESS) {
      reader.no_object(line);
      return;
    }
    reader.read(object, line);
  };
  if (piece.is_document) {
    read(piece.view(), piece.first_line);
    return;
  }
  std::string_view rest = piece.view();
  for (std::uint64_t line = piece.first_line; !rest.empty(); ++line) {
    const void* end = std::memchr(rest.data(), '\n', rest.size());
    const std::size_t length =
        end == nullptr ? rest.size()
                       : static_cast<std::size_t>(static_cast<const char*>(end) - rest.data());
    const std::string_view text = base::trim(rest.substr(0, length));
    if (!text.empty()) read(text, line);
    rest.remove_prefix(end == nullptr ? length : length + 1);
  }
}

bool looks_like_resource(std::string_view padded, simdjson::dom::parser& parser) {
  Json root;
  if (parser.parse(padded.data(), padded.size(), false).get(root) != simdjson::SUCCESS) return true;
  Json type;
  return root.at_key("resourceType").get(type) == simdjson::SUCCESS;
}

}  // namespace gcrisk::io::fhir
