"""The page of what has changed: its sections, in both languages, and what a terminal is told."""

import csv
import html
import os
import re
from copy import deepcopy
from pathlib import Path

import history_runs as hr
import pytest
import report_study as rs

from retrocohort.history import store, summary, written
from retrocohort.history.comparison import Comparison

MOVED = hr.RECORDS | {"r1": "arm_b"}
HIDDEN = re.compile(r"(?s)<details>.*?</details>|<(style|script)\b.*?</\1>")
ENGLISH = re.compile(r"[A-Za-z][a-z]{3,}(?: [a-z]{3,})+")  # words of a sentence


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("report").symlink_to(rs.ROOT / "report")
    umask = os.umask(0o077)
    yield tmp_path
    os.umask(umask)


@pytest.fixture
def before():
    return hr.run()


@pytest.fixture
def after(before):
    """Return a run on another delivered file: a patient more, a P and a ratio less."""
    tables = hr.other(hr.COX, "0.6065,0.3716,0.99,-2,0.0455", "0.7,0.4,1.2,-1.3,0.19")
    made = hr.later(before, hr.RAW, hr.CLEANED, hr.COHORT, hr.EXCLUDED, hr.PICTURE, tables=tables)
    populations = {"full": {"r1", "r2", "r3", "r4"}, "pop_men": {"r3"}}
    return made | {"records": hr.kept(MOVED, populations)}


def page(before, after, name="changes"):
    path = Path(written.write_changes(Comparison(before, after), name))
    return path.read_text(encoding="utf-8")


def words(text):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


def section(text, place):
    (found,) = re.findall(rf'(?s)<section aria-labelledby="{place}">(.*?)</section>', text)
    return words(found)


def test_conclusions_stand_at_the_top_with_their_cause(before, after):
    made = page(before, after)
    assert re.search(r'<section aria-labelledby="(\w+)">', made)[1] == "crossed"
    told = section(made, "crossed")
    assert "Conclusions that crossed 0.05" in told
    assert "Cox model: Adjusted. Full cohort, Overall survival" in told
    assert "not significant 1 0.046 0.190" in told


def test_the_cause_of_the_conclusions_stands_above_them(before):
    after = hr.later(before, hr.KEYS, tables=hr.other(hr.COX, "0.0455", "0.19"))
    after["decisions"][hr.KEYS] = hr.DECIDED.replace("ties: efron", "ties: breslow")
    after["jobs"]["results/a/logs/fit.log"]["params"]["model"]["ties"] = "breslow"
    told = section(page(before, after), "crossed")
    cause = f"Cause: 1 Decision: {hr.KEYS}: models.mod_adj.ties: efron → breslow."
    assert told.index(cause) < told.index("P values on the other side")


def test_long_values_are_cut(before):
    after = hr.later(before, tables=hr.other(hr.COX, "0.6065", "0.7"))
    after["jobs"]["results/a/logs/fit.log"]["params"]["model"]["ties"] = "long " * 1000
    said = "\n".join(summary.lines(Comparison(before, after)))
    for text in (said, section(page(before, after), "why")):
        assert 30 < text.count("long") < 60 and "long…" in text


def test_why_names_the_file_and_how_much_depends_on_it(before, after):
    told = section(page(before, after), "why")
    assert f"1 Delivered file {hr.RAW} old data/a/r new data/a/r 5 " in told
    assert "altered" not in told and "No input" not in told


def test_patients_and_folded_away_their_records(before, after):
    made = page(before, after)
    told = section(HIDDEN.sub("", made), "moved")
    assert "Flowchart excluded: Too old in the cohort 1" in told
    assert "Population: Full cohort outside inside 1" in told
    assert "Treatment in no arm Surgery <script>alert(1)</script> 1" in told
    assert f"Cause: 1 Delivered file: {hr.RAW}." in told
    assert "r1" not in told and "r1" in section(made, "moved")
    assert "Private" in words(HIDDEN.sub("", made))


