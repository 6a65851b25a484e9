"""The traces of all patients of the shipped studies add up to the counts of the results."""

import csv
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from retrocohort.config.study import load_studies
from retrocohort.faults import FaultsFound
from retrocohort.plan.entries import Plan
from retrocohort.trace.cells import NOT_KEPT, by_cell, cells_of
from retrocohort.trace.course import Course
from retrocohort.trace.finished import Finished, find_record
from retrocohort.trace.lines import WIDTH, width
from retrocohort.trace.patient import NO_PATIENT, PRIVATE, trace_of
from retrocohort.trace.selection import UNKNOWN

STUDIES = ("xu2025", "rotterdam", "nafld")


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def course_of(study):
    plan = Plan(study, load_studies([study])[study])
    return Course(Finished.read(plan))


@pytest.fixture(params=STUDIES)
def course(request):
    return course_of(request.param)


@pytest.fixture
def folder(course):
    return Path(course.plan.folder)


def test_the_boxes_of_the_flowchart(course, folder):
    delivered, kept = rows(folder / "cohort/flow.csv")[0], list(course.finished.patients)
    assert int(delivered["n_after"]) == len(kept)
    for box in rows(folder / "cohort/flow.csv")[1:]:
        assert int(box["n_before"]) == len(kept)
        out = {r for r in kept if course.selection.excluded_by(r) == box["criterion"]}
        kept = [record for record in kept if record not in out]
        unsure = [r for r in kept if course.selection.answers(r)[box["criterion"]] == UNKNOWN]
        found = [len(out), len(kept), len(unsure)]
        assert found == [int(box[key]) for key in ("n_excluded", "n_after", "n_unknown")]
    assert kept == list(course.finished.members)


def test_populations_and_arms(course, folder):
    inside = Counter(
        name for r in course.finished.members for name in course.selection.populations(r)
    )
    told = {row["population"]: int(row["n"]) for row in rows(folder / "cohort/populations.csv")}
    assert {name: inside[name] for name in told} == told
    sizes = Counter()
    for record in course.finished.members:
        values = course.finished.values(record)
        for name in course.selection.populations(record):
            sizes.update(
                (arm, values[a["variable"]], name) for arm, a in course.study["arms"].items()
            )
    for row in rows(folder / "cohort/arms.csv"):
        assert sizes[row["arm"], row["level"], row["population"]] == int(row["n"])


def test_times_events_and_reasons(course, folder):
    found = Counter()
    for record in course.finished.members:
        for each in course.selection.followed(record):
            found[each.endpoint, "reason", each.reason] += 1
            found[each.endpoint, "events", ""] += each.event
            found[each.endpoint, "late", ""] += each.late
    for row in rows(folder / "cohort/endpoints.csv"):
        name = row["endpoint"]
        assert found[name, "reason", ""] == int(row["n"])
        assert found[name, "events", ""] == int(row["events"])
        assert found[name, "late", ""] == int(row["n_events_after_followup"])
        if row["reason"]:
            assert found[name, "reason", row["reason"]] == int(row["n_not_at_risk"])


def test_the_risk_sets_of_every_curve(course, folder):
    members = course.finished.members.values()
    drawn = {p.relative_to(folder).as_posix() for p in folder.rglob("models/*/*/km_*.csv")}
    drawn |= {p.relative_to(folder).as_posix() for p in folder.rglob("models/*/*/*_km.csv")}
    assert {curve.file for curve in course.curves} == drawn
    for curve in course.curves:
        stays = [stay for stay in map(curve.stay, members) if stay]
        left = 0
        for level in {stay.level for stay in stays}:
            own = [stay for stay in stays if stay.level == level]
            entry = np.sort([-np.inf if stay.entry is None else stay.entry for stay in own])
            exits = np.sort([stay.time for stay in own])
            assert all(stay.entry is None or stay.entry < stay.time for stay in own)
            leave = Counter((stay.time, stay.event) for stay in own)
            for row in (r for r in rows(folder / curve.file) if r["level"] == level):
                t = float(row["time"])
                entered, gone = np.searchsorted(entry, t), np.searchsorted(exits, t)  # before t
                found = [entered - gone, leave[t, True], leave[t, False]]
                told = [int(row[key]) for key in ("n_risk", "n_event", "n_censor")]
                assert found == told, (curve.file, row)
                left += told[1] + told[2]
        assert left == len(stays)  # nobody leaves at a time that the file does not have


def test_who_is_analysed_from_a_landmark_on():
    course = course_of("xu2025")
    for curve in (each for each in course.curves if each.start):
        told = rows(Path(course.plan.folder, curve.file.replace("_km.", "_excluded.")))
        told = {row["reason"]: row for row in told}
        stays = [stay for stay in map(curve.stay, course.finished.members.values()) if stay]
        assert len(stays) == int(told["analysed"]["n"])
        assert sum(stay.event for stay in stays) == int(told["analysed"]["events"])


@pytest.mark.parametrize("course", ["xu2025", "rotterdam"], indirect=True)
def test_the_complete_cases_of_every_model(course, folder):
    fitted = {p.relative_to(folder).as_posix() for p in folder.rglob("models/*/*/cox_*_fit.csv")}
    for kind in ("interaction", "subgroups"):
        found = folder.rglob(f"models/*/*/{kind}_*_tests.csv")
        fitted |= {p.relative_to(folder).as_posix() for p in found}
    assert {analysis.file for analysis in course.analyses} == fitted
    for analysis in course.analyses:
        missing = [analysis.missing(row) for row in course.finished.members.values()]
        complete = sum(each == [] for each in missing)
        assert (complete, sum(map(bool, missing))) == course.counts(analysis), analysis.file
    told = [(file, row) for file in fitted for row in rows(folder / file)]
    told = [row for file, row in told if "_fit." not in file or row["statistic"] == "n"]
    asked = {(a.file, *sorted(a.selector.items())) for a in course.analyses}
    assert len(course.analyses) == len(asked) == len(told)


