// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "io/vcf_header.hpp"

#include <array>
#include <unordered_set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/variant.hpp"

namespace gcrisk::io {

namespace {

// Lengths that tell GRCh37 from GRCh38 (NCBI assembly reports); a few contigs are enough.
struct ContigLength {
  std::string_view contig;
  std::int64_t build37;
  std::int64_t build38;
};
constexpr std::array<ContigLength, 24> kLengths = {{
    {"1", 249250621, 248956422},  {"2", 243199373, 242193529},  {"3", 198022430, 198295559},
    {"4", 191154276, 190214555},  {"5", 180915260, 181538259},  {"6", 171115067, 170805979},
    {"7", 159138663, 159345973},  {"8", 146364022, 145138636},  {"9", 141213431, 138394717},
    {"10", 135534747, 133797422}, {"11", 135006516, 135086622}, {"12", 133851895, 133275309},
    {"13", 115169878, 114364328}, {"14", 107349540, 107043718}, {"15", 102531392, 101991189},
    {"16", 90354753, 90338345},   {"17", 81195210, 83257441},   {"18", 78077248, 80373285},
    {"19", 59128983, 58617616},   {"20", 63025520, 64444167},   {"21", 48129895, 46709983},
    {"22", 51304566, 50818468},   {"X", 155270560, 156040895},  {"Y", 59373566, 57227415},
}};

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
  const std::string contig = genotype::plain_chromosome(value_of(line, "ID"));
  const auto length = base::parse_integer(value_of(line, "length"));
  if (!length) return {};
  for (const ContigLength& known : kLengths) {
    if (known.contig != contig) continue;
    return *length == known.build37 ? "37" : *length == known.build38 ? "38" : "";
  }
  return {};
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
