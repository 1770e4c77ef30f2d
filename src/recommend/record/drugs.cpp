// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/recommend/drugs.hpp"

#include <algorithm>
#include <cctype>

#include "../rules/reference_text.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

namespace {

std::size_t count_words(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) + 1;
}

bool is_rxnorm(std::string_view system) {
  return system.find("rxnorm") != std::string_view::npos ||
         system == "urn:oid:2.16.840.1.113883.6.88";
}

bool is_atc(std::string_view system) {
  return system.find("whocc") != std::string_view::npos ||
         system.find("/atc") != std::string_view::npos;
}

}  // namespace

std::string plain_words(std::string_view text) {
  std::string out;
  bool gap = false;
  for (const char raw : text) {
    const auto c = static_cast<unsigned char>(raw);
    const bool keeps =
        std::isalnum(c) || c >= 0x80 || raw == '-' || raw == '\'' || raw == '.' || raw == '+';
    if (!keeps) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += static_cast<char>(std::tolower(c));
  }
  return out;
}

bool has_words(std::string_view text, std::string_view phrase) {
  if (phrase.empty()) return false;
  for (std::size_t at = text.find(phrase); at != std::string_view::npos;
       at = text.find(phrase, at + 1)) {
    const std::size_t end = at + phrase.size();
    const bool begins = at == 0 || text[at - 1] == ' ';
    const bool ends = end == text.size() || text[end] == ' ' ||
                      (text[end] == '.' && (end + 1 == text.size() || text[end + 1] == ' '));
    if (begins && ends) return true;
  }
  return false;
}

std::string describe_class(std::string_view name) {
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) {
    std::string text(name);
    std::replace(text.begin(), text.end(), '_', ' ');
    return "one of the " + text;
  }
  const std::string enzyme(name.substr(0, dot));
  if (enzyme == "XO") return "a xanthine oxidase inhibitor";
  if (enzyme == "acid_reducers") return "an acid reducer";
  const std::string shown = enzyme == "Pgp" ? "P-glycoprotein" : enzyme;
  std::string kind(name.substr(dot + 1));
  std::string strength;
  if (const auto gap = kind.find('_'); gap != std::string::npos) {
    strength = kind.substr(0, gap) + " ";
    kind = kind.substr(gap + 1);
  }
  if (kind.ends_with('s')) kind.pop_back();
  return "a " + strength + shown + " " + kind;
}

DrugTable::DrugTable(std::string_view tsv, const std::string& name) {
  const ReferenceText table(tsv, name);
  version_ = table.version();
  for (std::size_t row = 0; row < table.n_rows(); ++row) {
    std::vector<std::string> synonyms;
    for (const auto word : base::split(table.cell(row, "synonyms"), ';')) {
      if (!word.empty()) synonyms.emplace_back(word);
    }
    const std::string_view key = table.cell(row, "name");
    if (key.starts_with('@')) {
      for (const std::string& word : synonyms) {
        kind_words_.emplace_back(plain_words(word), std::string(key.substr(1)));
      }
      continue;
    }
    Drug drug{std::string(key),
              std::string(table.cell(row, "rxnorm")),
              std::string(table.cell(row, "atc")),
              {}};
    for (const auto one : base::split(table.cell(row, "classes"), ';')) {
      if (!one.empty()) drug.classes.emplace_back(one);
    }
    add(std::move(drug), synonyms, table.place(row));
  }
}

void DrugTable::add(Drug drug, const std::vector<std::string>& synonyms, const std::string& place) {
  std::vector<std::string> all = synonyms;
  all.push_back(drug.name);
  for (const std::string& name : all) {
    const std::string key = plain_words(name);
    const auto [at, is_new] = names_.emplace(key, drug.name);
    if (!is_new && at->second != drug.name) {
      throw base::MalformedError(place + ": the drug name " + name + " is taken by " + at->second);
    }
    longest_name_ = std::max(longest_name_, count_words(key));
  }
  if (drugs_.contains(drug.name)) {
    throw base::MalformedError(place + ": the drug " + drug.name + " is listed twice");
  }
  if (!drug.rxnorm.empty()) by_code_.emplace(drug.rxnorm, drug.name);
  for (const auto code : base::split(drug.atc, ',')) {
    if (code.size() == 7) by_code_.emplace("atc:" + std::string(code), drug.name);
  }
  for (const std::string& one : drug.classes) classes_[one].insert(drug.name);
  const std::string name = drug.name;
  drugs_.emplace(name, std::move(drug));
}

