// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <openssl/crypto.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include <Eigen/Core>
#include <array>
#include <boost/version.hpp>
#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gcrisk/base/libraries.hpp"
#include "gcrisk/base/output.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/base/threads.hpp"
#include "gcrisk/io/libraries.hpp"
#include "gcrisk/nn/module.hpp"
#include "gcrisk/pipeline/commands.hpp"

namespace gcrisk::pipeline {

namespace {

namespace fs = std::filesystem;
using base::Json;

// The level that this library was compiled for.
const char* level_in_use() {
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__)
  return "x86-64-v4";
#elif defined(__AVX2__) && defined(__FMA__)
  return "x86-64-v3";
#elif defined(__SSE4_2__)
  return "x86-64-v2";
#elif defined(__x86_64__)
  return "x86-64";
#else
  return "not x86-64";
#endif
}

std::vector<std::string> levels_of_cpu() {
  std::vector<std::string> out;
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v2")) out.emplace_back("x86-64-v2");
  if (__builtin_cpu_supports("x86-64-v3")) out.emplace_back("x86-64-v3");
  if (__builtin_cpu_supports("x86-64-v4")) out.emplace_back("x86-64-v4");
#endif
  return out;
}

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) {
      return std::string(base::trim(line.substr(line.find(':') + 1)));
    }
  }
  return "not known";
}

// The shared library that holds this function.
fs::path library_path() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&library_path), &info) == 0) return {};
  return info.dli_fname;
}

Json cpu_facts() {
  const fs::path library = library_path();
  Json installed = Json::array();
  // glibc takes the library of the best level from these folders; `library` may lie in one.
  for (const fs::path& folder : {library.parent_path(), library.parent_path() / "../.."}) {
    for (const char* level : {"x86-64-v2", "x86-64-v3", "x86-64-v4"}) {
      if (fs::exists(folder / "glibc-hwcaps" / level / library.filename())) {
        installed.push_back(level);
      }
    }
  }
  return {{"name", cpu_name()},
          {"level_in_use", level_in_use()},
          {"levels_supported", levels_of_cpu()},
          {"levels_installed_beside", installed},
          {"library", library.string()}};
}

Json environment(std::initializer_list<const char*> names) {
  Json out = Json::object();
  for (const char* name : names) {
    if (const char* value = std::getenv(name)) out[name] = value;
  }
  return out;
}

Json disk_facts(const std::string& role, fs::path folder) {
  std::error_code ignored;
  while (!folder.empty() && !fs::is_directory(folder, ignored)) {
    if (folder == folder.parent_path()) break;
    folder = folder.parent_path();
  }
  if (folder.empty()) folder = ".";
  struct statvfs status {};
  Json out = {{"role", role}, {"folder", folder.string()}};
  if (::statvfs(folder.c_str(), &status) == 0) {
    out["free_bytes"] = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  }
  return out;
}

Json backend_facts() {
  const nn::TorchReport found = nn::report_torch();
  Json torch = {{"name", "torch"}, {"available", found.why_not.empty()}, {"module", found.path}};
  if (found.why_not.empty()) {
    torch["libtorch"] = found.version;
    torch["cuda_devices"] = found.cuda.devices;
    torch["meaning"] =
        "neural networks by LibTorch " + found.version + ", on the CPU; CUDA: " +
        (found.cuda.devices.empty() ? found.cuda.why_none : base::join(found.cuda.devices, ", "));
  } else {
    torch["meaning"] = found.why_not + "; --device cuda is refused, nothing else is lost";
  }
  return Json::array(
      {{{"name", "eigen"}, {"available", true}, {"meaning", "everything, on the CPU"}}, torch});
}

Json gpu_facts() {
  std::ifstream driver("/proc/driver/nvidia/version");
  std::string line;
  std::getline(driver, line);
  return line.empty() ? Json("none seen") : Json(line);
}

Json library_facts() {
  Json out = Json::object();
  for (const auto& [name, version] : io::library_versions()) out[name] = version;
  const auto dotted = [](int a, int b, int c) {
    return std::to_string(a) + "." + std::to_string(b) + "." + std::to_string(c);
  };
  out["Eigen"] = dotted(EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION);
  out["nlohmann-json"] =
      dotted(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH);
  out["spdlog"] = base::log_library_version();
  out["Boost"] = dotted(BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100);
  out["OpenSSL"] = OpenSSL_version(OPENSSL_VERSION);
  return out;
}

Json limit_facts() {
  Json out = Json::object();
  const auto add = [&](const char* name, int resource) {
    struct rlimit limit {};
    ::getrlimit(static_cast<__rlimit_resource>(resource), &limit);
    out[name] = limit.rlim_cur == RLIM_INFINITY ? Json("unlimited")
                                                : Json(static_cast<std::uint64_t>(limit.rlim_cur));
  };
  add("open_files", RLIMIT_NOFILE);
  add("data_bytes", RLIMIT_DATA);
  add("address_space_bytes", RLIMIT_AS);
  add("file_size_bytes", RLIMIT_FSIZE);
  return out;
}

