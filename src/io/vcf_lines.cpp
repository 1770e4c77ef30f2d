// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/vcf_lines.hpp"

#include <optional>

#include "gcrisk/base/error.hpp"
#include "gcrisk/io/input.hpp"
#include "io/vcf_header.hpp"
#include "io/vcf_htslib.hpp"

namespace gcrisk::io {

namespace {

bool begins_as_bcf(const std::string& path) {
  if (path == "-") return false;
  Input input(path);
  char magic[4] = {};
  std::size_t n = 0;
  while (n < sizeof magic) {
    const std::size_t got = input.read(magic + n, sizeof magic - n);
    if (got == 0) return false;
    n += got;
  }
  return std::string_view(magic, 4) == "BCF\2";
}

}  // namespace

struct VcfLines::State {
  std::string name;
  std::optional<Input> text;
  HtsFile bcf;
  BcfHeader bcf_header;
  BcfRecord bcf_record;
  HtsString bcf_line;
  std::uint64_t n_records = 0;
  std::vector<std::string> header;
  std::vector<std::string> samples;

  void read_text_header(const std::string& path) {
    text.emplace(path);
    std::string all;
    std::string_view line;
    while (text->next_line(line)) {
      all.append(line);
      all.push_back('\n');
      if (line.starts_with("##")) {
        header.emplace_back(line);
        continue;
      }
      break;  // the #CHROM line, or what parse_vcf_header complains about
    }
    VcfHeader parsed = parse_vcf_header(all, name);
    samples = std::move(parsed.samples);
  }

  void read_bcf_header(const std::string& path) {
    hts_set_log_level(HTS_LOG_OFF);
    bcf.reset(hts_open(path.c_str(), "r"));
    if (!bcf) throw base::ReadError(name + ": cannot be opened");
    bcf_header.reset(bcf_hdr_read(bcf.get()));
    if (!bcf_header) {
      throw base::MalformedError(name + ": the BCF header cannot be read",
                                 "write the file anew with bcftools view");
    }
    HtsString formatted;
    bcf_hdr_format(bcf_header.get(), 0, &formatted.text);
    std::string_view rest(formatted.text.s, formatted.text.l);
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      if (rest.starts_with("##")) header.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    for (int i = 0; i < bcf_hdr_nsamples(bcf_header.get()); ++i) {
      samples.emplace_back(bcf_header->samples[i]);
    }
    bcf_record.reset(bcf_init());
  }

  bool next_bcf(std::string_view& line) {
    const int status = bcf_read(bcf.get(), bcf_header.get(), bcf_record.get());
    if (status == -1) return false;
    ++n_records;
    bcf_line.text.l = 0;
    if (status < -1 || bcf_record->errcode != 0 ||
        vcf_format(bcf_header.get(), bcf_record.get(), &bcf_line.text) != 0) {
      throw base::MalformedError(
          name + ": record " + std::to_string(n_records) + " cannot be read, expected a BCF record",
          "write the file anew with bcftools view");
    }
    line = {bcf_line.text.s, bcf_line.text.l};
    if (line.ends_with('\n')) line.remove_suffix(1);
    return true;
  }
};

VcfLines::VcfLines(const std::string& path) : state_(std::make_unique<State>()) {
  state_->name = path == "-" ? "standard input" : path;
  if (begins_as_bcf(path)) {
    state_->read_bcf_header(path);
  } else {
    state_->read_text_header(path);
  }
}

VcfLines::~VcfLines() = default;
VcfLines::VcfLines(VcfLines&&) noexcept = default;

const std::vector<std::string>& VcfLines::header() const noexcept { return state_->header; }
const std::vector<std::string>& VcfLines::samples() const noexcept { return state_->samples; }

bool VcfLines::next(std::string_view& line) {
  if (state_->bcf) return state_->next_bcf(line);
  while (state_->text->next_line(line)) {
    if (!line.empty()) return true;
  }
  return false;
}

std::string VcfLines::place() const {
  if (state_->bcf) return state_->name + ": record " + std::to_string(state_->n_records);
  return state_->text->place();
}

std::string VcfLines::format() const { return state_->bcf ? "BCF" : "VCF"; }

std::string VcfLines::checksum() {
  return state_->text ? state_->text->finish_hash() : std::string();
}

}  // namespace gcrisk::io
