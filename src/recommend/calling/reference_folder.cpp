// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>

#include <cstdlib>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/recommend/pgx_tables.hpp"

namespace gcrisk::recommend {

namespace fs = std::filesystem;

fs::path reference_folder() {
  std::vector<std::string> looked_at;
  const auto holds_tables = [&](const fs::path& folder) {
    looked_at.push_back(folder.string());
    std::error_code failed;
    return fs::is_regular_file(folder / "pgx" / "genes.tsv", failed);
  };
  if (const char* given = std::getenv("GCRISK_DATA"); given != nullptr && *given != '\0') {
    if (holds_tables(given)) return given;
    throw base::ReadError(std::string(given) +
                              ": has no pgx/genes.tsv, expected the folder that "
                              "GCRISK_DATA names to hold the reference tables",
                          "unset GCRISK_DATA to take the tables that came with the program");
  }
  // Beside the library, wherever it was installed: <prefix>/lib/libgcrisk.so, perhaps in a
  // glibc-hwcaps/<level>/ or a folder named after the machine. Never the working directory.
  Dl_info self{};
  std::error_code failed;
  if (::dladdr(reinterpret_cast<const void*>(&reference_folder), &self) != 0) {
    fs::path folder = fs::canonical(self.dli_fname, failed).parent_path();
    for (int level = 0; level < 5 && folder.has_relative_path(); ++level) {
      if (holds_tables(folder / "share" / "gcrisk" / "reference")) return looked_at.back();
      folder = folder.parent_path();
    }
  }
  throw base::ReadError(
      "the reference tables are not installed, looked at " + base::join(looked_at, ", "),
      "install the program whole, or set GCRISK_DATA to its data folder");
}

}  // namespace gcrisk::recommend
