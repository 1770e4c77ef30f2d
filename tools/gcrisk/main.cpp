// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "execute.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/log.hpp"
#include "gcrisk/base/output.hpp"
#include "help.hpp"
#include "parse.hpp"

namespace gcrisk::tool {
namespace {

// What was asked for without running anything; empty if it is a command to run.
std::string answer_question(const std::vector<std::string>& words) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h") return overview();
  if (words[0] == "--version" || words[0] == "-V") return version_line();
  if (words[0] == "help") return help_page(std::span(words).subspan(1));
  for (const std::string& word : words) {
    if (word == "--") break;
    if (word == "--help" || word == "-h") return help_page(words);
    if (word == "--version") return version_line();
  }
  return {};
}

int run(const std::vector<std::string>& words) {
  std::string speaker = "gcrisk";
  try {
    const std::string answer = answer_question(words);
    if (!answer.empty()) {
      base::write_stdout(answer);
      return 0;
    }
    speaker += " " + find_command(words).command->name;
    execute(parse(words));
    return 0;
  } catch (const base::ClosedPipe&) {
    return 0;
  } catch (const base::Error& error) {
    base::Log(speaker, base::LogLevel::kError).error(error.what(), error.hint());
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    base::Log(speaker, base::LogLevel::kError)
        .error("the memory limit was reached", "raise --memory, or ask the job for more");
    return static_cast<int>(base::ExitCode::kMemory);
  } catch (const std::exception& error) {
    base::Log(speaker, base::LogLevel::kError)
        .error(std::string("internal fault: ") + error.what(),
               "this is a bug of gcrisk; please report it with the command line");
    return static_cast<int>(base::ExitCode::kInternal);
  }
}

}  // namespace
}  // namespace gcrisk::tool

int main(int argc, char** argv) {
  // A reader that goes away and a file that may not grow are told by the call that writes.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  return gcrisk::tool::run(std::vector<std::string>(argv + 1, argv + argc));
}
