# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""The page and the FHIR bundle of `recommend`: in a real browser, and by the definitions of R4."""
import html.parser
import json
import re
import shutil
import subprocess

import pytest
from recommend_cases import Record, plan_of, vcf

BROWSER = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
                if p), None)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plan")
    record = (Record("male", "1950-01-01", "2106-3").drug("clopidogrel").drug("omeprazole")
              .drug("codeine").drug("paroxetine").drug("warfarin", status="draft")
              .drug("metformin").condition("Acute coronary syndrome", "I21.4")
              .condition("Stroke", "I63.9").condition("Hypertension", "I10")
              .lab("2160-0", 1.4, "mg/dL").lab("29463-7", 82, "kg").lab("8302-2", 176, "cm")
              .allergy("penicillin <b>"))
    plan_of(folder, vcf(genes=["CYP2C19", "CYP2C9", "VKORC1", "DPYD", "TPMT"],
                        calls={"rs4244285": "A/A", "rs12769205": "G/G", "rs3758581": "G/G"}),
            record, "CYP2D6\t*1/*4\nHLA-B\t*57:01 negative\n")
    return folder


class Page(html.parser.HTMLParser):
    """Tags are closed in order, nothing comes from outside, what is heard has a name."""
    VOID = {"meta", "br"}

    def __init__(self):
        super().__init__()
        self.open, self.headings, self.captions, self.tables = [], [], 0, 0

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        assert tag not in ("script", "img", "iframe") and "src" not in attrs
        assert attrs.get("href", "#").startswith("#")
        self.tables += tag == "table"
        self.captions += tag == "caption"
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "th":
            assert attrs["scope"] in ("col", "row")
        if tag == "html":
            assert attrs["lang"] == "en"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_has_names(made):
    text = (made / "out.plan.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.open == [] and page.tables == page.captions >= 2
    assert page.headings[0] == 1
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:]))
    assert "red: avoid" in text and "<b>&" not in text
    assert "research use only" in text


def browser(folder, *options):
    return subprocess.run(
        [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--no-first-run", f"--user-data-dir={folder / 'profile'}", "--enable-logging=stderr",
         *options], capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.skipif(BROWSER is None, reason="no chromium")
def test_a_browser_shows_it_at_phone_width_without_complaint_or_request(made, tmp_path):
    log, shot = tmp_path / "net.json", tmp_path / "page.png"
    done = browser(tmp_path, f"--log-net-log={log}", "--window-size=390,2000",
                   f"--screenshot={shot}", (made / "out.plan.html").as_uri())
    assert shot.exists() and shot.stat().st_size > 20000, done.stderr
    assert "CONSOLE" not in done.stderr
    asked = set(re.findall(r'"url":"(https?://[^"]*)"', log.read_text(errors="replace")))
    assert [url for url in asked if not any(h in url for h in ("google", "gstatic", "chromium",
                                                               "gvt1"))] == []


# Looked at from outside, in a frame as wide as a telephone: the page itself has no script.
LOOK = """<!doctype html><html lang="en"><title>look</title><body><iframe width="390" height="800">
</iframe><pre></pre><script>
const frame = document.querySelector("iframe");
frame.onload = () => {
  const page = frame.contentDocument;
  const text = (e) => (e ? e.textContent.trim() : "");
  const named = (list) => [...page.querySelectorAll(list)].filter((e) => !text(e)).length;
  document.querySelector("pre").textContent = "SEEN " + JSON.stringify({
    width: page.documentElement.scrollWidth,
    wide: [...page.querySelectorAll("h1,h2,h3,p,li")].filter(
        (e) => e.getBoundingClientRect().right > 391 && !e.closest(".scroll")).length,
    small: [...page.querySelectorAll("p,li,td,th")].filter(
        (e) => text(e) && parseFloat(frame.contentWindow.getComputedStyle(e).fontSize) < 12).length,
    nameless: named("a,summary,h1,h2,h3,caption,th,title"),
    tables: page.querySelectorAll("table").length,
    captions: page.querySelectorAll("table > caption").length,
    cards: page.querySelectorAll(".advice > li").length,
    lights: [...page.querySelectorAll(".advice > li .verdict")].filter(
        (e) => /^(red|amber|green|grey): /.test(text(e))).length,
    lang: page.documentElement.lang, title: page.title}) + " END";
};
frame.srcdoc = PAGE;
</script></body></html>"""


@pytest.mark.skipif(BROWSER is None, reason="no chromium")
def test_it_fits_a_telephone_and_everything_has_a_name(made, tmp_path):
    page = (made / "out.plan.html").read_text(encoding="utf-8")
    (tmp_path / "look.html").write_text(
        LOOK.replace("PAGE", json.dumps(page).replace("</", "<\\/")), encoding="utf-8")
    done = browser(tmp_path, "--virtual-time-budget=5000", "--dump-dom",
                   (tmp_path / "look.html").as_uri())
    found = re.search(r"SEEN (\{.*?\}) END", done.stdout, re.S)
    assert found, done.stderr[-2000:]
    seen = json.loads(found[1].replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))
    assert seen["width"] <= 390 and seen["wide"] == 0, seen
    assert seen["small"] == 0 and seen["nameless"] == 0, seen
    assert seen["tables"] == seen["captions"] >= 3
    assert seen["cards"] == seen["lights"] >= 5
    assert seen["lang"] == "en" and seen["title"]


