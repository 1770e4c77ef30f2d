// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/safetensors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <vector>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/json.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"

namespace gcrisk::io {

namespace {

using base::Json;
using base::Tensor;

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr std::uint64_t kMaxHeader = 100'000'000;

struct Dtype {
  const char* name;
  std::size_t size;
};
// In the order of the alternatives of Tensor::values.
constexpr std::array<Dtype, 5> kDtypes = {
    {{"F32", 4}, {"F64", 8}, {"I32", 4}, {"I64", 8}, {"U8", 1}}};

[[noreturn]] void refuse(const std::string& name, const std::string& finding) {
  throw base::MalformedError(name + ": " + finding,
                             "the file is damaged or is not safetensors; make it again");
}

const Json& member(const Json& object, const char* key, const std::string& where) {
  const auto at = object.find(key);
  if (at == object.end()) refuse(where, std::string("\"") + key + "\" is missing");
  return *at;
}

std::uint64_t whole_number(const Json& json, const std::string& where, const char* what) {
  if (!json.is_number_unsigned()) {
    refuse(where, std::string(what) + " is " + json.dump() + ", expected a whole number");
  }
  return json.get<std::uint64_t>();
}

// The values of tensor data in [begin, end) as the alternative number `kIndex`.
template <std::size_t kIndex>
void copy_values(std::string_view bytes, Tensor& tensor) {
  auto& values = tensor.values.emplace<kIndex>(bytes.size() / kDtypes[kIndex].size);
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
}

struct Entry {
  std::string name;
  std::uint64_t begin;
  std::uint64_t end;
};

Tensor read_tensor(const Json& json,
                   std::string_view data,
                   const std::string& where,
                   Entry& entry) {
  if (!json.is_object()) refuse(where, "the entry is " + json.dump() + ", expected an object");
  const Json& dtype = member(json, "dtype", where);
  const auto known = std::find_if(kDtypes.begin(), kDtypes.end(), [&](const Dtype& d) {
    return dtype.is_string() && dtype.get_ref<const std::string&>() == d.name;
  });
  if (known == kDtypes.end()) {
    refuse(where, "the dtype is " + dtype.dump() + ", expected one of: F32, F64, I32, I64, U8");
  }
  Tensor tensor;
  const Json& shape = member(json, "shape", where);
  if (!shape.is_array()) refuse(where, "the shape is " + shape.dump() + ", expected a list");
  std::uint64_t bytes = known->size;
  bool empty = false;
  for (const Json& extent : shape) {
    const std::uint64_t n = whole_number(extent, where, "an extent of the shape");
    tensor.shape.push_back(n);
    empty = empty || n == 0;
    if (n != 0 && bytes > UINT64_MAX / n) refuse(where, "the shape overflows");
    if (n != 0) bytes *= n;
  }
  if (empty) bytes = 0;
  const Json& offsets = member(json, "data_offsets", where);
  if (!offsets.is_array() || offsets.size() != 2) {
    refuse(where, "the data_offsets are " + offsets.dump() + ", expected two numbers");
  }
  entry.begin = whole_number(offsets[0], where, "the first data offset");
  entry.end = whole_number(offsets[1], where, "the second data offset");
  if (entry.begin > entry.end || entry.end > data.size()) {
    refuse(where,
           "the data are said to lie in [" + std::to_string(entry.begin) + ", " +
               std::to_string(entry.end) + "), the file holds " + std::to_string(data.size()) +
               " bytes of data");
  }
  if (entry.end - entry.begin != bytes) {
    refuse(where,
           "the data have " + std::to_string(entry.end - entry.begin) + " bytes, the shape needs " +
               std::to_string(bytes));
  }
  const std::string_view part = data.substr(entry.begin, bytes);
  switch (known - kDtypes.begin()) {
    case 0: copy_values<0>(part, tensor); break;
    case 1: copy_values<1>(part, tensor); break;
    case 2: copy_values<2>(part, tensor); break;
    case 3: copy_values<3>(part, tensor); break;
    default: copy_values<4>(part, tensor); break;
  }
  return tensor;
}

// The header as JSON; a name that stands twice is refused, because readers disagree which counts.
Json parse_header(std::string_view text, const std::string& name) {
  std::vector<std::vector<std::string>> keys;
  std::string twice;
  const auto callback = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) {
      auto& seen = keys.back();
      std::sort(seen.begin(), seen.end());
      const auto at = std::adjacent_find(seen.begin(), seen.end());
      if (at != seen.end() && twice.empty()) twice = *at;
      keys.pop_back();
    }
    if (event == Json::parse_event_t::key) keys.back().push_back(parsed.get<std::string>());
    return true;
  };
  const Json header = Json::parse(text, callback, false);
  if (header.is_discarded()) refuse(name, "the header is not JSON");
  if (!header.is_object()) refuse(name, "the header is no JSON object");
  if (!twice.empty()) refuse(name, "'" + twice + "' stands twice in the header");
  return header;
}

}  // namespace

