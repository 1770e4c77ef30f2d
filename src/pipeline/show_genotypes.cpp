// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <filesystem>

#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/packed_matrix.hpp"
#include "gcrisk/io/input.hpp"
#include "gcrisk/io/plink.hpp"
#include "pipeline/show_files.hpp"

namespace gcrisk::pipeline {

namespace {

namespace fs = std::filesystem;
using base::Json;

// One screen is enough: counting stops after this much text, and the answer says so.
constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;
constexpr std::size_t kFirst = 5;

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at < line.size()) {
    const std::size_t begin = line.find_first_not_of(" \t", at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    out.emplace_back(line.substr(begin, end - begin));
    at = end;
  }
  return out;
}

// ##source and the like: what stands behind "##key=".
std::string meta(std::string_view line, std::string_view key) {
  const std::string start = "##" + std::string(key) + "=";
  return line.starts_with(start) ? std::string(line.substr(start.size())) : "";
}

std::string id_of(std::string_view line) {
  const auto begin = line.find("ID=");
  if (begin == std::string_view::npos) return {};
  return std::string(line.substr(begin + 3, line.find_first_of(",>", begin) - begin - 3));
}

void read_header_line(std::string_view line,
                      Json& facts,
                      std::uint64_t& contigs,
                      std::vector<std::string>& formats) {
  for (const char* key : {"fileformat", "source", "reference"}) {
    const std::string value = meta(line, key);
    if (!value.empty()) facts[key] = value;
  }
  if (line.starts_with("##contig=")) ++contigs;
  if (line.starts_with("##FORMAT=")) formats.push_back(id_of(line));
}

void add_samples(std::string_view line, Json& facts) {
  const auto columns = base::split(line, '\t');
  const std::size_t n = columns.size() > 9 ? columns.size() - 9 : 0;
  facts["samples"] = n;
  Json first = Json::array();
  for (std::size_t i = 0; i < std::min(n, kFirst); ++i) first.push_back(columns[9 + i]);
  if (n > 0) facts["first_samples"] = first;
}

Facts show_vcf(const Head& head) {
  if (!head.bytes.starts_with("##fileformat=VCF")) return std::nullopt;
  Json facts = {{"path", head.path}, {"kind", "VCF genotypes"}};
  io::Input input(head.path);
  std::string_view line;
  std::uint64_t contigs = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> formats;
  Json first = Json::array();
  bool all = true;
  while (input.next_line(line)) {
    bytes += line.size();
    if (line.starts_with("##")) {
      read_header_line(line, facts, contigs, formats);
    } else if (line.starts_with("#")) {
      add_samples(line, facts);
    } else {
      ++records;
      if (first.size() < kFirst) {
        const auto columns = base::split(line.substr(0, 4096), '\t');
        if (columns.size() > 4) {
          first.push_back({{"CHROM", columns[0]},
                           {"POS", columns[1]},
                           {"ID", columns[2]},
                           {"REF", columns[3]},
                           {"ALT", columns[4]}});
        }
      }
      if (bytes > kMostBytes) {
        all = false;
        break;
      }
    }
  }
  facts["contigs_declared"] = contigs;
  if (!formats.empty()) facts["formats_declared"] = formats;
  facts[all ? "records" : "records_at_least"] = records;
  if (!first.empty()) facts["first_records"] = first;
  return facts;
}

template <typename T>
T number_at(const std::string& bytes, std::size_t at) {
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

Facts show_bcf(const Head& head) {
  if (!head.bytes.starts_with("BCF\2") || head.bytes.size() < 9) return std::nullopt;
  Json facts = {{"path", head.path}, {"kind", "BCF genotypes"}};
  io::Input input(head.path);
  const auto read = [&](std::size_t n) {
    std::string out(n, '\0');
    std::size_t at = 0;
    while (at < n) {
      const std::size_t got = input.read(out.data() + at, n - at);
      if (got == 0) break;
      at += got;
    }
    out.resize(at);
    return out;
  };
  const auto header_size = number_at<std::uint32_t>(read(9), 5);
  const std::string header = read(std::min<std::size_t>(header_size, kMostBytes));
  std::uint64_t contigs = 0;
  std::vector<std::string> formats;
  for (std::string_view line : base::split(header, '\n')) {
    read_header_line(line, facts, contigs, formats);
    if (line.starts_with("#CHROM")) add_samples(line.substr(0, line.find('\0')), facts);
  }
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  while (bytes <= kMostBytes) {
    const std::string lengths = read(8);
    if (lengths.size() < 8) break;
    const std::uint64_t size =
        std::uint64_t{number_at<std::uint32_t>(lengths, 0)} + number_at<std::uint32_t>(lengths, 4);
    if (size > (std::uint64_t{1} << 30) || read(size).size() < size) break;
    bytes += size;
    ++records;
  }
  facts["contigs_declared"] = contigs;
  if (!formats.empty()) facts["formats_declared"] = formats;
  facts[bytes <= kMostBytes ? "records" : "records_at_least"] = records;
  return facts;
}

std::uint64_t count_lines(const std::string& path) {
  io::Input input(path);
  std::string_view line;
  std::uint64_t n = 0;
  while (input.next_line(line)) {
    if (!line.empty()) ++n;
  }
  return n;
}

Json first_variants(const std::string& bim) {
  Json out = Json::array();
  io::BimReader reader(bim);
  genotype::Variant v;
  while (out.size() < kFirst && reader.next(v)) {
    out.push_back({{"CHROM", v.chromosome},
                   {"POS", v.position_bp},
                   {"ID", v.id},
                   {"A1", v.a1},
                   {"A2", v.a2}});
  }
  return out;
}

Facts show_bed(const Head& head) {
  if (head.bytes.size() < 3 || std::memcmp(head.bytes.data(), io::kBedMagic, 3) != 0) {
    return std::nullopt;
  }
  const std::string stem =
      head.path.ends_with(".bed") ? head.path.substr(0, head.path.size() - 4) : head.path;
  if (const Facts facts = show_plink_prefix(stem)) return facts;
  return Json{{"path", head.path},
              {"kind", "PLINK 1 genotypes, .bed alone"},
              {"bytes", fs::file_size(head.path)},
              {"meaning", "without its .bim and .fam nobody can say how many samples it has"}};
}

Facts show_fam_or_bim(const Head& head) {
  if (head.lines.empty()) return std::nullopt;
  const auto fields = fields_of(head.lines[0]);
  if (fields.size() != 6) return std::nullopt;
  const auto alleles = [](const std::string& text) {
    return text.find_first_not_of("ACGTNacgtn0*<>") == std::string::npos;
  };
  const bool bim = base::parse_number(fields[2]) && base::parse_integer(fields[3]) &&
                   alleles(fields[4]) && alleles(fields[5]);
  const bool fam = !bim && (fields[4] == "0" || fields[4] == "1" || fields[4] == "2") &&
                   (base::parse_number(fields[5]) || base::is_missing(fields[5]));
  if (bim) {
    return Json{{"path", head.path},
                {"kind", "PLINK 1 variants (.bim)"},
                {"variants", count_lines(head.path)},
                {"first_variants", first_variants(head.path)}};
  }
  if (!fam) return std::nullopt;
  const auto rows = io::read_fam(head.path);
  return Json{
      {"path", head.path},
      {"kind", "PLINK 1 samples (.fam)"},
      {"samples", rows.size()},
      {"male", std::count_if(rows.begin(), rows.end(), [](const auto& r) { return r.sex == 1; })},
      {"female", std::count_if(rows.begin(), rows.end(), [](const auto& r) { return r.sex == 2; })},
      {"with_parents", std::count_if(rows.begin(), rows.end(), [](const auto& r) {
         return r.father != "0" || r.mother != "0";
       })}};
}

}  // namespace

Facts show_plink_prefix(const std::string& path) {
  for (const char* end : {".bed", ".bim", ".fam"}) {
    if (!fs::exists(path + end)) return std::nullopt;
  }
  const auto samples = io::read_fam(path + ".fam");
  const std::uint64_t variants = count_lines(path + ".bim");
  const std::uint64_t expected = 3 + variants * genotype::packed_bytes(samples.size());
  const std::uint64_t bytes = fs::file_size(path + ".bed");
  Json facts = {{"path", path},
                {"kind", "PLINK 1 genotypes"},
                {"samples", samples.size()},
                {"variants", variants},
                {"bed_bytes", bytes}};
  if (bytes != expected) {
    facts["broken"] = "the .bed should have " + base::format_count(expected) + " bytes";
  }
  Json first = Json::array();
  for (std::size_t i = 0; i < std::min(samples.size(), kFirst); ++i) first.push_back(samples[i].id);
  facts["first_samples"] = first;
  facts["first_variants"] = first_variants(path + ".bim");
  return facts;
}

Facts show_genotypes(const Head& head) {
  for (auto* look : {&show_vcf, &show_bcf, &show_bed, &show_fam_or_bim}) {
    if (Facts facts = (*look)(head)) return facts;
  }
  return std::nullopt;
}

}  // namespace gcrisk::pipeline
