"""A release of an invented study, from its command to its files: what is there and what is not."""

import copy
import csv
import os
import subprocess
import sys
import zipfile

import pandas as pd
import pytest

from tests.bad_input.cases import ROOT, STUDY
from tests.workflow import red_team_blanks, red_team_estimates, red_team_printed
from tests.workflow.red_team import attack_on

RELEASE = f"results/{STUDY}/release"
MARK = "[c]"


@pytest.fixture(scope="module")
def project(finished):
    """Release the study of a finished run, as `make release` does."""
    _, results = finished
    folder = results.parents[1]
    release(folder)
    return folder


def release(folder):
    done(folder, str(ROOT / "workflow/release.py"), STUDY, "2")


def done(folder, *command):
    """Return what a command says, which must end well; the data are private."""
    env = {"PYTHONPATH": str(ROOT / "workflow"), "RETROCOHORT_KEY_FILE": f"{folder}.key"}
    command = [sys.executable, *command]
    run = subprocess.run(command, cwd=folder, env=os.environ | env, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout + run.stderr


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_packet_withstands_the_attack(project):
    study = project / f"config/studies/{STUDY}/study.yaml"
    cohort = pd.read_csv(project / f"results/{STUDY}/cohort/cohort.csv")
    attack = attack_on(project / RELEASE / "counts", study, cohort=cohort)
    assert len(attack.targets) > 5 and attack.recovered() == {}


@pytest.fixture(scope="module")
def released(project):
    return red_team_printed.Released(project / RELEASE)


def test_every_number_of_report_and_tables_is_the_one_of_its_released_cell(released):
    assert len(released.printed) > 1000
    assert list(red_team_printed.unlike(released)) == []
    (name, number), *_ = [(k, n) for k, n in released.printed.items() if n["value"]]
    altered = released.printed | {name: number | {"value": number["value"] + 1}}
    changed = copy.copy(released)
    changed.printed = altered
    assert [found[0] for found in red_team_printed.unlike(changed)] == [name]


def test_page_and_workbook_hold_no_number_but_released_ones(project, released):
    for file, numbers in red_team_printed.stored_in(project / RELEASE).items():
        assert len(numbers) > 500, file
        assert [n for n in numbers if not released.is_one(n)] == [], file


def test_tables_print_no_count_but_released_ones(project, released):
    known = released.shown | {"95", "36", "12", "3"}  # of the headings: intervals, landmarks, Q3
    texts = red_team_printed.printed_in(project / RELEASE)
    assert len(texts) > 20
    for file, numbers in texts.items():
        others = numbers - known
        assert [n for n in others if "." not in n] == [], file  # those with a point: percentages
        assert [n for n in others - {"0.25", "0.75"} if not released.prints_percent(n)] == [], file


def test_curves_of_the_figures_have_no_steps_but_the_released_ones(project):
    packet, compared = project / RELEASE, 0
    for file in sorted((packet / "counts/models").rglob("*km*.csv")):
        rows, base = rows_of(file), file.relative_to(packet / "counts/models")
        assert all(int(row[c]) == 0 or int(row[c]) >= 5 for row in rows for c in
                   ("n_event", "n_censor"))  # fmt: skip
        figure = packet / "figures" / base.with_name(f"{file.stem.removesuffix('_km')}.svg")
        told = {(round(float(row["time"]), 1), round(float(row["survival"]), 3)) for row in rows}
        left = {int(r["n_risk"]) - int(r["n_event"]) - int(r["n_censor"]) for r in rows}
        for corners in red_team_printed.curves_of(figure):
            steps = {(round(t, 1), round(s, 3)) for t, s in red_team_printed.steps(corners)}
            assert steps <= told, figure
            compared += len(steps)
        at_risk = set(red_team_printed.at_risk_of(figure))
        assert at_risk <= left | {int(row["n_risk"]) for row in rows} | {0}, figure
    assert compared >= 5


def test_no_estimate_tells_of_a_level_that_is_withheld(project):
    found = red_team_estimates.open_estimates(project / RELEASE / "counts")
    assert found.closed > 20 and found.open == []


def test_the_attack_through_standard_errors_finds_what_is_not_withheld(project):
    """Beside exact estimates the events of a withheld reference are recovered, so it can bite."""
    told, exact = project / RELEASE / "counts", project / f"results/{STUDY}"
    found = red_team_estimates.events_of_references(told, exact)
    assert any(abs(got - true) < 2 for got, true in found), found
    assert red_team_estimates.events_of_references(told, told) == []


def test_blank_cells_of_withheld_rows_tell_nothing(project):
    found = red_team_blanks.patterns(project / RELEASE / "counts")
    assert len(found) > 8
    assert {role: list(own.values()) for role, own in found.items() if len(own) > 1} == {}
    assert list(red_team_blanks.events_told_by_blanks(project / RELEASE / "counts")) == []


def test_nothing_is_printed_of_a_withheld_row_but_that_it_is(released):
    shown = []
    for number in released.printed.values():
        row = released.files[number["file"]][number["row"] - 2]
        if red_team_blanks.is_closed(row) and number["column"] in red_team_blanks.ESTIMATES:
            shown.append((number["shown"], row[number["column"]]))
    withheld = [text for text, cell in shown if cell == MARK]
    assert len(withheld) > 50 and set(withheld) == {MARK}
    assert all(text in ("", "–") for text, cell in shown if cell != MARK), "of references alone"


def test_restricted_means_tell_of_no_few_events(project):
    exact = red_team_blanks.means_of_few(project / f"results/{STUDY}/models")
    assert any(0 < events < 5 for _, _, events in exact), "so it can bite"
    assert red_team_blanks.means_of_few(project / RELEASE / "counts") == []
    (file,) = (project / RELEASE / "counts").rglob("full/os/rmst_short_mean.csv")
    assert {row["estimate"] == MARK for row in rows_of(file)} == {True, False}


def test_nothing_of_a_patient_is_in_the_packet(project):
    cohort = rows_of(project / f"results/{STUDY}/cohort/cohort.csv")
    ids = [row["record_id"].encode() for row in cohort]
    for path in (project / RELEASE).rglob("*"):
        if path.is_file():
            data = [path.read_bytes()]
            if path.suffix in (".docx", ".xlsx"):
                with zipfile.ZipFile(path) as packed:
                    data = [packed.read(name) for name in packed.namelist()]
            assert not [each for each in ids for text in data if each in text], path
    names = {path.name for path in (project / RELEASE).rglob("*")}
    assert not {"cohort.csv", "exclusions.csv", "problems.csv", "warnings.csv"} & names


def test_each_output_names_its_counts_and_rules(project):
    packet = project / RELEASE
    outputs = rows_of(packet / "outputs.csv")
    for row in outputs:
        if row["kind"] != "left out":
            assert row["rule"] and all((packet / c).is_file() for c in row["counts"].split("; "))
    figures = {path.relative_to(packet).as_posix() for path in packet.rglob("*.svg")}
    assert figures == {row["output"] for row in outputs if row["kind"] == "figure"}
    assert sum(int(row["withheld"] or 0) for row in outputs) > 0
    assert "Data-protection officer" in (packet / "CHECKLIST.md").read_text()
    assert MARK in (packet / "report.html").read_text()


def test_the_checksums_hold_and_a_changed_file_is_found(project):
    from retrocohort.audit.release import faults_of

    packet = project / RELEASE
    assert faults_of(str(packet)) == []
    changed = packet / "CHECKLIST.md"
    text = changed.read_text()
    try:
        changed.write_text(text + "x")
        (fault,) = faults_of(str(packet))
        assert "was altered after it was packed" in str(fault)
    finally:
        changed.write_text(text)
    hidden = packet / ".cohort.csv"
    hidden.write_text("x")
    (fault,) = faults_of(str(packet))
    hidden.unlink()
    assert fault.file == str(hidden) and "is extra" in str(fault)
    assert not (packet / ".snakemake_timestamp").exists()


def test_what_was_told_is_kept_for_its_owner_alone(project):
    kept = sorted((project / f"history/{STUDY}/releases").glob("[0-9]*.json"))
    assert [path.name for path in kept] == ["0001.json"]
    assert kept[0].stat().st_mode & 0o077 == 0
    assert "release 0001;" in (project / RELEASE / "CHECKLIST.md").read_text()


def test_an_ordinary_run_knows_nothing_of_releases(project):
    said = done(project, "-m", "snakemake", "--cores", "1", "-n")
    assert "Nothing to be done" in said