Json all_facts(Run& run) {
  Json out;
  struct utsname system {};
  ::uname(&system);
  out["gcrisk"] = GCRISK_VERSION;
  out["compiler"] = "GCC " __VERSION__;
  out["system"] = std::string(system.sysname) + " " + system.release + " " + system.machine;
  out["cpu"] = cpu_facts();
  const base::Allowance threads = base::allowed_threads();
  const base::Allowance memory = base::allowed_memory(threads.value);
  out["threads"] = {{"allowed", threads.value},
                    {"because_of", threads.source},
                    {"environment", environment({"SLURM_CPUS_PER_TASK", "OMP_NUM_THREADS"})}};
  out["memory"] = {{"allowed_bytes", memory.value},
                   {"because_of", memory.source},
                   {"environment", environment({"SLURM_MEM_PER_NODE", "SLURM_MEM_PER_CPU"})}};
  const char* temporary = std::getenv("TMPDIR");
  out["disk"] = Json::array(
      {disk_facts("results",
                  fs::absolute(run.parameters().text_if("out").value_or(".")).parent_path()),
       disk_facts("temporary files", temporary != nullptr ? temporary : "/tmp")});
  out["backends"] = backend_facts();
  out["gpu_driver"] = gpu_facts();
  out["libraries"] = library_facts();
  const char* locale = std::setlocale(LC_ALL, nullptr);
  out["locale"] = {{"in_use", locale != nullptr ? locale : "not known"},
                   {"environment", environment({"LANG", "LC_ALL", "LC_NUMERIC"})},
                   {"meaning", "files are read and written with a decimal point whatever it is"}};
  out["limits"] = limit_facts();
  return out;
}

std::string line(const std::string& name, const std::string& value) {
  return name + std::string(name.size() < 18 ? 18 - name.size() : 1, ' ') + value + "\n";
}

std::string words(const Json& list) {
  return list.empty() ? "none" : base::join(list.get<std::vector<std::string>>(), ", ");
}

std::string because(const Json& facts) {
  std::string out = " (" + facts["because_of"].get<std::string>();
  for (const auto& [name, value] : facts["environment"].items()) {
    out += "; " + name + "=" + value.get<std::string>();
  }
  return out + ")";
}

std::string readable(const Json& facts) {
  std::string out;
  const auto text = [](const Json& value) { return value.get<std::string>(); };
  out += line("gcrisk", text(facts["gcrisk"]) + ", " + text(facts["compiler"]));
  out += line("system", text(facts["system"]));
  const Json& cpu = facts["cpu"];
  out += line("CPU", text(cpu["name"]));
  out += line("  level in use",
              text(cpu["level_in_use"]) + "; the CPU can do: " + words(cpu["levels_supported"]) +
                  "; installed beside: " + words(cpu["levels_installed_beside"]));
  out += line("  library", text(cpu["library"]));
  out += line(
      "threads",
      std::to_string(facts["threads"]["allowed"].get<std::size_t>()) + because(facts["threads"]));
  out += line("memory",
              base::format_bytes(facts["memory"]["allowed_bytes"].get<std::uint64_t>()) +
                  because(facts["memory"]));
  for (const Json& disk : facts["disk"]) {
    const bool known = disk.contains("free_bytes");
    out += line("disk",
                (known ? base::format_bytes(disk["free_bytes"].get<std::uint64_t>()) + " free"
                       : std::string("cannot be asked")) +
                    " for " + text(disk["role"]) + " (" + text(disk["folder"]) + ")");
  }
  for (const Json& backend : facts["backends"]) {
    out += line("backend " + text(backend["name"]), text(backend["meaning"]));
  }
  out += line("GPU driver", text(facts["gpu_driver"]));
  for (const auto& [name, version] : facts["libraries"].items()) {
    out += line("library " + name, text(version));
  }
  out += line("locale",
              text(facts["locale"]["in_use"]) + " (" + text(facts["locale"]["meaning"]) + ")");
  for (const auto& [name, value] : facts["limits"].items()) {
    out += line("limit", name + ": " + (value.is_string() ? text(value) : value.dump()));
  }
  return out;
}

void doctor(Run& run) {
  const Json facts = all_facts(run);
  base::write_stdout(run.parameters().flag("json") ? facts.dump(2) + "\n" : readable(facts));
}

}  // namespace

const CommandEntry& doctor_command() {
  static const CommandEntry kEntry = {
      .name = "doctor",
      .category = "tools",
      .summary = "what this machine and this build can do",
      .description =
          "Prints to standard output: version, CPU level in use and others, threads and memory "
          "that "
          "the job may use and what decided so (Slurm, OMP_NUM_THREADS, CPU affinity, cgroup), "
          "free "
          "disk, backends, GPU driver, versions of libraries, locale and limits. Paste it into a "
          "bug "
          "report. It writes no file and always ends with 0.",
      .examples = {{"gcrisk doctor", "on the login node, or as the first line of a job"},
                   {"gcrisk doctor --json --out results/run1",
                    "the same for a program, with the disk that results/ lies on"}},
      .parameters = {{.name = "json",
                      .type = base::ParameterType::kFlag,
                      .meaning = "print one JSON object instead of lines"}},
      .work = doctor};
  return kEntry;
}

}  // namespace gcrisk::pipeline
