// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/hash.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

// Compiled with the library, so that it uses the instructions of the level that this is built for.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "gcrisk/base/error.hpp"

namespace gcrisk::base {

namespace {

std::string to_hex(const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    out += kDigits[bytes[i] >> 4];
    out += kDigits[bytes[i] & 15];
  }
  return out;
}

}  // namespace

struct Hasher::State {
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> xxh3{nullptr, &XXH3_freeState};
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> sha256{nullptr, &EVP_MD_CTX_free};
};

Hasher::Hasher(Checksum kind) : state_(std::make_unique<State>()) {
  if (kind == Checksum::kXxh3) {
    state_->xxh3.reset(XXH3_createState());
    XXH3_128bits_reset(state_->xxh3.get());
  } else {
    state_->sha256.reset(EVP_MD_CTX_new());
    EVP_DigestInit_ex(state_->sha256.get(), EVP_sha256(), nullptr);
  }
}

Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(const void* data, std::size_t size) {
  if (state_->xxh3) {
    XXH3_128bits_update(state_->xxh3.get(), data, size);
  } else {
    EVP_DigestUpdate(state_->sha256.get(), data, size);
  }
}

std::string Hasher::hex() const {
  if (state_->xxh3) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_->xxh3.get()));
    return to_hex(canonical.digest, sizeof canonical.digest);
  }
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> copy(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_MD_CTX_copy_ex(copy.get(), state_->sha256.get());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  EVP_DigestFinal_ex(copy.get(), digest.data(), &size);
  return to_hex(digest.data(), size);
}

std::string hash_file(const std::filesystem::path& path, Checksum kind) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw ReadError(path.string() + ": cannot be opened: " + std::strerror(errno));
  Hasher hasher(kind);
  std::vector<char> buffer(std::size_t{1} << 20);
  while (true) {
    const ssize_t n = ::read(file, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int reason = errno;
      ::close(file);
      throw ReadError(path.string() + ": cannot be read: " + std::strerror(reason));
    }
    if (n == 0) break;
    hasher.update(buffer.data(), static_cast<std::size_t>(n));
  }
  ::close(file);
  return hasher.hex();
}

}  // namespace gcrisk::base
