// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/report/chart.hpp"

namespace gcrisk::report {

std::string_view chart_style() {
  // Eight colours by role after Okabe and Ito (2008); yellow is replaced, which no reader sees as
  // a thin line on white. The dark ones keep their order and gain light.
  return R"css(
:root{--c0:#0067a8;--c1:#c9510c;--c2:#00865f;--c3:#a8478a;--c4:#b57f00;--c5:#2f9bd6;--c6:#5b5b9d;--c7:#7a5230;
--ink:#1b2430;--soft:#55606e;--line:#c4cad2;--grid:#e8ebef;--paper:#ffffff}
@media (prefers-color-scheme:dark){:root{--c0:#58b4f0;--c1:#ff9152;--c2:#35c997;--c3:#e592c8;--c4:#f0b93a;--c5:#8fd0f5;--c6:#a9a9ec;--c7:#c99a73;
--ink:#e8ecf1;--soft:#a3adb9;--line:#4a5461;--grid:#262e38;--paper:#12171d}}
@media print{:root{--c0:#0067a8;--c1:#c9510c;--c2:#00865f;--c3:#a8478a;--c4:#b57f00;--c5:#2f9bd6;--c6:#5b5b9d;--c7:#7a5230;
--ink:#000;--soft:#444;--line:#999;--grid:#e4e4e4;--paper:#fff}}
.chart{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
.chart .bg{fill:var(--paper)}
.chart text{fill:var(--ink)}
.chart .ti{font-size:14px;font-weight:650}
.chart .tk{font-size:12px;fill:var(--soft)}
.chart .at{font-size:12.5px;fill:var(--ink)}
.chart .tx{font-size:12px}
.chart .gr{stroke:var(--grid);stroke-width:1;fill:none}
.chart .ax{stroke:var(--line);stroke-width:1;fill:none}
.chart .ln{fill:none;stroke:currentColor;stroke-linejoin:round;stroke-linecap:round}
.chart .rf,.chart .bt{stroke-linecap:butt}
.chart .da{stroke-dasharray:5 4;stroke-linecap:butt}
.chart .bd{fill:currentColor;fill-opacity:.16;stroke:none}
.chart .br{fill:currentColor;fill-opacity:.75}
.chart .pt{fill:currentColor;stroke:var(--paper);stroke-width:1}
.chart .dt{fill:none;stroke:currentColor;stroke-linecap:round}
.chart .pt:hover,.chart .br:hover{stroke:var(--ink);stroke-width:1.5}
.chart .c0{color:var(--c0)}.chart .c1{color:var(--c1)}.chart .c2{color:var(--c2)}.chart .c3{color:var(--c3)}
.chart .c4{color:var(--c4)}.chart .c5{color:var(--c5)}.chart .c6{color:var(--c6)}.chart .c7{color:var(--c7)}
.chart .cm{color:var(--soft)}.chart .ci{color:var(--ink)}
.chart text.cm{fill:var(--soft)}.chart text.c0{fill:var(--c0)}.chart text.c1{fill:var(--c1)}
.chart text.c2{fill:var(--c2)}.chart text.c3{fill:var(--c3)}
)css";
}

}  // namespace gcrisk::report