void write_safetensors(base::OutputFile& file,
                       const base::TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;

  // Wide types first, so that each array is aligned to its own size.
  std::vector<base::TensorMap::const_iterator> order;
  for (auto at = tensors.begin(); at != tensors.end(); ++at) order.push_back(at);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return kDtypes[a->second.values.index()].size > kDtypes[b->second.values.index()].size;
  });
  std::uint64_t offset = 0;
  for (const auto& at : order) {
    const Tensor& tensor = at->second;
    const Dtype& dtype = kDtypes[tensor.values.index()];
    const std::uint64_t bytes =
        dtype.size * std::visit([](const auto& values) { return values.size(); }, tensor.values);
    header[at->first] = {
        {"dtype", dtype.name}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  const std::uint64_t size = text.size();
  file.write(&size, sizeof size);
  file.write(text);
  for (const auto& at : order) {
    std::visit(
        [&](const auto& values) { file.write(values.data(), values.size() * sizeof(values[0])); },
        at->second.values);
  }
}

base::TensorMap parse_safetensors(std::string_view bytes, const std::string& name) {
  std::uint64_t size = 0;
  if (bytes.size() < sizeof size) {
    refuse(name,
           "the file has " + std::to_string(bytes.size()) +
               " bytes, expected the 8 of the header's length");
  }
  std::memcpy(&size, bytes.data(), sizeof size);
  if (size > kMaxHeader) {
    refuse(name,
           "the header is said to have " + base::format_count(size) + " bytes, expected at most " +
               base::format_count(kMaxHeader));
  }
  bytes.remove_prefix(sizeof size);
  if (size > bytes.size()) {
    refuse(name,
           "the header is said to have " + std::to_string(size) + " bytes, the file holds " +
               std::to_string(bytes.size()));
  }
  const Json header = parse_header(bytes.substr(0, size), name);
  const std::string_view data = bytes.substr(size);

  base::TensorMap tensors;
  std::vector<Entry> entries;
  for (const auto& [key, value] : header.items()) {
    if (key == "__metadata__") continue;
    Entry entry{key, 0, 0};
    tensors[key] = read_tensor(value, data, name + ": '" + key + "'", entry);
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  std::uint64_t covered = 0;
  for (const Entry& entry : entries) {
    if (entry.begin < covered) refuse(name, "the data of '" + entry.name + "' overlap another's");
    if (entry.begin > covered) refuse(name, "the data leave a gap before '" + entry.name + "'");
    covered = entry.end;
  }
  if (covered != data.size()) {
    refuse(name, std::to_string(data.size() - covered) + " bytes stand behind the last array");
  }
  return tensors;
}

base::TensorMap read_safetensors(const std::filesystem::path& path) {
  Input input(path.string());
  std::string bytes;
  std::vector<char> buffer(std::size_t{1} << 20);
  while (const std::size_t n = input.read(buffer.data(), buffer.size())) {
    bytes.append(buffer.data(), n);
  }
  return parse_safetensors(bytes, input.path());
}

}  // namespace gcrisk::io
