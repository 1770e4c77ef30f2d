// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "io/vcf_header.hpp"

#include <unordered_set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/build.hpp"

namespace gcrisk::io {

namespace {

// Value of `key` in "##contig=<ID=20,length=63025520>", or empty.
std::string_view value_of(std::string_view line, std::string_view key) {
  const std::string wanted = std::string(key) + "=";
  for (std::size_t at = line.find(wanted); at != std::string_view::npos;
       at = line.find(wanted, at + 1)) {
    if (at > 0 && line[at - 1] != '<' && line[at - 1] != ',' && line[at - 1] != ' ') continue;
    const std::size_t begin = at + wanted.size();
    return line.substr(begin, line.find_first_of(",>", begin) - begin);
  }
  return {};
}

std::string build_of_contig(std::string_view line) {
  const auto length = base::parse_integer(value_of(line, "length"));
  if (!length) return {};
  return std::string(genotype::build_of_length(value_of(line, "ID"), *length));
}

constexpr std::string_view kColumns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";

std::vector<std::string> samples_of(std::string_view line, const std::string& place) {
  if (line != kColumns && !line.starts_with(std::string(kColumns) + "\t")) {
    throw base::MalformedError(place + ": the header line begins '" +
                                   std::string(line.substr(0, 48)) +
                                   "', expected the columns #CHROM POS ID REF ALT QUAL FILTER INFO "
                                   "with one tab between them",
                               "mend the header: bcftools reheader -h");
  }
  const std::vector<std::string_view> columns = base::split(line, '\t');
  if (columns.size() == 8) return {};
  if (columns[8] != "FORMAT") {
    throw base::MalformedError(
        place + ": the ninth column is called '" + std::string(columns[8]) + "', expected FORMAT",
        "mend the header: bcftools reheader -h");
  }
  return {columns.begin() + 9, columns.end()};
}

}  // namespace

void check_sample_names(const std::vector<std::string>& samples, const std::string& place) {
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::string& name = samples[i];
    if (name.empty()) {
      throw base::MalformedError(place + ": sample " + std::to_string(i + 1) +
                                     " has no name, expected one for each column after FORMAT",
                                 "name it: bcftools reheader -s");
    }
    if (name.find_first_of(" \t\r\n") != std::string::npos) {
      throw base::MalformedError(place + ": the sample name '" + name +
                                     "' holds white space, which a .fam file cannot carry",
                                 "rename it: bcftools reheader -s");
    }
    if (!seen.insert(name).second) {
      throw base::MalformedError(
          place + ": the sample " + name + " stands twice, expected each name once",
          "rename one of the two: bcftools reheader -s");
    }
  }
}

VcfHeader parse_vcf_header(std::string_view text, const std::string& file) {
  VcfHeader header;
  bool complete = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++header.n_lines;
    const std::string place = file + ":" + std::to_string(header.n_lines);
    if (header.n_lines == 1) {
      if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
      if (line.starts_with("##fileformat=")) {
        const std::string_view version = line.substr(13);
        if (!version.starts_with("VCFv4.") || version.size() < 7) {
          throw base::MalformedError(place + ": the file format is '" + std::string(version) +
                                         "', expected VCFv4.0 or later",
                                     "write the file anew with bcftools view");
        }
        header.version = version.substr(4);
        continue;
      }
      if (!line.starts_with("#")) {
        throw base::MalformedError(place + ": the file begins '" + std::string(line.substr(0, 24)) +
                                       "', expected ##fileformat=VCFv4",
                                   "give a VCF or BCF file");
      }
    }
    if (line.starts_with("##")) {
      if (line.starts_with("##contig=") && header.build.empty()) {
        header.build = build_of_contig(line);
      }
      if (line.starts_with("##ALT=<ID=NON_REF") || line.starts_with("##GVCFBlock")) {
        header.is_gvcf = true;
      }
      continue;
    }
    if (!line.starts_with('#')) {
      throw base::MalformedError(place + ": '" + std::string(line.substr(0, 24)) +
                                     "' stands before the #CHROM line, expected a line with ##",
                                 "remove the line, or mend it");
    }
    header.samples = samples_of(line, place);
    check_sample_names(header.samples, place);
    complete = true;
  }
  if (!complete) {
    throw base::MalformedError(
        file + ":" + std::to_string(header.n_lines + 1) + ": the file ends before the #CHROM line",
        "give a complete VCF file");
  }
  return header;
}

}  // namespace gcrisk::io