@pytest.mark.skipif(BROWSER is None, reason="no chromium")
def test_it_prints_on_two_pages(made, tmp_path):
    """Many drugs, red and amber ones: the fullest page that a reader meets."""
    paper = tmp_path / "plan.pdf"
    browser(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={paper}",
            (made / "out.plan.html").as_uri())
    n_pages = len(re.findall(rb"/Type\s*/Page[^s]", paper.read_bytes()))
    assert 1 <= n_pages <= 2


# FHIR R4: what the definitions ask of each resource that we write.
REQUIRED = {"Patient": (), "Observation": ("status", "code"),
            "DiagnosticReport": ("status", "code"), "DetectedIssue": ("status",),
            "RiskAssessment": ("status", "subject")}
STATUS = {"registered", "preliminary", "final", "amended", "corrected", "cancelled",
          "entered-in-error", "unknown", "partial"}
MEMBERS = {
    "Patient": {"id", "identifier", "gender"},
    "Observation": {"id", "meta", "status", "category", "code", "subject", "effectiveDateTime",
                    "valueCodeableConcept", "component", "derivedFrom", "note"},
    "DiagnosticReport": {"id", "meta", "status", "category", "code", "subject",
                         "effectiveDateTime", "result", "conclusion"},
    "DetectedIssue": {"id", "status", "code", "severity", "patient", "identifiedDateTime",
                      "implicated", "detail"},
    "RiskAssessment": {"id", "status", "subject", "occurrenceDateTime", "method", "prediction",
                       "note"}}


def check_concept(concept):
    assert set(concept) <= {"coding", "text"} and concept
    for coding in concept.get("coding", ()):
        assert set(coding) <= {"system", "code", "display"}
        assert re.fullmatch(r"\S+( \S+)*", coding["code"]) and coding["system"].startswith("http")


def test_the_bundle_is_fhir_r4(made):
    bundle = json.loads((made / "out.fhir.json").read_text())
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", bundle["timestamp"])
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(urls)) == len(urls)
    found = {}
    for entry in bundle["entry"]:
        assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
                            entry["fullUrl"])
        resource = entry["resource"]
        kind = resource["resourceType"]
        found.setdefault(kind, []).append(resource)
        assert set(resource) - {"resourceType"} <= MEMBERS[kind], kind
        assert all(resource.get(key) for key in REQUIRED[kind]), kind
        assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", resource["id"])
        assert resource.get("status", "final") in STATUS
        for concept in [resource.get("code"), resource.get("valueCodeableConcept"),
                        *resource.get("category", ())]:
            if concept:
                check_concept(concept)
        for part in resource.get("component", ()):
            check_concept(part["code"])
            values = [key for key in part if key.startswith("value")]
            assert len(values) == 1
            if values == ["valueCodeableConcept"]:
                check_concept(part[values[0]])
    # Every reference inside the bundle is to an entry of it.
    for name in re.findall(r'"reference": "([^"]*)"', json.dumps(bundle)):
        assert name in urls
    assert len(found["Patient"]) == len(found["DiagnosticReport"]) == 1
    assert {"high", "moderate"} >= {issue["severity"] for issue in found["DetectedIssue"]}
    profiles = {p.rsplit("/", 1)[1] for o in found["Observation"] for p in o["meta"]["profile"]}
    assert profiles == {"genotype", "therapeutic-implication", "region-studied"}
    # What was not readable is seen: CYP2B6 has no position in the file.
    assert any("CYP2B6 was not determined" in part.get("valueString", "")
               for o in found["Observation"] for part in o.get("component", ()))


