// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/vcf_writer.hpp"

#include <htslib/bgzf.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>

#include "gcrisk/base/error.hpp"

namespace gcrisk::io {

namespace {

constexpr std::size_t kBgzfPayload = 0xff00;  // what htslib puts into one block
constexpr std::size_t kBgzfBlock = 0x10000;   // a block is never larger than this
constexpr int kDeflateLevel = 4;

std::string header_text(const VcfHeader& header, bool bcf) {
  std::string out = "##fileformat=VCFv4.3\n";
  // BCF refers to filters and formats by number: PASS is 0, GT is 1.
  out += bcf ? "##FILTER=<ID=PASS,Description=\"All filters passed\",IDX=0>\n"
             : "##FILTER=<ID=PASS,Description=\"All filters passed\">\n";
  out += "##source=" + header.source + "\n";
  for (const auto& line : header.lines) out += line + "\n";
  std::size_t index = 0;
  for (const auto& [name, length] : header.contigs) {
    out += "##contig=<ID=" + name + ",length=" + std::to_string(length);
    if (bcf) out += ",IDX=" + std::to_string(index++);
    out += ">\n";
  }
  out += "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\"";
  out += bcf ? ",IDX=1>\n" : ">\n";
  out += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
  for (const auto& sample : header.samples) out += "\t" + sample;
  out += "\n";
  return out;
}

template <typename T>
void append_raw(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// A typed string of BCF: length and type 7 in one byte, or 0xf7 and a typed length.
void append_bcf_text(std::string& out, const std::string& text) {
  if (text.size() < 15) {
    out += static_cast<char>(text.size() << 4 | 7);
  } else {
    out += static_cast<char>(0xf7);
    out += 0x13;  // one 32-bit integer
    append_raw(out, static_cast<std::int32_t>(text.size()));
  }
  out += text;
}

// Everything of a BCF record in front of the genotypes, with both lengths.
std::string bcf_fixed(const genotype::Variant& v, std::int32_t contig, std::size_t n_samples) {
  std::string shared;
  append_raw(shared, contig);
  append_raw(shared, static_cast<std::int32_t>(v.position_bp - 1));
  append_raw(shared, static_cast<std::int32_t>(v.a2.size()));
  append_raw(shared, std::uint32_t{0x7f800001});  // QUAL: missing
  append_raw(shared, std::uint32_t{2} << 16);     // two alleles, no INFO
  append_raw(shared, std::uint32_t{1} << 24 | static_cast<std::uint32_t>(n_samples));
  append_bcf_text(shared, v.id.empty() ? "." : v.id);
  append_bcf_text(shared, v.a2);
  append_bcf_text(shared, v.a1);
  shared += 0x11;  // FILTER: one 8-bit number, PASS
  shared += '\0';
  std::string out;
  append_raw(out, static_cast<std::uint32_t>(shared.size()));
  append_raw(out, static_cast<std::uint32_t>(3 + 2 * n_samples));
  out += shared;
  out += 0x11;  // key: one 8-bit number,
  out += 0x01;  // GT;
  out += 0x21;  // two 8-bit numbers a sample
  return out;
}

std::string vcf_fixed(const genotype::Variant& v) {
  return v.chromosome + "\t" + std::to_string(v.position_bp) + "\t" + (v.id.empty() ? "." : v.id) +
         "\t" + v.a2 + "\t" + v.a1 + "\t.\tPASS\t.\tGT\t";
}

// "a|b" and a tab in one 32-bit store; the loop vectorises.
void format_calls(const std::uint8_t* alleles, std::size_t n_samples, char* out) {
  static_assert(std::endian::native == std::endian::little);
  for (std::size_t i = 0; i < n_samples; ++i) {
    const std::uint32_t call = 0x09307c30U ^ static_cast<std::uint32_t>(alleles[2 * i]) ^
                               static_cast<std::uint32_t>(alleles[2 * i + 1]) << 16;
    std::memcpy(out + 4 * i, &call, 4);
  }
}

// (allele + 1) << 1, the second with the phase bit; a missing allele is 0.
void encode_calls(const std::uint8_t* alleles, std::size_t n_samples, char* out) {
  for (std::size_t i = 0; i < 2 * n_samples; ++i) {
    const int number = alleles[i] == kMissingAllele ? 0 : (alleles[i] + 1) * 2;
    out[i] = static_cast<char>(number | static_cast<int>(i & 1));
  }
}

}  // namespace

struct VcfWriter::State {
  base::OutputFile& file;
  VcfFormat format;
  const base::Context& context;
  std::size_t n_samples;
  std::map<std::string, std::int32_t, std::less<>> contigs;
  std::string pending;  // uncompressed bytes that did not fill a block yet
  std::vector<char> packed;
  std::vector<std::size_t> packed_sizes;

