// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over a folder of inputs without libFuzzer, so that each input that once
// failed stays tested by every compiler. Damaged copies of each input are tried as well: cut off,
// and with single bytes changed; they are the same ones in every run.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr int kCutOff = 16;
constexpr int kChanged = 64;

Bytes read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

void run(const Bytes& bytes) {
  // A copy of exactly this size: the address sanitizer then sees a read behind the end.
  const Bytes exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

void run_damaged(const Bytes& bytes) {
  for (std::size_t i = 0; i < kCutOff; ++i) {
    const std::size_t size = bytes.size() * i / kCutOff;
    run(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  if (bytes.empty()) return;
  std::uint64_t state = bytes.size();
  for (int i = 0; i < kChanged; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX generator
    Bytes changed = bytes;
    changed[(state >> 33) % changed.size()] = static_cast<std::uint8_t>(state >> 25);
    run(changed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> inputs;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file()) inputs.push_back(entry.path());
    }
  }
  std::sort(inputs.begin(), inputs.end());
  for (const auto& input : inputs) {
    const Bytes bytes = read(input);
    run(bytes);
    run_damaged(bytes);
  }
  std::printf("%zu inputs, each with %d damaged copies\n", inputs.size(), kCutOff + kChanged);
  return inputs.empty() ? 1 : 0;
}
