// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// PLINK files on any bytes. The input is cut at two 0xff bytes into .fam, .bim and .bed (none of
// the first two holds that byte), written to a folder of its own and opened.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "gcrisk/base/error.hpp"
#include "gcrisk/io/plink.hpp"

namespace {

const std::string& prefix() {
  static const std::string kPrefix =
      (std::filesystem::temp_directory_path() / ("bed_fuzz_" + std::to_string(::getpid())))
          .string();
  return kPrefix;
}

void write(const char* ending, std::string_view bytes) {
  std::ofstream(prefix() + ending, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gcrisk;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  for (const char* ending : {".fam", ".bim"}) {
    const std::size_t end = std::min(rest.find('\xff'), rest.size());
    write(ending, rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  write(".bed", rest);
  try {
    const io::PlinkFiles files = io::open_plink(prefix());
    std::uint64_t sum = 0;
    for (std::size_t v = 0; v < files.matrix->n_variants(); ++v) {
      for (std::size_t b = 0; b < files.matrix->row_bytes(); ++b) sum += files.matrix->row(v)[b];
    }
    io::BedStream stream(prefix() + ".bed", files.samples.size(), files.variants.size());
    while (const auto block = stream.next()) sum += block->n_variants();
    volatile std::uint64_t sink = sum;
    (void)sink;
  } catch (const base::Error&) {
  }
  for (const char* ending : {".fam", ".bim", ".bed"}) std::filesystem::remove(prefix() + ending);
  return 0;
}
