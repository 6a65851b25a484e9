"""Each kind of printed file is broken in turn, and the gate of printed numbers sees it."""

import csv
import io
import re
import zipfile
from functools import cache
from pathlib import Path

import pytest

from retrocohort.audit.rendered.check import check
from retrocohort.audit.rendered.ledger import broken, checked
from retrocohort.config.study import load_studies
from retrocohort.plan.entries import Plan
from retrocohort.plan.rendered import compared_files, printed_files, printed_pages

STUDY = "xu2025"
RESULTS = Path("results") / STUDY
WORDS = "report/words.yaml"
HTML, CURVE = "report/report.html", "figures/full/os/km_by_surgery.svg"
DIGIT = re.compile(r"\d")


@pytest.fixture(scope="module")
def plan():
    return Plan(STUDY, load_studies([STUDY], lambda *_: [])[STUDY])


@cache
def rows(path):
    with open(RESULTS / path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def content(path):
    return Path(path).read_bytes()


def other(digit):
    return str((int(digit) + 1) % 10)


def changed(text, after, pattern):
    """Return a text whose first match of a pattern behind some words has another last digit."""
    start = text.index(after) + len(after)
    found = re.compile(pattern).search(text, start)
    at = found.end(1) - 1
    return f"{text[:at]}{other(text[at])}{text[at + 1 :]}"


def swapped(text, after, pattern):
    """Return a text in which the first two different matches behind some words change places."""
    start = text.index(after)
    first, *others = re.compile(pattern).finditer(text, start)
    second = next(m for m in others if m[1] != first[1])
    middle = text[first.end(1) : second.start(1)]
    return text[: first.start(1)] + second[1] + middle + first[1] + text[second.end(1) :]


def without(text, after, pattern):
    start = text.index(after)
    return text[:start] + re.sub(pattern, "", text[start:], count=1, flags=re.DOTALL)


def inserted(text, after, more):
    assert after in text
    return text.replace(after, f"{after}{more}", 1)


def in_zip(part, change):
    """Return a change of one part of a Word or Excel file."""

    def rewrite(data):
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
            for name in old.namelist():
                own = old.read(name)
                new.writestr(name, change(own.decode()).encode() if name == part else own)
        return made.getvalue()

    return rewrite


def in_text(change):
    return lambda data: change(data.decode()).encode()


def letters_swapped(svg, line, noted=False):
    """Return a drawing with two letters of a line in each other's place, in its note too or not."""
    start = svg.index(f"<!-- {line}")
    end = svg.index("</g>", start)
    note, own = re.search(r"<!-- (.*?) -->", svg[start:end])[1], svg[start:end]
    uses = [use[1] for use in re.finditer(r'xlink:href="(#[^"]+)"', own)]
    last = len(note) - 1
    first = next(i for i in range(last, 0, -1) if note[i] != note[last])
    uses[first], uses[last] = uses[last], uses[first]
    turned = [*note]
    turned[first], turned[last] = note[last], note[first]
    ordered = iter(uses)
    own = re.sub(r'xlink:href="#[^"]+"', lambda _: f'xlink:href="{next(ordered)}"', own)
    return svg[:start] + (own.replace(note, "".join(turned)) if noted else own) + svg[end:]


CELL = r"<td[^>]*>(\d[\d.]*)"
SHEET = "xl/worksheets/sheet3.xml"  # of Table 2
# what is done to a file -> the file, the change, the place that the gate is to name
CHANGES = {
    "a number of a table of the page": (
        HTML,
        lambda t: changed(t, 'id="cox-adjusted-full-os"', CELL),
        "Table S12",
    ),
    "a number of a table without a number": (
        HTML,
        lambda t: changed(t, '<table class="data-table" id="findings-survival"', CELL),
        "findings-survival",
    ),
    "two cells that changed places": (
        HTML,
        lambda t: swapped(t, '<table class="data-table" id="landmarks-full-os"', CELL),
        "Table 5",
    ),
    "a row that is missing": (
        HTML,
        lambda t: without(t, 'id="logrank-full-os"', r"<tr class=\"level\">.*?</tr>"),
        "Table S11",
    ),
    "a table that is missing": (
        HTML,
        lambda t: t.replace('id="ph-adjusted-full-os"', 'id="other"'),
        "Table S46",
    ),
    "a number of a sentence": (
        HTML,
        lambda t: changed(t, '<ul class="sentences">', r"<data[^>]*>(\d+)"),
        "section sentences",
    ),
    "the exact value behind a sentence": (
        HTML,
        lambda t: changed(t, 'id="sentences-os"', r'<data value="(\d+)"'),
        "section sentences",
    ),
    "a number of the key findings": (
        HTML,
        lambda t: changed(t, 'id="findings"', r"<data[^>]*>(\d+)"),
        "section findings",
    ),
    "a number of a heading": (
        HTML,
        lambda t: changed(t, '<h3 id="results-bt"', r"<data[^>]*>(\d+)"),
        "section results",
    ),
    "a number of the contents": (
        HTML,
        lambda t: changed(t, '<a href="#results-hn"', r": (\d+) patients"),
        "contents",
    ),
    "a number that nobody computed": (
        HTML,
        lambda t: inserted(t, '<h2 id="diagnostics">Diagnostics</h2>', "<p>It was 17.3.</p>"),
        "section diagnostics",
    ),
    "a number that nobody computed in a note": (
        HTML,
        lambda t: inserted(t, "Percentages are of the patients with a value", " (12 of them)"),
        "Table 1",
    ),
    "a point of a curve": (
        HTML,
        lambda t: changed(t, 'id="km-by_surgery-full-os"', r"\|(\d+\.\d)% \("),
        "curves of km-by_surgery-full-os",
    ),
    "a regenerated number of the paper": (
        HTML,
        lambda t: changed(t, '<tr id="printed-xu002"', r"<a href=[^>]*>(\d+)</a>"),
        "section printed",
    ),
    "a line of a drawing in the page": (
        HTML,
        lambda t: swapped(t, '<figure id="forest-adjusted-full-os"', r'<use href="#(w\d+)"'),
        "figure forest-adjusted-full-os",
    ),
    "a number of the Word tables": (
        "report/tables.docx",
        in_zip("word/document.xml", lambda t: changed(t, "Unilobar", r"<w:t[^>]*>(\d+)")),
        "Table 1",
    ),
    "a value of the workbook": (
        "report/tables.xlsx",
        in_zip(SHEET, lambda t: changed(t, "<sheetData>", r"</c><c r=\"B\d+\" s=\"\d+\"><v>(\d+)")),
        "Table 2",
    ),
    "a format of the workbook": (
        "report/tables.xlsx",
        in_zip(
            "xl/styles.xml",
            lambda t: t.replace("&gt;0.99 [a]", "&gt;0.98 [a]"),
        ),
        "Table S5",
    ),
    "a number of the LaTeX tables": (
        "report/tables.tex",
        lambda t: changed(t, "% begin Table 4", r" & (\d+) & "),
        "Table 4",
    ),
    "a row of the LaTeX tables": (
        "report/tables.tex",
        lambda t: without(t, "% begin Table 5", r"\\hspace\*\{1em\}[^\n]*\n"),
        "Table 5",
    ),
    "a number of a CSV table": (
        "report/tables/table_s12.csv",
        lambda t: changed(t, "G1", r",(\d+),"),
        "Table S12",
    ),
    "a number to cite": (
        "report/numbers.json",
        lambda t: changed(t, '"os.full.all.n"', r'"shown": "(\d+)"'),
        "numbers",
    ),
    "P of a figure, letters and note": (
        CURVE,
        lambda t: t.replace("P &lt; 0.001", "P &lt; 0.002"),
        "letters",
    ),
    "P of a figure, letters alone": (
        "figures/bt/os/km_by_surgery.svg",
        lambda t: letters_swapped(t, "Log-rank P"),
        "P",
    ),
    "P of a figure, as it would be drawn": (
        "figures/pnec/os/km_by_surgery.svg",
        lambda t: letters_swapped(t, "Log-rank P", noted=True),
        "P",
    ),
    "a ratio of a forest plot": (
        "figures/hn/os/forest_adjusted.svg",
        lambda t: re.sub(
            r"<!-- (\d\.\d)(\d) \(", lambda m: f"<!-- {m[1]}{other(m[2])} (", t, count=1
        ),
        "letters",
    ),
}


def gate(plan, load=content, read=rows):
    """Return the broken rows of the study."""
    ledger = check(printed_pages(plan), read, load, WORDS)
    found = [{key: str(value) for key, value in row.items()} for row in ledger.rows()]
    return [row for row in found if row["verdict"] == "broken"]


@pytest.fixture(scope="module")
def all_changed(plan):
    """Return the broken rows when everything is changed at once, and which files were read."""
    files, asked = {}, set()
    for file, change, _ in CHANGES.values():
        path = f"{RESULTS}/{file}"
        data = files.get(path, content(path))
        changes_bytes = file.endswith((".docx", ".xlsx"))
        files[path] = change(data) if changes_bytes else in_text(change)(data)
        assert files[path] != data, file

    def load(path):
        asked.add(path)
        return files.get(path) or content(path)

    def read(path):
        asked.add(f"{plan.folder}/{path}")
        return rows(path)

    return gate(plan, load, read), asked


@pytest.fixture(scope="module")
def seen(all_changed):
    return all_changed[0]


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen(seen, what):
    file, _, place = CHANGES[what]
    assert [row for row in seen if (row["artefact"], row["place"]) == (file, place)]


def test_nothing_else_is_broken(seen):
    places = {(file, place) for file, _, place in CHANGES.values()}
    drawn = {"figures/bt/os/km_by_surgery.svg", "figures/pnec/os/km_by_surgery.svg"}
    left = [row for row in seen if (row["artefact"], row["place"]) not in places]
    left = [row for row in left if row["artefact"] not in drawn]  # they are broken in two ways
    # a page that has another drawing than its file
    left = [row for row in left if not row["place"].startswith("figure km-by_surgery-")]
    assert left == []


def test_a_changed_result_is_seen_wherever_it_is_printed(plan):
    def read(path):
        own = [dict(row) for row in rows(path)]
        if path == "models/full/os/logrank.csv":
            line = next(r for r in own if (r["variable"], r["contrast"]) == ("surgery", ""))
            line["p"] = "0.0421"
        return own

    found = gate(plan, read=cache(read))
    assert {row["expected"] for row in found} <= {"0.042", "0.0421", "P = 0.042"}
    files = {row["artefact"] for row in found}
    tables = {f"report/tables.{end}" for end in ("docx", "xlsx", "tex")}
    assert files >= {HTML, "report/numbers.json", CURVE, "figures/figure2.svg", *tables}
    assert all("logrank.csv" in row["source"] for row in found)


UNREADABLE = (
    *(HTML, CURVE),
    *(f"report/{name}" for name in ("tables.json", "numbers.json", "tables.docx", "tables.xlsx")),
    *("report/tables.tex", "report/tables/table_2.csv"),
)


@pytest.mark.parametrize("garbage", [b"", b"\xff\x00 no such file"], ids=["empty", "garbage"])
def test_a_file_that_cannot_be_read_is_broken_and_never_ends_the_gate(plan, garbage):
    for name in ("report/tables.json", HTML):
        found = gate(plan, lambda path, n=name: garbage if path.endswith(n) else content(path))
        assert HTML in {row["artefact"] for row in found}
    left = tuple(name for name in UNREADABLE if name not in ("report/tables.json", HTML))
    found = gate(plan, lambda path: garbage if path.endswith(left) else content(path))
    assert {row["artefact"] for row in found} >= set(left)


def test_a_value_that_is_no_number_is_broken(plan):
    def load(path):
        data = content(path)
        return data.replace(b'<data value="', b'<data value="x', 1) if path.endswith(HTML) else data

    (one,) = gate(plan, load)
    assert one["note"] == "another exact value" and one["printed"].startswith("x")


def test_the_results_on_disk_agree():
    found = rows("audit/rendered.csv")
    n = checked(found)
    assert list(broken(found)) == [] and n > 50_000
    told = (RESULTS / "audit/rendered.passed").read_text(encoding="utf-8")
    assert told == f"checked: {n} of {n}\n"
    read = {row["artefact"] for row in found}
    assert read >= {HTML, CURVE, "report/tables.docx", "report/tables.xlsx", "report/numbers.json"}


def test_what_is_no_result_is_told_by_its_kind():
    kinds = {row["note"] for row in rows("audit/rendered.csv") if row["verdict"] == "no result"}
    assert kinds == {
        "labels, numbers of tables and figures, decisions of the study",
        "decisions of the study",
        "what a printed paper says of itself",
        "items of checklists",
        "files, checksums and versions",
    }


def test_the_gate_reads_what_its_rule_lists(plan, all_changed):
    listed = {*printed_files(plan), *compared_files(plan), WORDS}
    folder = f"{plan.folder}/report/tables"
    assert folder in listed
    assert {path for path in all_changed[1] if not path.startswith(f"{folder}/")} <= listed


def test_a_sentence_names_what_is_broken(seen):
    (one,) = [row for row in seen if row["artefact"] == "report/numbers.json"]
    (told,) = broken([one])
    assert told.startswith("report/numbers.json (numbers, os.full.all.n): ")
    assert told.endswith("follows from models/full/os/quantiles.csv:2:n; another number")
