// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/report/page.hpp"

#include <gtest/gtest.h>

namespace gcrisk::report {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Page, EscapesEveryText) {
  Page page("<script>alert(1)</script>", "a & b");
  page.fact("<b>", "\"quoted\"");
  page.badge("<i>");
  page.section("<u>", "<lead>");
  page.paragraph("<p1>");
  page.note(NoteKind::kWarning, "<n1>");
  page.list({"<l1>"});
  page.key_figures({{"<k1>", "<k2>", "<k3>"}});
  page.table({.caption = "<t1>", .header = {"<t2>"}, .rows = {{"<t3>", "<t4>"}}});
  page.made_by("<m1>");
  const std::string html = page.html();
  for (const char* raw : {"<script",
                          "<b>\"",
                          "<i>",
                          "<u>",
                          "<lead>",
                          "<p1>",
                          "<n1>",
                          "<l1>",
                          "<k1>",
                          "<k2>",
                          "<k3>",
                          "<t1>",
                          "<t2>",
                          "<t3>",
                          "<t4>",
                          "<m1>"}) {
    EXPECT_FALSE(contains(html, raw)) << raw;
  }
  EXPECT_TRUE(contains(html, "&lt;script&gt;alert(1)"));
}

TEST(Page, ForbidsScriptsAndTheNetworkAndSaysWhatItIsFor) {
  const std::string html = Page("t", "s").html();
  EXPECT_TRUE(contains(html, "default-src 'none'"));
  EXPECT_TRUE(contains(html, "For research use."));
  EXPECT_FALSE(contains(html, "src="));
  EXPECT_FALSE(contains(html, "href=\"http"));
}

TEST(Page, ClosesWhatItOpens) {
  Page page("t", "s");
  Chart chart("c", "d");
  page.section("one");
  page.chart(chart, "first");
  page.chart(chart, "second");
  page.section("two");
  page.wide_chart(chart, "third");
  page.section("three");
  page.folded_table("all rows", {.header = {"a", "b"}, .rows = {{"1", "2"}}});
  const std::string html = page.html();
  for (const char* tag : {"div", "section", "figure", "table", "details", "svg", "nav", "dl"}) {
    std::size_t opened = 0;
    std::size_t closed = 0;
    const std::string open = std::string("<") + tag;
    const std::string close = std::string("</") + tag + ">";
    for (auto at = html.find(open); at != std::string::npos; at = html.find(open, at + 1)) {
      const char next = html[at + open.size()];
      if (next == '>' || next == ' ') ++opened;
    }
    for (auto at = html.find(close); at != std::string::npos; at = html.find(close, at + 1)) {
      ++closed;
    }
    EXPECT_EQ(opened, closed) << tag;
  }
  EXPECT_TRUE(contains(html, "Figure 3."));
}

}  // namespace
}  // namespace gcrisk::report
