// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "checkpoint.hpp"

#include <bit>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/hash.hpp"
#include "gcrisk/base/output.hpp"

namespace gcrisk::nn {

namespace {

namespace fs = std::filesystem;
using base::Json;

constexpr char kMagic[] = "gcrisk checkpoint 1\n";
constexpr std::size_t kHashSize = 32;  // of XXH3-128 in hexadecimal

// Exact numbers in JSON, NaN included: the bits of a double as text.
std::string bits_of(double value) { return std::to_string(std::bit_cast<std::uint64_t>(value)); }
double from_bits(const Json& json) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(std::stoull(json.get<std::string>())));
}

// Names, shapes and places of arrays of floats, whose bytes are appended to `bytes`.
Json pack(const base::TensorMap& tensors, std::string& bytes) {
  Json out = Json::array();
  for (const auto& [name, tensor] : tensors) {
    const auto& values = std::get<std::vector<float>>(tensor.values);
    out.push_back({{"name", name}, {"shape", tensor.shape}, {"at", bytes.size()}});
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  }
  return out;
}

base::TensorMap unpack(const Json& json, const std::string& bytes, std::size_t begin) {
  base::TensorMap out;
  for (const Json& item : json) {
    base::Tensor tensor;
    tensor.shape = item.at("shape").get<std::vector<std::size_t>>();
    std::vector<float> values(tensor.size());
    std::memcpy(values.data(),
                bytes.data() + begin + item.at("at").get<std::size_t>(),
                values.size() * sizeof(float));
    tensor.values = std::move(values);
    out.emplace(item.at("name").get<std::string>(), std::move(tensor));
  }
  return out;
}

Json to_json(const TrainingResult& result) {
  Json history = Json::array();
  for (const Epoch& epoch : result.history) {
    history.push_back({epoch.epoch,
                       bits_of(epoch.learning_rate),
                       bits_of(epoch.train_loss),
                       bits_of(epoch.validation_loss)});
  }
  return {{"history", history},
          {"best_epoch", result.best_epoch},
          {"best_loss", bits_of(result.best_loss)}};
}

TrainingResult result_from_json(const Json& json) {
  TrainingResult out;
  for (const Json& row : json.at("history")) {
    out.history.push_back({row.at(0).get<std::size_t>(),
                           from_bits(row.at(1)),
                           from_bits(row.at(2)),
                           from_bits(row.at(3))});
  }
  out.best_epoch = json.at("best_epoch").get<std::size_t>();
  out.best_loss = from_bits(json.at("best_loss"));
  out.resumed = true;
  return out;
}

fs::path newest(const std::string& folder) { return fs::path(folder) / "checkpoint"; }
fs::path previous(const std::string& folder) { return fs::path(folder) / "checkpoint.previous"; }

std::string hash_of(const std::string& bytes) {
  base::Hasher hasher;
  hasher.update(bytes.data(), bytes.size());
  return hasher.hex();
}

// A file that is damaged or of another training is as good as none.
std::optional<Checkpoint> read(const fs::path& path, const std::string& fingerprint) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  std::stringstream buffer;
  buffer << stream.rdbuf();
  const std::string text = buffer.str();
  const std::size_t fixed = sizeof(kMagic) - 1 + kHashSize + sizeof(std::uint64_t);
  if (text.size() < fixed || !text.starts_with(kMagic)) return std::nullopt;
  const std::string body = text.substr(sizeof(kMagic) - 1 + kHashSize);
  if (hash_of(body) != text.substr(sizeof(kMagic) - 1, kHashSize)) return std::nullopt;
  std::uint64_t header = 0;
  std::memcpy(&header, body.data(), sizeof(header));
  const Json json = Json::parse(body.substr(sizeof(header), header));
  Checkpoint out;
  out.fingerprint = json.at("fingerprint").get<std::string>();
  if (out.fingerprint != fingerprint) return std::nullopt;
  out.epoch = json.at("epoch").get<std::size_t>();
  out.people_done = json.at("people_done").get<std::size_t>();
  out.loss_sum = from_bits(json.at("loss_sum"));
  out.so_far = result_from_json(json.at("so_far"));
  out.state = unpack(json.at("state"), body, sizeof(header) + header);
  out.best = unpack(json.at("best"), body, sizeof(header) + header);
  return out;
}

}  // namespace

void write_checkpoint(const std::string& folder, const Checkpoint& checkpoint) {
  std::error_code ignored;
  fs::create_directories(folder, ignored);
  if (fs::exists(newest(folder))) fs::rename(newest(folder), previous(folder), ignored);
  std::string arrays;
  Json json = {{"fingerprint", checkpoint.fingerprint},
               {"epoch", checkpoint.epoch},
               {"people_done", checkpoint.people_done},
               {"loss_sum", bits_of(checkpoint.loss_sum)},
               {"so_far", to_json(checkpoint.so_far)}};
  json["state"] = pack(checkpoint.state, arrays);
  json["best"] = pack(checkpoint.best, arrays);
  const std::string header = json.dump();
  const std::uint64_t size = header.size();
  std::string body(reinterpret_cast<const char*>(&size), sizeof(size));
  body += header;
  body += arrays;
  base::OutputFile file(newest(folder));
  file.write(kMagic);
  file.write(hash_of(body));
  file.write(body);
  file.commit();
}

std::optional<Checkpoint> read_checkpoint(const std::string& folder,
                                          const std::string& fingerprint) {
  auto found = read(newest(folder), fingerprint);
  return found ? std::move(found) : read(previous(folder), fingerprint);
}

void remove_checkpoints(const std::string& folder) {
  std::error_code ignored;
  fs::remove(newest(folder), ignored);
  fs::remove(previous(folder), ignored);
}

}  // namespace gcrisk::nn
