// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/text.hpp"
#include "gcrisk/recommend/output.hpp"

namespace gcrisk::recommend {

namespace {

void cell(std::string& out, std::string_view text, bool last = false) {
  if (text.empty()) text = "NA";
  for (const char c : text) out += c == '\t' || c == '\n' || c == '\r' ? ' ' : c;
  out += last ? '\n' : '\t';
}

std::string dose_text(const Dose& dose) {
  std::vector<std::string> parts;
  if (dose.mg_per_week > 0) parts.push_back(base::format_number(dose.mg_per_week) + " mg/week");
  if (!dose.percent.empty()) parts.push_back("start " + dose.percent + " %");
  if (!dose.maintenance_percent.empty()) {
    parts.push_back("maintenance " + dose.maintenance_percent + " %");
  }
  if (!dose.increase_percent.empty()) parts.push_back("raise by " + dose.increase_percent + " %");
  if (!dose.cap_mg_day.empty()) parts.push_back("at most " + dose.cap_mg_day + " mg/day");
  if (!dose.label.empty()) parts.push_back(dose.label);
  return base::join(parts, "; ");
}

}  // namespace

std::string source_text(const Source& source) {
  std::vector<std::string> parts;
  std::string name = source.organisation;
  if (!source.first_author.empty() && source.first_author != source.organisation) {
    name += (name.empty() ? "" : ", ") + source.first_author;
  }
  if (!source.year.empty()) name += " " + source.year;
  if (!name.empty()) parts.push_back(name);
  if (!source.rule_id.empty()) parts.push_back("rule " + source.rule_id);
  if (!source.rec_id.empty()) parts.push_back("recommendation " + source.rec_id);
  if (!source.guideline_id.empty()) parts.push_back("guideline " + source.guideline_id);
  if (!source.pmid.empty()) parts.push_back("PMID " + source.pmid);
  std::string text = base::join(parts, ", ");
  if (!source.table.empty()) {
    text += " (" + source.table + (source.date.empty() ? "" : " of " + source.date) + ")";
  }
  return text;
}

std::string plan_header() {
  return "#IID\tID\tABOUT\tKIND\tFINDING\tACTION\tLIGHT\tSEVERITY\tFIRMNESS\tSTANDING\tDOSE\t"
         "STATEMENT\tBECAUSE\tWARNINGS\tNOT_CHECKED\tRECORD_USED\tSTRENGTH\tRULE_IDS\tSOURCES\t"
         "VERIFIED\tUSE";
}

void append_plan_rows(std::string& out, const Plan& plan) {
  for (const Item& item : plan.items) {
    cell(out, plan.calls->sample_id);
    cell(out, item.id);
    cell(out, item.about);
    cell(out, item.kind);
    cell(out, item.finding);
    cell(out, item.action);
    cell(out, light_of(item.action));
    cell(out, item.severity);
    cell(out, item.firmness);
    cell(out, name_of(item.standing));
    cell(out, dose_text(item.dose));
    cell(out, item.statement);
    cell(out, base::join(item.because, "; "));
    cell(out, base::join(item.warnings, "; "));
    cell(out, base::join(item.not_checked, "; "));
    std::vector<std::string> used;
    for (const RecordUse& use : item.record_used) {
      used.push_back(use.resource + (use.date.empty() ? "" : " " + use.date));
    }
    cell(out, base::join(used, "; "));
    cell(out, item.strength);
    std::vector<std::string> ids;
    std::vector<std::string> sources;
    for (const Source& source : item.sources) {
      if (!source.rule_id.empty()) ids.push_back(source.rule_id);
      if (!source.rec_id.empty()) ids.push_back(source.rec_id);
      sources.push_back(source_text(source));
    }
    cell(out, base::join(ids, ","));
    cell(out, base::join(sources, "; "));
    cell(out, item.verified);
    cell(out,
         plan.watermark.empty() ? "research use only" : plan.watermark + "; research use only",
         true);
  }
}

}  // namespace gcrisk::recommend
