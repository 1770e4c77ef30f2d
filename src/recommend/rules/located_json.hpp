// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gcrisk::recommend {

// A JSON value that knows the line it stands in, so that a rule file can be checked in words that
// its author can follow. The getters throw MalformedError: file:line, finding, expectation.
class LocatedJson {
 public:
  enum class Kind { kNull, kBoolean, kNumber, kText, kList, kObject };

  // MalformedError with file:line where the text is not JSON, or a key stands twice.
  static LocatedJson parse(std::string_view text, const std::string& name);

  Kind kind() const noexcept { return kind_; }
  std::string place() const;  // "rules.json:12"

  bool boolean() const;
  double number() const;
  const std::string& text() const;
  const std::vector<LocatedJson>& list() const;
  // A text, or a list of texts.
  std::vector<std::string> texts() const;

  bool has(std::string_view key) const;
  const LocatedJson& at(std::string_view key) const;
  const LocatedJson* find(std::string_view key) const;
  std::string text_or(std::string_view key, std::string_view otherwise = "") const;
  bool flag_or(std::string_view key, bool otherwise) const;
  std::vector<std::string> texts_or_none(std::string_view key) const;
  const std::vector<std::pair<std::string, LocatedJson>>& members() const;

  // No other keys than these may stand here.
  void allow(const std::vector<std::string>& keys) const;
  [[noreturn]] void fail(const std::string& finding, const std::string& hint = "") const;

 private:
  friend class LocatedJsonBuilder;
  void expect(Kind kind) const;

  Kind kind_ = Kind::kNull;
  std::string name_;
  std::size_t line_ = 0;
  bool boolean_ = false;
  double number_ = 0;
  std::string text_;
  std::vector<LocatedJson> list_;
  std::vector<std::pair<std::string, LocatedJson>> members_;
};

}  // namespace gcrisk::recommend
