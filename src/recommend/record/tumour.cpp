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
  };
  return kForms;
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
      if (!named || has_words(words, "absent") || has_words(words, "not detected") ||
          has_words(words, "negative") || has_words(words, "la9634-2")) {
        continue;
      }
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
