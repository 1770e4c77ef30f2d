// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gcrisk/report/chart.hpp"

namespace gcrisk::report {

// A table of a page. Cells are plain text; numbers are right-aligned where `numeric` says so.
struct PageTable {
  std::string caption;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<bool> numeric;        // one a column; empty: all but the first
  std::vector<std::size_t> strong;  // rows to be shown in bold
};

enum class NoteKind { kInfo, kWarning };

// One HTML file that opens offline, prints, and works on a phone: no script, no network, no file
// beside it (a content security policy in the page forbids all three). All texts are escaped.
// Every page ends with the words "for research use".
class Page {
 public:
  Page(std::string title, std::string subtitle);

  // A line of facts under the title: {"people", "1,204"}, {"outcome", "asthma"}.
  void fact(std::string name, std::string value);
  // A word on a coloured ground beside the title: "simulated data".
  void badge(std::string text);
  // How the page was made; stands at the foot: version, command line.
  void made_by(std::string text);

  // Begins a section; its title is also in the list at the top.
  void section(std::string title, std::string lead = {});
  void paragraph(std::string text);
  void subheading(std::string text);
  void note(NoteKind kind, std::string text);
  void list(std::vector<std::string> items);
  // Large numbers with their interval below: {"AUROC", "0.812", "0.78 to 0.84"}.
  struct Figure {
    std::string label;
    std::string value;
    std::string detail;
  };
  void key_figures(std::vector<Figure> figures);
  // Pieces of advice, each with a light that is said in words as well: "red", "amber", "green",
  // "grey". `lines` are label and text: {"Why", "CYP2C19 *2/*3: Poor Metabolizer"}.
  struct Advice {
    std::string light;
    std::string title;    // "codeine"
    std::string verdict;  // "avoid"
    std::string text;
    std::vector<std::pair<std::string, std::string>> lines;
  };
  void advice(const std::vector<Advice>& list);
  void table(const PageTable& table);
  // Closed until it is opened with a click: long tables.
  void folded_table(std::string summary, const PageTable& table);
  // Charts that follow each other stand side by side where there is room.
  void chart(const Chart& chart, std::string caption);
  // Across the page: Manhattan plots.
  void wide_chart(const Chart& chart, std::string caption);

  std::string html() const;

 private:
  void close_charts();
  std::string title_;
  std::string subtitle_;
  std::string made_by_;
  std::vector<std::string> badges_;
  std::vector<std::pair<std::string, std::string>> facts_;
  std::vector<std::string> sections_;
  std::string body_;
  bool in_charts_ = false;
  int n_charts_ = 0;
  int n_tables_ = 0;
};

// Text made safe between tags and inside attribute values.
std::string escape_html(std::string_view text);

}  // namespace gcrisk::report