const Drug* DrugTable::find(std::string_view name) const {
  const auto known = names_.find(plain_words(name));
  return known == names_.end() ? nullptr : &drugs_.find(known->second)->second;
}

std::vector<std::string> DrugTable::words_in(std::string_view text) const {
  // The longest name that begins at a word is taken: "peginterferon alfa-2a", not "alfa-2a".
  std::vector<std::string_view> words;
  const std::string plain = plain_words(text);
  for (const auto word : base::split(plain, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  std::vector<std::string> found;
  for (std::size_t i = 0; i < words.size();) {
    std::size_t used = 1;
    for (std::size_t n = std::min(longest_name_, words.size() - i); n > 0; --n) {
      std::string_view phrase(words[i].data(),
                              static_cast<std::size_t>(words[i + n - 1].data() +
                                                       words[i + n - 1].size() - words[i].data()));
      while (phrase.ends_with('.') || phrase.ends_with('-')) phrase.remove_suffix(1);
      const auto known = names_.find(phrase);
      if (known == names_.end()) continue;
      found.push_back(known->second);
      used = n;
      break;
    }
    // "trimethoprim-sulfamethoxazole" is no name, its parts are.
    if (used == 1 && !names_.contains(words[i])) {
      for (const auto part : base::split(words[i], '-')) {
        if (const auto known = names_.find(part); known != names_.end()) {
          found.push_back(known->second);
        }
      }
    }
    i += used;
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

DrugTable::Understood DrugTable::understand(const std::vector<Coding>& codings,
                                            std::string_view text) const {
  std::set<std::string> by_code;
  std::set<std::string> by_words;
  for (const std::string& name : words_in(text)) by_words.insert(name);
  for (const Coding& coding : codings) {
    for (const std::string& name : words_in(coding.display)) by_words.insert(name);
    std::string key = coding.code;
    if (is_atc(coding.system)) {
      key = "atc:" + key;
    } else if (!is_rxnorm(coding.system)) {
      continue;
    }
    if (const auto known = by_code_.find(key); known != by_code_.end()) {
      by_code.insert(known->second);
    }
  }
  Understood out;
  std::set<std::string> all = by_words;
  all.insert(by_code.begin(), by_code.end());
  out.names.assign(all.begin(), all.end());
  if (!by_code.empty() && !by_words.empty()) {
    out.contradicts = std::none_of(
        by_code.begin(), by_code.end(), [&](const auto& name) { return by_words.contains(name); });
  }
  return out;
}

std::vector<std::string> DrugTable::kinds_in(std::string_view text) const {
  const std::string plain = plain_words(text);
  std::set<std::string> found;
  for (const auto& [word, kind] : kind_words_) {
    if (has_words(plain, word)) found.insert(kind);
  }
  return {found.begin(), found.end()};
}

bool DrugTable::is_class(std::string_view name) const { return classes_.contains(name); }

bool DrugTable::in_class(std::string_view drug, std::string_view name) const {
  const auto found = classes_.find(name);
  return found != classes_.end() && found->second.contains(std::string(drug));
}

std::vector<std::string> DrugTable::members(std::string_view name) const {
  const auto found = classes_.find(name);
  if (found == classes_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

std::vector<std::string> DrugTable::names() const {
  std::vector<std::string> out;
  for (const auto& [name, drug] : drugs_) out.push_back(name);
  return out;
}

std::vector<std::string> DrugTable::class_names() const {
  std::vector<std::string> out;
  for (const auto& [name, members] : classes_) out.push_back("@" + name);
  return out;
}

}  // namespace gcrisk::recommend