  // Compresses the full blocks of `pending` (with `all`, the rest too) and writes them in order.
  void drain(bool all) {
    if (format == VcfFormat::kVcf) {
      file.write(pending);
      pending.clear();
      return;
    }
    const std::size_t n =
        all ? base::chunk_count(pending.size(), kBgzfPayload) : pending.size() / kBgzfPayload;
    packed.resize(n * kBgzfBlock);
    packed_sizes.assign(n, kBgzfBlock);
    context.threads->run(n, [&](std::size_t i, std::size_t) {
      const auto chunk = base::chunk_at(i, pending.size(), kBgzfPayload);
      if (bgzf_compress(packed.data() + i * kBgzfBlock,
                        &packed_sizes[i],
                        pending.data() + chunk.begin,
                        chunk.end - chunk.begin,
                        kDeflateLevel) != 0) {
        throw base::WriteError(file.path().string() + ": a block could not be compressed");
      }
    });
    for (std::size_t i = 0; i < n; ++i) {
      file.write(packed.data() + i * kBgzfBlock, packed_sizes[i]);
    }
    pending.erase(0, std::min(pending.size(), n * kBgzfPayload));
  }
};

VcfWriter::VcfWriter(base::OutputFile& file,
                     VcfFormat format,
                     const VcfHeader& header,
                     const base::Context& context)
    : state_(new State{file, format, context, header.samples.size(), {}, {}, {}, {}}) {
  std::int32_t index = 0;
  for (const auto& contig : header.contigs) state_->contigs[contig.first] = index++;
  const std::string text = header_text(header, format == VcfFormat::kBcf);
  if (format == VcfFormat::kBcf) {
    state_->pending += std::string_view("BCF\2\2", 5);
    append_raw(state_->pending, static_cast<std::uint32_t>(text.size() + 1));
    state_->pending += text;
    state_->pending += '\0';
  } else {
    state_->pending += text;
  }
}

VcfWriter::~VcfWriter() = default;

void VcfWriter::write(std::span<const genotype::Variant> variants, const std::uint8_t* alleles) {
  State& s = *state_;
  const bool bcf = s.format == VcfFormat::kBcf;
  const std::size_t call_bytes = (bcf ? 2 : 4) * s.n_samples;
  std::vector<std::string> fixed;
  std::vector<std::size_t> starts;
  std::size_t end = s.pending.size();
  for (const auto& v : variants) {
    const auto contig = s.contigs.find(v.chromosome);
    if (contig == s.contigs.end()) {
      throw base::MismatchError("chromosome " + v.chromosome + " is not among the contigs");
    }
    fixed.push_back(bcf ? bcf_fixed(v, contig->second, s.n_samples) : vcf_fixed(v));
    starts.push_back(end);
    end += fixed.back().size() + call_bytes + (s.n_samples == 0 ? 1 : 0);
  }
  s.pending.resize(end);
  s.context.threads->run(variants.size(), [&](std::size_t i, std::size_t) {
    char* out = s.pending.data() + starts[i];
    std::memcpy(out, fixed[i].data(), fixed[i].size());
    out += fixed[i].size();
    const std::uint8_t* row = alleles + i * 2 * s.n_samples;
    if (bcf) {
      encode_calls(row, s.n_samples, out);
    } else {
      format_calls(row, s.n_samples, out);
      out[s.n_samples == 0 ? 0 : call_bytes - 1] = '\n';
    }
  });
  s.drain(false);
}

void VcfWriter::finish() {
  State& s = *state_;
  s.drain(true);
  if (s.format == VcfFormat::kVcf) return;
  std::size_t size =
      s.packed.size() < kBgzfBlock ? (s.packed.resize(kBgzfBlock), kBgzfBlock) : kBgzfBlock;
  if (bgzf_compress(s.packed.data(), &size, nullptr, 0, kDeflateLevel) != 0) {
    throw base::WriteError(s.file.path().string() + ": the last block could not be compressed");
  }
  s.file.write(s.packed.data(), size);
}

}  // namespace gcrisk::io