def test_hazard_ratios_with_intervals(before, after):
    told = section(page(before, after), "ratios")
    assert "1 0.61 (0.37–0.99) 0.70 (0.40–1.20) +15.4% 0.046 0.190" in told


def test_cells_and_the_list_of_all(before, after, project):
    told = section(page(before, after), "cells")
    assert f"{hr.COX}: 5" in told and "changes.csv" in told
    assert "variable=arm_x, level=arm_b hr 0.6065 0.7 +0.0935 +15.4%" in told
    with open("history/a/changes.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5 and rows[0]["file"] == hr.COX
    assert float(rows[0]["difference"]) == pytest.approx(0.0935)


def test_other_results_by_step(before, after):
    told = section(page(before, after), "files")
    assert "draw figures/forest.svg 1 1" in told and "build cohort/cohort.csv" in told


def test_the_runs_are_told_apart(before, after):
    made = page(before, after)
    assert "From the run of 2026-01-31 11:59 UTC to that of 2026-02-01 11:59 UTC." in words(made)
    assert "Earlier run 2026-01-31 11:59 UTC. Commit cccccccccc." in section(made, "runs")


def test_markup_of_labels_stays_text(before, after):
    made = page(before, after)
    assert "<script>alert" not in made and "&lt;script&gt;alert(1)" in made


def test_nothing_differs_but_the_run(before):
    told = words(page(before, hr.later(before)))
    assert "No number, no patient and no other result differs. Data, decisions, code" in told
    assert "Cells" not in told and "crossed" not in told


def test_nothing_differs_but_what_nobody_felt(before):
    made = page(before, hr.later(before, hr.SHARED))
    assert "same too" not in words(made)
    assert f"Code {hr.SHARED}" in section(made, "why")


def test_no_cause_is_said_plainly(before, after):
    lone = hr.later(before, tables=hr.other(hr.COX, "0.6065", "0.7"))
    told = section(page(before, lone), "why")
    plain = "No input differs: the result is not reproducible, or a file was altered by hand."
    assert told.startswith(f" Why {plain}") and "machine" not in told
    lone["run"]["platform"] = "Linux-2"
    assert "The machine differs: Linux-1, then Linux-2." in section(page(before, lone), "why")
    lone["altered"] = [f"results/a/{hr.COX}"]
    lone["files"] = before["files"]
    assert "it was altered by hand." in section(page(before, lone), "why")


def test_another_alpha_is_the_cause_of_its_conclusions(before):
    after = hr.later(before, hr.PAGE)
    study = deepcopy(before["jobs"]["results/a/logs/build_report.log"]["params"]["study"])
    study["conventions"]["alpha"] = 0.01
    after["jobs"]["results/a/logs/build_report.log"]["params"]["study"] = study
    told = section(page(before, after), "crossed")
    assert "crossed 0.05, 0.01" in told and told.count("not significant 1") == 4


def test_numbers_that_would_look_alike_have_more_digits(before):
    after = hr.later(before, tables=hr.other(hr.COX, ",2,0.0455", ",2,0.05001"))
    earlier = hr.later(before, tables=hr.other(hr.COX, ",2,0.0455", ",2,0.0499"))
    assert "0.0499 0.05001" in section(page(earlier, after), "crossed")


def test_a_long_table_is_cut_and_what_moved_most_stays(before):
    rows = [f"x,{i},{i}\n" for i in range(1, 61)]
    texts = ["variable,time,n_risk\n" + "".join(rows)]
    texts.append(texts[0].replace("\nx,7,7\n", "\nx,7,70\n"))
    for i in range(10, 61):
        texts[1] = texts[1].replace(f"\nx,{i},{i}\n", f"\nx,{i},{i}.001\n")
    name = "models/full/end_os/km_cur_arm.csv"
    both = [run | {"tables": {name: t}} for run, t in zip((before, before), texts, strict=True)]
    for run in both:
        run["files"] = run["files"] | {f"results/a/{name}": before["files"][hr.PICTURE]}
    told = section(page(*both), "cells")
    assert f"{name}: 52" in told and "time=7 n_risk 7 70 +63 +900%" in told
    assert told.count("variable=x") == 10


@pytest.fixture
def both_languages(before, after):
    """Return the two runs with a second page, in Chinese."""
    chinese = {"end_os": "总生存", "full": "全队列", "too_old": "年龄过大"}
    for run in (before, after):
        first = run["jobs"]["results/a/logs/build_report.log"]
        study = deepcopy(first["params"]["study"]) | {
            "language": "zh",
            "title": "研究",
            "notice": "",
        }
        for section_ in ("endpoints", "populations", "models", "tables"):
            for name, entry in study[section_].items():
                entry["label"] = chinese.get(name, "名称")
        study["criteria"] = [{"exclude": "too_old", "label": "年龄过大"}]
        for entry in study["variables"].values():
            entry["label"], entry["levels"] = "变量", dict.fromkeys(entry["levels"], "水平")
        params = first["params"] | {"study": study}
        run["jobs"]["results/a/zh/logs/build_report.log"] = first | {"params": params}
    return before, after


def test_a_second_page_is_chinese_and_both_lead_to_each_other(both_languages):
    english = page(*both_languages)
    chinese = Path("history/a/zh/changes.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in english and '<html lang="zh">' in chinese
    assert 'href="zh/changes.html" hreflang="zh"' in english
    assert 'href="../changes.html" hreflang="en"' in chinese
    assert 'href="../../../results/index.html"' in chinese
    names = '<section aria-labelledby="files">.*?</section>'  # of rules and files
    shown = words(re.sub(rf"(?s)<(style|script)\b.*?</\1>|{names}", "", chinese))
    assert "由 2026-01-31 11:59 UTC 的运行" in shown
    assert ENGLISH.findall(shown) == []


def test_a_study_in_chinese_alone_has_its_page_in_the_first_place(both_languages):
    for run in both_languages:
        log = "results/a/logs/build_report.log"
        run["jobs"][log] = run["jobs"].pop("results/a/zh/logs/build_report.log")
    assert '<html lang="zh">' in page(*both_languages)


def test_the_first_run_says_so(before):
    written.write_first(before, "changes")
    made = Path("history/a/changes.html").read_text(encoding="utf-8")
    assert "there is none to compare it with" in made


def test_only_the_owner_reads_what_is_written(before, after):
    page(before, after)
    modes = {path.name: path.stat().st_mode & 0o777 for path in store.folder("a").iterdir()}
    assert modes == {"changes.html": 0o600, "changes.csv": 0o600}


def test_the_same_two_runs_give_the_same_page(before, after):
    assert page(before, after) == page(deepcopy(before), deepcopy(after))


def test_a_terminal_is_told_what_why_and_no_record(before, after):
    said = "\n".join(summary.lines(Comparison(before, after)))
    assert said.startswith("5 cells differ in 1 tables, 1 crossed alpha; 4 other results differ")
    row = f"{hr.COX}, variable=arm_x, level=arm_b"
    assert f"not significant now: {row}: p 0.0455 -> 0.19" in said
    assert f"hazard ratio: {row}: 0.6065 -> 0.7" in said
    assert "patients moved, flow: too_old -> in the cohort: 1" in said
    assert f"cause: data {hr.RAW}" in said and "r1" not in said
    lone = hr.later(before, hr.PLAN, tables=hr.other(hr.COX, "0.6065", "0.7"))
    said = "\n".join(summary.lines(Comparison(before, lone)))
    assert "no input differs: not reproducible, or altered by hand (1 cells)" in said
    assert f"differs too: code {hr.PLAN}" in said
    assert summary.in_one_line(Comparison(before, before)) == "no result differs"
