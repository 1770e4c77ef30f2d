// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/report/page.hpp"

#include <algorithm>

#include "page_style.hpp"

namespace gcrisk::report {

namespace {

std::string anchor_of(std::size_t section) { return "s" + std::to_string(section); }

std::string render_table(const PageTable& table, const std::string& caption_prefix) {
  const auto is_numeric = [&](std::size_t column) {
    return table.numeric.empty() ? column > 0
                                 : column < table.numeric.size() && table.numeric[column];
  };
  std::string out = "<div class=\"scroll\" tabindex=\"0\"><table>\n";
  if (!table.caption.empty()) {
    out += "<caption>" + caption_prefix + escape_html(table.caption) + "</caption>\n";
  }
  out += "<thead><tr>";
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    out += std::string("<th scope=\"col\"") + (is_numeric(i) ? " class=\"n\"" : "") + ">" +
           escape_html(table.header[i]) + "</th>";
  }
  out += "</tr></thead>\n<tbody>\n";
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const bool strong =
        std::find(table.strong.begin(), table.strong.end(), r) != table.strong.end();
    out += strong ? "<tr class=\"strong\">" : "<tr>";
    for (std::size_t i = 0; i < table.rows[r].size(); ++i) {
      const std::string& cell = table.rows[r][i];
      if (i == 0) {
        out += "<th scope=\"row\">" + escape_html(cell) + "</th>";
      } else {
        out += std::string("<td") + (is_numeric(i) ? " class=\"n\"" : "") + ">" +
               escape_html(cell) + "</td>";
      }
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

Page::Page(std::string title, std::string subtitle)
    : title_(std::move(title)), subtitle_(std::move(subtitle)) {}

void Page::fact(std::string name, std::string value) {
  facts_.emplace_back(std::move(name), std::move(value));
}

void Page::badge(std::string text) { badges_.push_back(std::move(text)); }

void Page::made_by(std::string text) { made_by_ = std::move(text); }

void Page::close_charts() {
  if (in_charts_) body_ += "</div>\n";
  in_charts_ = false;
}

void Page::section(std::string title, std::string lead) {
  close_charts();
  if (!sections_.empty()) body_ += "</section>\n";
  sections_.push_back(std::move(title));
  body_ += "<section id=\"" + anchor_of(sections_.size()) + "\">\n<h2>" +
           escape_html(sections_.back()) + "</h2>\n";
  if (!lead.empty()) body_ += "<p class=\"lead\">" + escape_html(lead) + "</p>\n";
}

void Page::paragraph(std::string text) {
  close_charts();
  body_ += "<p>" + escape_html(text) + "</p>\n";
}

void Page::subheading(std::string text) {
  close_charts();
  body_ += "<h3>" + escape_html(text) + "</h3>\n";
}

void Page::note(NoteKind kind, std::string text) {
  close_charts();
  const bool warning = kind == NoteKind::kWarning;
  body_ += std::string("<p class=\"note") + (warning ? " warn" : "") + "\"><b>" +
           (warning ? "Caution" : "Note") + "</b> " + escape_html(text) + "</p>\n";
}

void Page::list(std::vector<std::string> items) {
  close_charts();
  body_ += "<ul>\n";
  for (const std::string& item : items) body_ += "<li>" + escape_html(item) + "</li>\n";
  body_ += "</ul>\n";
}

void Page::key_figures(std::vector<Figure> figures) {
  close_charts();
  body_ += "<dl class=\"keys\">\n";
  for (const Figure& figure : figures) {
    body_ += "<div><dt>" + escape_html(figure.label) + "</dt><dd><span class=\"big\">" +
             escape_html(figure.value) + "</span><span class=\"small\">" +
             escape_html(figure.detail) + "</span></dd></div>\n";
  }
  body_ += "</dl>\n";
}

void Page::advice(const std::vector<Advice>& list) {
  close_charts();
  body_ += "<ul class=\"advice\">\n";
  for (const Advice& one : list) {
    body_ += "<li class=\"" + escape_html(one.light) + "\"><h3>" + escape_html(one.title) +
             " <span class=\"verdict\">" + escape_html(one.light) + ": " +
             escape_html(one.verdict) + "</span></h3>\n<p>" + escape_html(one.text) + "</p>\n";
    for (const auto& [label, text] : one.lines) {
      body_ += "<p class=\"why\"><b>" + escape_html(label) + "</b> " + escape_html(text) + "</p>\n";
    }
    body_ += "</li>\n";
  }
  body_ += "</ul>\n";
}

void Page::table(const PageTable& table) {
  close_charts();
  body_ += render_table(table, "<b>Table " + std::to_string(++n_tables_) + ".</b> ");
}

void Page::folded_table(std::string summary, const PageTable& table) {
  close_charts();
  body_ += "<details><summary>" + escape_html(summary) + "</summary>\n";
  body_ += render_table(table, "<b>Table " + std::to_string(++n_tables_) + ".</b> ");
  body_ += "</details>\n";
}

void Page::chart(const Chart& chart, std::string caption) {
  if (!in_charts_) body_ += "<div class=\"charts\">\n";
  in_charts_ = true;
  body_ += "<figure>" + chart.svg() + "<figcaption><b>Figure " + std::to_string(++n_charts_) +
           ".</b> " + escape_html(caption) + "</figcaption></figure>\n";
}

void Page::wide_chart(const Chart& chart, std::string caption) {
  close_charts();
  body_ += "<figure class=\"wide\"><div class=\"scroll\" tabindex=\"0\">" + chart.svg() +
           "</div><figcaption><b>Figure " + std::to_string(++n_charts_) + ".</b> " +
           escape_html(caption) + "</figcaption></figure>\n";
}

std::string Page::html() const {
  std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  // Nothing but the style below may be used: no script, no network, no file beside the page.
  out +=
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n";
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  out += "<meta name=\"color-scheme\" content=\"light dark\">\n";
  out += "<title>" + escape_html(title_) + "</title>\n<style>";
  out += chart_style();
  out += page_style();
  out += "</style>\n</head>\n<body>\n<header>\n";
  for (const std::string& badge : badges_) {
    out += "<p class=\"badge\">" + escape_html(badge) + "</p>\n";
  }
  out +=
      "<h1>" + escape_html(title_) + "</h1>\n<p class=\"sub\">" + escape_html(subtitle_) + "</p>\n";
  if (!facts_.empty()) {
    out += "<dl class=\"facts\">\n";
    for (const auto& [name, value] : facts_) {
      out += "<div><dt>" + escape_html(name) + "</dt><dd>" + escape_html(value) + "</dd></div>\n";
    }
    out += "</dl>\n";
  }
  out += "</header>\n";
  if (sections_.size() > 2) {
    out += "<nav aria-label=\"Sections\"><ol>\n";
    for (std::size_t i = 0; i < sections_.size(); ++i) {
      out +=
          "<li><a href=\"#" + anchor_of(i + 1) + "\">" + escape_html(sections_[i]) + "</a></li>\n";
    }
    out += "</ol></nav>\n";
  }
  out += "<main>\n" + body_;
  if (in_charts_) out += "</div>\n";
  if (!sections_.empty()) out += "</section>\n";
  out +=
      "</main>\n<footer>\n<p><b>For research use.</b> Not a medical device; not for decisions "
      "about a person's diagnosis or treatment without review by a qualified professional.</p>\n";
  if (!made_by_.empty()) out += "<p class=\"made\">" + escape_html(made_by_) + "</p>\n";
  return out + "</footer>\n</body>\n</html>\n";
}

}  // namespace gcrisk::report
