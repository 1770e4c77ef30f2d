// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gcrisk/base/hash.hpp"
#include "gcrisk/base/output.hpp"
#include "gcrisk/genotype/packed_matrix.hpp"
#include "gcrisk/genotype/variant.hpp"
#include "gcrisk/io/input.hpp"

namespace gcrisk::io {

// One row of a .fam file. sex: 1 male, 2 female, 0 not known; phenotype as it is written.
struct FamRow {
  std::string family = "0";
  std::string id;
  std::string father = "0";
  std::string mother = "0";
  int sex = 0;
  std::string phenotype = "-9";
};

// MalformedError with file:line; MismatchError on an ID that stands twice.
std::vector<FamRow> read_fam(const std::filesystem::path& path);
void write_fam(base::OutputFile& file, const std::vector<FamRow>& rows);

// A .bim file line by line, so that its length never matters.
class BimReader {
 public:
  explicit BimReader(const std::string& path);
  bool next(genotype::Variant& variant);
  std::uint64_t line_number() const noexcept { return input_.line_number(); }
  // Content hash of the whole file; reads what is left of it.
  std::string finish_hash() { return input_.finish_hash(); }

 private:
  Input input_;
};
genotype::Variants read_bim(const std::filesystem::path& path);
void append_bim(std::string& out, const genotype::Variant& variant);

// P.bed, P.bim and P.fam together; the .bed is mapped, not read.
struct PlinkFiles {
  std::vector<FamRow> samples;
  genotype::Variants variants;
  std::shared_ptr<const genotype::PackedMatrix> matrix;
};
// ReadError; MalformedError (no .bed magic, sample-major file, size that does not fit the two
// other files: says the three numbers).
PlinkFiles open_plink(const std::string& prefix);

// A .bed read in blocks from front to back, in constant memory: for scans of whole files. A caller
// who asks for the next block while the last one is worked on hides the reading.
class BedStream {
 public:
  BedStream(const std::filesystem::path& bed,
            std::size_t n_samples,
            std::size_t n_variants,
            base::Checksum checksum = base::Checksum::kXxh3);
  ~BedStream();
  // The next block of at most `block_variants()` variants as a matrix of its own; null at the end.
  // Its pages are given back two calls later; a block that is looked at after that is read again.
  std::shared_ptr<const genotype::PackedMatrix> next();
  std::size_t block_variants() const noexcept;
  // Content hash of the whole file, once `next` has returned null.
  std::string hash() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

inline constexpr std::uint8_t kBedMagic[3] = {0x6c, 0x1b, 0x01};

}  // namespace gcrisk::io
