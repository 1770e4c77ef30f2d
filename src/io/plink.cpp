// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/plink.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <unordered_set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "mapped_file.hpp"

namespace gcrisk::io {

namespace {

// Fields between runs of blanks and tabs, as .fam and .bim allow both.
std::size_t split_fields(std::string_view line, std::span<std::string_view> out) {
  std::size_t n = 0;
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
    if (at == line.size()) return n;
    std::size_t end = at;
    while (end < line.size() && line[end] != ' ' && line[end] != '\t') ++end;
    if (n < out.size()) out[n] = line.substr(at, end - at);
    ++n;
    at = end;
  }
}

}  // namespace

std::vector<FamRow> read_fam(const std::filesystem::path& path) {
  Input input(path.string());
  std::vector<FamRow> rows;
  std::unordered_set<std::string> seen;
  std::string_view line;
  while (input.next_line(line)) {
    std::array<std::string_view, 6> field;
    const std::size_t n = split_fields(line, field);
    if (n == 0) continue;
    if (n != 6) {
      throw base::MalformedError(
          input.place() + ": " + std::to_string(n) + " fields, a .fam line has 6",
          "FID IID father mother sex phenotype");
    }
    FamRow row{std::string(field[0]),
               std::string(field[1]),
               std::string(field[2]),
               std::string(field[3]),
               0,
               std::string(field[5])};
    if (field[4] == "1") row.sex = 1;
    if (field[4] == "2") row.sex = 2;
    if (!seen.insert(row.family + "\t" + row.id).second) {
      throw base::MismatchError(input.place() + ": sample " + row.family + " " + row.id +
                                    " stands twice, a person has one line",
                                "give the copies different IDs");
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

void write_fam(base::OutputFile& file, const std::vector<FamRow>& rows) {
  for (const FamRow& row : rows) {
    file.write(row.family + "\t" + row.id + "\t" + row.father + "\t" + row.mother + "\t" +
               std::to_string(row.sex) + "\t" + row.phenotype + "\n");
  }
}

namespace {

// Programs that print numbers generically write 100000 as 1e+05.
std::optional<std::int64_t> parse_position(std::string_view text) {
  if (const auto position = base::parse_integer(text)) return position;
  const auto number = base::parse_number(text);
  if (!number || *number != std::floor(*number) || std::abs(*number) > 1e15) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

}  // namespace

BimReader::BimReader(const std::string& path) : input_(path) {}

bool BimReader::next(genotype::Variant& variant) {
  std::string_view line;
  std::array<std::string_view, 6> field;
  std::size_t n = 0;
  do {
    if (!input_.next_line(line)) return false;
    n = split_fields(line, field);
  } while (n == 0);
  if (n != 6) {
    throw base::MalformedError(
        input_.place() + ": " + std::to_string(n) + " fields, a .bim line has 6",
        "chromosome ID cM position A1 A2");
  }
  // Most files do not know it.
  const auto cm = field[2] == "0" ? std::optional(0.0) : base::parse_number(field[2]);
  const auto position = parse_position(field[3]);
  if (!cm || !position) {
    throw base::MalformedError(input_.place() + ": '" + std::string(!cm ? field[2] : field[3]) +
                               "' is not a " + (!cm ? "number of centimorgan" : "position"));
  }
  variant.chromosome = field[0];
  variant.id = field[1];
  variant.position_cm = *cm;
  variant.position_bp = *position;
  variant.a1 = field[4];
  variant.a2 = field[5];
  return true;
}

genotype::Variants read_bim(const std::filesystem::path& path) {
  BimReader reader(path.string());
  genotype::Variants variants;
  genotype::Variant variant;
  while (reader.next(variant)) variants.push_back(variant);
  return variants;
}

void append_bim(std::string& out, const genotype::Variant& variant) {
  out += variant.chromosome;
  out += '\t';
  out += variant.id;
  out += '\t';
  base::append_number(out, variant.position_cm);
  out += '\t';
  out += std::to_string(variant.position_bp);
  out += '\t';
  out += variant.a1;
  out += '\t';
  out += variant.a2;
  out += '\n';
}

PlinkFiles open_plink(const std::string& prefix) {
  PlinkFiles files;
  files.samples = read_fam(prefix + ".fam");
  files.variants = read_bim(prefix + ".bim");
  const std::string bed = prefix + ".bed";
  auto mapped = std::make_shared<const MappedFile>(bed);
  check_bed(bed, mapped->data(), mapped->size(), files.samples.size(), files.variants.size());
  const std::uint8_t* codes = mapped->data() + sizeof kBedMagic;
  std::shared_ptr<const std::uint8_t[]> bytes(mapped, codes);
  files.matrix = std::make_shared<const genotype::PackedMatrix>(
      std::move(bytes), files.samples.size(), files.variants.size());
  return files;
}

}  // namespace gcrisk::io
