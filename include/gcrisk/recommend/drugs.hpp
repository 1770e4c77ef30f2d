// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/recommend/calls.hpp"
#include "gcrisk/recommend/record_input.hpp"

namespace gcrisk::recommend {

struct Drug {
  std::string name;    // international name in lower case, as all tables write it
  std::string rxnorm;  // ingredient; empty: not known
  std::string atc;
  std::vector<std::string> classes;  // "CYP3A.strong_inhibitors", "statins"
};

// Every drug that tables or rules speak of, by name, other name, RxNorm ingredient and ATC code.
class DrugTable {
 public:
  DrugTable() = default;
  DrugTable(std::string_view tsv, const std::string& name);

  // nullptr: not known. Case and blanks do not matter; other names are understood.
  const Drug* find(std::string_view name) const;

  // The drugs that an entry names: by RxNorm or ATC code, else by whole words of its texts
  // ("clopidogrel 75 MG Oral Tablet"). Several for a combination; empty: not understood.
  struct Understood {
    std::vector<std::string> names;  // sorted, each once
    bool contradicts = false;        // code and words name different drugs
  };
  Understood understand(const std::vector<Coding>& codings, std::string_view text) const;

  // Kinds of drugs whose name stands in `text`: "statins" for an allergy to statins.
  std::vector<std::string> kinds_in(std::string_view text) const;

  bool is_class(std::string_view name) const;
  bool in_class(std::string_view drug, std::string_view name) const;
  std::vector<std::string> members(std::string_view name) const;
  std::vector<std::string> names() const;
  std::vector<std::string> class_names() const;

  // For rule files: a drug of the user's own. MalformedError where the name is taken.
  void add(Drug drug, const std::vector<std::string>& synonyms, const std::string& place);

  const TableVersion& version() const noexcept { return version_; }

 private:
  std::vector<std::string> words_in(std::string_view text) const;

  TableVersion version_;
  std::map<std::string, Drug, std::less<>> drugs_;
  std::map<std::string, std::string, std::less<>> names_;    // any name: drug
  std::map<std::string, std::string, std::less<>> by_code_;  // RxNorm: drug
  std::map<std::string, std::set<std::string>, std::less<>> classes_;
  std::vector<std::pair<std::string, std::string>> kind_words_;  // word, kind
  std::size_t longest_name_ = 1;                                 // in words
};

// "a strong CYP3A inhibitor", "a xanthine oxidase inhibitor": what a class makes of its members.
std::string describe_class(std::string_view name);

// Lower case, punctuation to blanks except - ' . and +, one blank between words.
std::string plain_words(std::string_view text);
// Do the words of `phrase` stand in `text` one behind the other? Both as plain_words gives them.
bool has_words(std::string_view text, std::string_view phrase);

}  // namespace gcrisk::recommend
