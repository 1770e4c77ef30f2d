// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "page_style.hpp"

namespace gcrisk::report {

std::string_view page_style() {
  return R"css(
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0 auto;padding:2.2rem 1.4rem 3rem;max-width:1120px;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif}
header{border-bottom:2px solid var(--ink);padding-bottom:1.1rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:1.28rem;line-height:1.3;margin:2.4rem 0 .5rem;padding-top:.2rem}
h3{font-size:1.04rem;margin:1.3rem 0 -.5rem}
.sub{margin:0;color:var(--soft);font-size:1.06rem}
.badge{display:inline-block;margin:0 .5rem .7rem 0;padding:.1rem .7rem;border-radius:1rem;background:var(--c1);
color:var(--paper);font-size:.82rem;font-weight:650;letter-spacing:.02em}
.facts{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:1rem 0 0}
.facts dt{font-size:.78rem;color:var(--soft)}
.facts dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
nav ol{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.3rem;margin:.9rem 0 0;padding:0;font-size:.92rem}
a{color:var(--c0);text-decoration-thickness:1px;text-underline-offset:3px}
p{max-width:74ch}
.lead{color:var(--soft);margin-top:0}
.note{border-left:4px solid var(--c5);padding:.5rem .9rem;background:color-mix(in srgb,var(--c5) 9%,var(--paper));max-width:none}
.note.warn{border-color:var(--c1);background:color-mix(in srgb,var(--c1) 9%,var(--paper))}
.keys{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:0;margin:1.2rem 0;border:1px solid var(--line);
border-radius:8px;overflow:hidden}
.keys div{padding:.8rem 1rem;box-shadow:0 0 0 .5px var(--line)}
.keys dt{font-size:.85rem;color:var(--soft)}
.keys dd{margin:0}
.big{display:block;font-size:1.65rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
.small{font-size:.84rem;color:var(--soft);font-variant-numeric:tabular-nums}
.advice{list-style:none;margin:1rem 0;padding:0;display:grid;gap:.7rem}
.advice li{border:1px solid var(--line);border-left:8px solid var(--soft);border-radius:6px;padding:.5rem .9rem;min-width:0}
.advice h3{margin:0 0 .1rem;overflow-wrap:anywhere}
.advice p{margin:.15rem 0;max-width:none;overflow-wrap:anywhere}
.verdict{display:inline-block;margin-left:.4rem;padding:0 .55rem;border-radius:.9rem;font-size:.8rem;font-weight:650;border:1.5px solid currentColor}
.why{font-size:.87rem;color:var(--soft)}
.why b{color:var(--ink);font-weight:600}
.advice .red{border-left-color:#b3261e}.red .verdict{color:#b3261e}
.advice .amber{border-left-color:#b26a00}.amber .verdict{color:#8a5200}
.advice .green{border-left-color:#1b7f3b}.green .verdict{color:#1b7f3b}
@media (prefers-color-scheme:dark){.red .verdict{color:#ff8a80}.amber .verdict{color:#ffb74d}.green .verdict{color:#81c784}}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:1.6rem 2.2rem;margin:1.2rem 0;align-items:start}
figure{margin:0;min-width:0}
figure .chart{display:block;width:100%;height:auto;max-width:600px}
figure.wide{margin:1.4rem 0}
figure.wide .chart{min-width:660px;max-width:none}
figcaption{font-size:.87rem;line-height:1.45;color:var(--soft);margin-top:.4rem;max-width:70ch}
figcaption b,caption b{color:var(--ink)}
.scroll{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;font-size:.92rem;min-width:min(100%,420px)}
caption{text-align:left;font-size:.87rem;color:var(--soft);padding-bottom:.5rem;line-height:1.45}
thead th{border-top:1.5px solid var(--ink);border-bottom:1px solid var(--ink);font-weight:650;vertical-align:bottom}
tbody tr:last-child>*{border-bottom:1.5px solid var(--ink)}
th,td{padding:.32rem .8rem;text-align:left;font-variant-numeric:tabular-nums}
thead th:first-child,tbody th{padding-left:.1rem}
tbody th{font-weight:400}
tbody tr:nth-child(even){background:color-mix(in srgb,var(--grid) 55%,transparent)}
tr.strong>*{font-weight:650}
.n{text-align:right;white-space:nowrap}
details{margin:1rem 0}
summary{cursor:pointer;color:var(--c0)}
footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.8rem;font-size:.86rem;color:var(--soft)}
.made{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.78rem;overflow-wrap:anywhere;max-width:none}
@media (max-width:560px){body{padding:1.2rem .9rem 2rem}h1{font-size:1.5rem}th,td{padding:.3rem .5rem}.keys{grid-template-columns:1fr 1fr}
.keys div{padding:.6rem .7rem}.big{font-size:1.35rem}
body:has(.advice) :is(table,caption,tbody,tr,th,td){display:block;text-align:left;min-width:0}body:has(.advice) thead{display:none}body:has(.advice) :is(td,th){padding:.1rem 0;border:0}
body:has(.advice) tr>:first-child{font-weight:650}body:has(.advice) tr{padding:.55rem .6rem;border-bottom:1px solid var(--line)}}
@media print{@page{margin:16mm 14mm}body{max-width:none;padding:0;font-size:9.5pt;line-height:1.4}h2{margin:1rem 0 .2rem}ul{margin:.3rem 0}nav{display:none}
.charts{grid-template-columns:1fr 1fr;gap:.8rem 1.2rem}figure,table,.keys,.note,.advice li{break-inside:avoid}.advice{display:block;columns:2;column-gap:5mm;font-size:8pt;line-height:1.3}.advice li{padding:.15rem .5rem;margin:0 0 .3rem}.advice h3{font-size:9pt;margin:0}.advice p{margin:.08rem 0}.why{font-size:7pt}h2{break-after:avoid}
.scroll{overflow:visible}figure.wide .chart{min-width:0}a{color:inherit}details:not([open])>*:not(summary){display:none}
body:has(.advice){font-size:8pt;line-height:1.25}body:has(.advice) h1{font-size:13pt;margin:.2rem 0}body:has(.advice) h2{font-size:10.5pt;margin:.45rem 0 .1rem}body:has(.advice) :is(p,ul,details,footer,header){margin-top:.15rem;margin-bottom:.15rem}
body:has(.advice) :is(table,caption,li,footer,.made,dt,dd,.facts){font-size:7pt;line-height:1.2}body:has(.advice) :is(td,th){padding:.08rem .35rem}body:has(.advice) .advice h3{font-size:8.5pt}body:has(.advice) .verdict{font-size:7pt;padding:0 .35rem}}
@page plan{margin:9mm 10mm}@media print{body:has(.advice){page:plan}body:has(.advice) .advice{font-size:7.2pt;line-height:1.2}body:has(.advice) .why{font-size:6.6pt}body:has(.advice) .scroll{margin:.1rem 0}body:has(.advice) caption{padding-bottom:.1rem}}
)css";
}

}  // namespace gcrisk::report