def test_every_change_of_cleaning_stands_at_its_cell():
    finished = course_of("xu2025").finished
    sources, variables = finished.plan.study["sources"], finished.plan.study["variables"]
    log = rows(f"{finished.plan.folder}/records/cleaning_log.csv")
    changes, told = by_cell(log), Counter()
    for row in finished.records.to_dict("records"):
        source = row["source"]
        for _, text, became in cells_of(row, source, sources[source], variables, changes):
            assert text or became.endswith(NOT_KEPT)
            told.update(re.findall(r"\((.*?)\)(?=;|$)", became))
    assert told == Counter(row["rule"] for row in log)


def test_the_typed_record_is_that_of_the_table(course, folder):
    for row in rows(folder / "records/cleaned.csv")[::17]:
        assert course.finished.values(row["record_id"]) == row


def one_of_each():
    """Return (study, record) of patients to whom different things happen."""
    xu, nafld = course_of("xu2025"), course_of("nafld")
    excluded = next(iter(xu.finished.exclusions))
    twice = xu.finished.records[xu.finished.records["source"] != "pumch_calls"]["record_id"]
    twice = twice.astype(str).value_counts()
    not_at_risk = next(
        r
        for r in nafld.finished.members
        if any(each.reason for each in nafld.selection.followed(r))
    )
    return {
        "excluded": ("xu2025", excluded),
        "of two hospitals": ("xu2025", twice.index[0]),
        "not at risk": ("nafld", not_at_risk),
        "of one file": ("rotterdam", next(iter(course_of("rotterdam").finished.members))),
    }


@pytest.mark.parametrize("who", ["excluded", "of two hospitals", "not at risk", "of one file"])
def test_the_text(who):
    study, record = one_of_each()[who]
    finished = course_of(study).finished
    text = trace_of(finished, record).splitlines()
    assert text[0] == PRIVATE and f"Record {record} of study {study}" in text
    assert [line for line in text if width(line) > WIDTH] == []
    told = " ".join(" ".join(text).split())
    expected = {
        "excluded": "Excluded by criterion 1, 'metachronous': one of the 51 in that box",
        "of two hospitals": "reconcile all_equal:",
        "not at risk": "not at risk: Heart failure or infarction on or before the index date",
        "of one file": "a complete case, one of 1546",
    }
    assert expected[who] in told
    assert ("Risk sets" in told) == (who != "excluded")


def test_a_row_of_nobody_is_told_as_such():
    finished = course_of("nafld").finished
    record = next(iter(finished.patients))
    patients = finished.cleaned[finished.cleaned["record_id"] != record].reset_index(drop=True)
    text = trace_of(replace(finished, cleaned=patients), record)
    assert NO_PATIENT in text and "Criteria" not in text


def test_a_criterion_that_cannot_be_judged():
    finished = course_of("rotterdam").finished
    record = next(iter(finished.members))
    unknown = finished.cleaned["nodes"].mask(finished.cleaned["record_id"] == record)
    course = Course(replace(finished, cleaned=finished.cleaned.assign(nodes=unknown)))
    assert course.selection.answers(record) == {"node_negative": UNKNOWN}


@pytest.mark.parametrize("what", ["exclusions", "cohort"])
def test_results_of_another_study_file_are_refused(what):
    """Nothing is told of a patient that the files of the results contradict."""
    finished = course_of("xu2025").finished
    if what == "exclusions":
        others = dict(list(finished.exclusions.items())[1:])
        with pytest.raises(FaultsFound, match="exclusions.csv"):
            Course(replace(finished, exclusions=others))
        return
    cohort = finished.cohort.assign(os_time=finished.cohort["os_time"] + 1)
    changed = Course(replace(finished, cohort=cohort))
    with pytest.raises(FaultsFound, match="endpoint 'os'"):
        changed.selection.followed(next(iter(finished.members)))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("08c3", "08c3609095a54bdb"),
        ("08c3609095a54bdb", "08c3609095a54bdb"),
        ("pumch_cases.xlsx:病例登记:4", "08c3609095a54bdb"),
        ("data/xu2025/pumch_cases.xlsx:随访电话:40", "08c3609095a54bdb"),
        ("puth_database.sav:69", "7a2cb1e352c2f6eb"),
        ("pumch_cases.xlsx:5", "fits 2 records. Say which: pumch_cases.xlsx:病例登记:5"),
        ("0", r"fits 16 records. Say which: 08c3609095a54bdb, .*, \.\.\.\."),
        ("zz", "is no record and no record begins so. A record_id has 16 hexadecimal digits"),
        ("", "is no record"),
        ("puth.sav:69", "no delivered file. Did you mean 'puth_database.sav'"),
        ("pumch_cases.xlsx:病例:4", "no sheet of pumch_cases.xlsx. Did you mean '病例登记'"),
        ("puth_database.sav:x:4", "is no sheet of puth_database.sav. It has none: say FILE:ROW."),
        ("puth_database.sav:999", "no record stands in row 999. Records stand in rows 1 to 71"),
    ],
)
def test_which_record_is_meant(asked, said):
    records = course_of("xu2025").finished.records
    try:
        assert find_record(records, asked) == said
    except FaultsFound as found:
        pytest.raises(FaultsFound, find_record, records, asked).match(said)
        assert len(found.faults) == 1