def test_the_bundle_is_valid_by_the_definitions_of_r4(made, tmp_path):
    """fhirclient is made from the StructureDefinitions of FHIR 4.0.1: names, types, cardinalities
    and required elements of every resource within."""
    bundles = pytest.importorskip("fhirclient.models.bundle")
    first = (made / "out.fhir.json").read_text()
    plan_of(tmp_path, vcf(genes=["CYP3A5"], sample="<&>"))
    texts = [first, (tmp_path / "out.fhir.json").read_text()]
    for text in texts:
        bundle = json.loads(text)
        parsed = bundles.Bundle(bundle, strict=True)
        assert parsed.as_json() == bundle  # nothing was passed over
        kinds = [entry.resource.resource_type for entry in parsed.entry]
        assert kinds.count("Patient") == kinds.count("DiagnosticReport") == 1
    broken = json.loads(first)
    broken["entry"][1]["resource"]["stauts"] = broken["entry"][1]["resource"].pop("status")
    with pytest.raises(Exception, match="status"):
        bundles.Bundle(broken, strict=True)


CODES = {"Bundle.type": {"collection"}, "Patient.gender": {"male", "female", "other", "unknown"},
         "Observation.status": {"registered", "preliminary", "final", "amended", "corrected",
                                "cancelled", "entered-in-error", "unknown"},
         "DiagnosticReport.status": {"registered", "partial", "preliminary", "final", "amended",
                                     "corrected", "appended", "cancelled", "entered-in-error",
                                     "unknown"},
         "DetectedIssue.status": {"registered", "preliminary", "final", "amended", "corrected",
                                  "cancelled", "entered-in-error", "unknown"},
         "DetectedIssue.severity": {"high", "moderate", "low"}}


def test_codes_of_the_bundle_are_those_of_the_required_value_sets(made):
    bundle = json.loads((made / "out.fhir.json").read_text())
    n = 0
    for resource in [bundle, *(entry["resource"] for entry in bundle["entry"])]:
        for key, known in CODES.items():
            kind, member = key.split(".")
            if resource["resourceType"] == kind and member in resource:
                assert resource[member] in known
                n += 1
    assert n > 30


def cohort_vcf(n):
    lines = vcf(genes=["CYP2C19"], calls={"rs3758581": "G/G"}).splitlines()
    out = []
    for line in lines:
        cells = line.split("\t")
        if line.startswith("#CHROM"):
            cells[9:] = [f"P<{i}>" for i in range(n)]
        elif not line.startswith("#"):
            cells[9:] = cells[9:] * n
            if cells[2] in ("rs4244285", "rs12769205"):
                cells[9 + n - 1] = "1/1"
        out.append("\t".join(cells))
    return "\n".join(out) + "\n"


def test_a_cohort_has_an_overview_and_bundles_of_bundles(tmp_path):
    plan_of(tmp_path, cohort_vcf(5), None, None, ["--drugs", "clopidogrel,citalopram"])
    text = (tmp_path / "out.plan.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.open == [] and page.tables == page.captions == 2
    assert "Plans for 5 people" in text and "P&lt;4&gt;" in text and "P<4>" not in text
    # The one poor metabolizer comes first.
    assert text.index("P&lt;4&gt;") < text.index("P&lt;0&gt;")
    bundle = json.loads((tmp_path / "out.fhir.json").read_text())
    assert [e["resource"]["resourceType"] for e in bundle["entry"]] == ["Bundle"] * 5
    bundles = pytest.importorskip("fhirclient.models.bundle")
    assert bundles.Bundle(bundle, strict=True).as_json() == bundle


def test_a_large_cohort_writes_no_bundles(tmp_path):
    plan_of(tmp_path, cohort_vcf(101), None, None, ["--drugs", "clopidogrel"])
    assert not (tmp_path / "out.fhir.json").exists()
    assert "Plans for 101 people" in (tmp_path / "out.plan.html").read_text(encoding="utf-8")
