// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "reading.hpp"

namespace gcrisk::recommend {

namespace {

// What laboratories write for the variants that tumour rules ask for; all words must stand.
struct Written {
  const char* finding;
  const char* gene;
  std::vector<const char*> any;
};

const std::vector<Written>& written_forms() {
  static const std::vector<Written> kForms = {
      {"EGFR L858R", "egfr", {"l858r", "p.leu858arg", "p.l858r", "c.2573t+g", "c.2573t g"}},
      {"EGFR exon 19 deletion",
       "egfr",
       {"exon 19 deletion", "exon 19 del", "e746", "c.2235", "p.glu746"}},
      {"EGFR T790M", "egfr", {"t790m", "p.thr790met", "p.t790m", "c.2369c t"}},
      {"EGFR G719A", "egfr", {"g719a", "p.gly719ala", "p.g719a", "c.2156g c"}},
      {"EGFR exon 20 insertion", "egfr", {"exon 20 insertion", "exon 20 ins"}},
      {"KRAS G12C", "kras", {"g12c", "p.gly12cys", "p.g12c", "c.34g t"}},
      {"BRAF V600E", "braf", {"v600e", "p.val600glu", "p.v600e", "c.1799t a"}},
      {"BRCA1 pathogenic", "brca1", {"pathogenic"}},
      {"BRCA2 pathogenic", "brca2", {"pathogenic"}},
  };
  return kForms;
}

// "not detected", "no mutation", the answer Absent, and what is not called pathogenic.
bool denied(const std::string& words) {
  for (const char* one : {"absent",
                          "not detected",
                          "not found",
                          "negative",
                          "wild type",
                          "wild-type",
                          "likely benign",
                          "benign",
                          "uncertain",
                          "la9634-2"}) {
    if (has_words(words, one)) return true;
  }
  return false;
}

void collect(const RecordEntry& entry, std::string& words, bool& somatic, bool& germline) {
  words += " " + plain_words(entry.text) + " " + plain_words(entry.value_text);
  for (const auto* list : {&entry.codings, &entry.value_codings}) {
    for (const Coding& coding : *list) {
      words += " " + plain_words(coding.display) + " " + plain_words(coding.code);
      somatic |= coding.code == "LA6684-0";
      germline |= coding.code == "LA6683-2";
    }
  }
  for (const RecordEntry& part : entry.components) collect(part, words, somatic, germline);
}

}  // namespace

const std::vector<std::string>& tumour_finding_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const Written& form : written_forms()) names.emplace_back(form.finding);
    return names;
  }();
  return kNames;
}

void read_tumour(const Reading& reading) {
  Record& out = reading.out;
  for (const RecordEntry& entry : reading.input.entries) {
    if (entry.kind != EntryKind::kObservation || entry.status == "cancelled" ||
        entry.status == "entered-in-error") {
      continue;
    }
    const auto date = reading.date_of(entry);
    if (date && date->after(reading.index)) continue;
    std::string words;
    bool somatic = false;
    bool germline = false;
    collect(entry, words, somatic, germline);
    for (const char* word : {"somatic", "tumour", "tumor"}) somatic |= has_words(words, word);
    for (const Written& form : written_forms()) {
      const bool named = has_words(words, form.gene) &&
                         std::any_of(form.any.begin(), form.any.end(), [&](const char* text) {
                           return words.find(text) != std::string::npos;
                         });
      if (!named || denied(words)) continue;
      const bool inherited = std::string_view(form.finding).starts_with("BRCA");
      if (inherited && (germline || !somatic)) continue;  // the germline file answers that
      if (germline || !somatic) {
        out.warnings.push_back(entry.resource + ": " + form.finding +
                               " is not marked as a finding of the tumour; no tumour drug rests "
                               "on it");
        continue;
      }
      out.tumour_findings.emplace_back(form.finding);
      out.tumour_used.push_back(reading.use(entry, form.finding));
    }
  }
  std::sort(out.tumour_findings.begin(), out.tumour_findings.end());
  out.tumour_findings.erase(std::unique(out.tumour_findings.begin(), out.tumour_findings.end()),
                            out.tumour_findings.end());
  std::sort(out.tumour_used.begin(), out.tumour_used.end(), [](const auto& a, const auto& b) {
    return a.text + a.resource < b.text + b.resource;
  });
}

}  // namespace gcrisk::recommend
