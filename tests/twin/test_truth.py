"""Every cleaned cell against what the delivered cell meant: none is silently wrong.

For the committed files and for other seeds of the mess, with the same dictionary and codes.
"""

from functools import cache

import pandas as pd
import pytest
from tests.twin.delivered import CALIBRATED, COMMITTED, SETTINGS, UNSEEN, cleaned, read_csv

from twin.records import load_settings

SEEDS = (COMMITTED, *UNSEEN)
FILES = {name: spec["file"] for name, spec in load_settings(SETTINGS)["sources"].items()}
COVARIATES = [
    name for name in read_csv(CALIBRATED)[0] if name not in ("id", "months", "died", "lost")
]


@cache
def cells(seed):
    """Return (source, row, variable) -> the clean text and whether it is a problem."""
    built = cleaned(seed)
    records = pd.read_parquet(built.records / "records.parquet")
    columns = {
        (part.partition(":")[0], row["name"]): part.partition(":")[2]
        for row in read_csv("config/studies/xu2025/dictionary.csv")
        for part in row["columns"].split("|")
        if part and row["protect"] != "drop"
    }
    found = {}
    for source, rows in records.groupby("source", observed=True):
        for row in rows.to_dict("records"):
            for (of, variable), column in columns.items():
                if of == source:
                    found[source, row["source_row"], variable] = [row[column], False]
    names = {(FILES[name], sheet): name for name, sheet in sheets(records).items()}
    for row in read_csv(built.records / "cleaning_log.csv"):
        at = names[row["source_file"], row["source_sheet"]], int(row["source_row"])
        found[*at, row["variable"]][0] = row["clean_value"]
    for row in read_csv(built.records / "problems.csv"):
        at = names[row["source_file"], row["source_sheet"]], int(row["source_row"])
        if row["action"] == "set to missing":
            found[*at, row["variable"]][1] = True
    return found


def sheets(records):
    """Return source -> its sheet."""
    return {
        str(name): str(rows["source_sheet"].iloc[0])
        for name, rows in records.groupby("source", observed=True)
    }


@cache
def people(seed):
    """Return record_id -> the number of the patient in the calibrated cohort."""
    built = cleaned(seed)
    records = pd.read_parquet(built.records / "records.parquet")
    ids = {
        (source, row): record_id
        for source, row, record_id in records[["source", "source_row", "record_id"]]
        .astype(str)
        .itertuples(index=False)
    }
    found = {(ids[t["source"], t["row"]], t["patient"]) for t in built.truth}
    assert len(found) == len(dict(found)) == len({patient for _, patient in found})
    return dict(found)


def wrong_cells(found, truth):
    """Return the cells that are not what they meant, with what was made of them."""
    wrong = []
    for meant in truth:
        at = meant["source"], int(meant["row"]), meant["variable"]
        fates = {"value": [meant["value"], False], "problem": ["", True], "missing": ["", False]}
        if found[at] != fates[meant["fate"]]:
            wrong.append((*at, meant["fate"], meant["value"], *found[at]))
    return wrong


@pytest.mark.parametrize("seed", SEEDS)
def test_no_cleaned_cell_is_silently_wrong(seed):
    assert wrong_cells(cells(seed), cleaned(seed).truth) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_the_truth_knows_every_cell_that_is_cleaned(seed):
    known = {(t["source"], int(t["row"]), t["variable"]) for t in cleaned(seed).truth}
    unknown = set(cells(seed)) - known
    assert {variable for _, _, variable in unknown} == {"national_id"}
    assert known < set(cells(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mess_is_a_mess(seed):
    log = read_csv(cleaned(seed).records / "cleaning_log.csv")
    rules = {row["rule"] for row in log}
    expected = ["dimensions largest", "range upper", "below half", "letter o as 0", "unit cm"]
    expected += ["code", "date excel", "date %Y.%m=15", "date %Y年%m月%d日", "blank"]
    assert [e for e in expected if not any(rule.startswith(e) for rule in rules)] == []
    fates = pd.Series([t["fate"] for t in cleaned(seed).truth]).value_counts()
    assert fates["problem"] >= 10 and fates["missing"] > 100 and len(log) > 3000


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cohort_is_that_of_the_paper(seed):
    cohort = cleaned(seed).cohort
    assert [row["n_after"] for row in cohort.flow] == [228, 177, 165, 164, 163]
    assert all(row["n_unknown"] == 0 for row in cohort.flow)
    sizes = {row["population"]: row["n"] for row in cohort.populations}
    assert sizes == dict(full=163, bt=86, hn=46, pnec=21, bt_phr=42, lost_late=10)
    arms = {row["level"]: row["n"] for row in cohort.arms if row["population"] == "full"}
    assert arms == dict(nr=70, pr=37, phr=56)
    (os,) = cohort.endpoints
    assert (os["n"], os["events"], os["n_not_at_risk"]) == (163, 63, 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_patient_comes_back_with_calibrated_covariates_months_and_state(seed):
    calibrated = {row["id"]: row for row in read_csv(CALIBRATED)}
    last_event = max(int(row["months"]) for row in calibrated.values() if row["died"] == "1")
    frame = cleaned(seed).cohort.frame
    seen = set()
    for patient in frame.to_dict("records"):
        row = calibrated[people(seed)[patient["record_id"]]]
        seen.add(row["id"])
        assert {name: patient[name] or "" for name in COVARIATES} == {n: row[n] for n in COVARIATES}
        assert patient["os_event"] == int(row["died"])
        assert (patient["lost"] == "yes") == (row["lost"] == "1")
        if int(row["months"]) > last_event:  # the order behind the last event says nothing
            assert last_event < int(row["months"]) <= patient["os_time"] <= 276
        else:
            assert patient["os_time"] == int(row["months"])
    assert seen == set(calibrated)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_excluded_patient_is_excluded_for_the_planned_reason(seed):
    planned = load_settings(SETTINGS)["excluded"]
    reasons = [name for name, count in planned.items() for _ in range(count)]
    exclusions = cleaned(seed).cohort.exclusions
    found = {int(people(seed)[row["record_id"]]): row["criterion"] for row in exclusions}
    assert [found[number] for number in sorted(found)] == reasons


@pytest.mark.parametrize("seed", SEEDS)
def test_operations_are_those_that_the_paper_tells(seed):
    frame = cleaned(seed).cohort.frame
    heads = frame[frame["in_hn"] & (frame["surgery"] == "phr")]
    assert heads["hepatic_timing"].value_counts().to_dict() == {"concurrent": 13, "staged": 1}
    assert set(heads["procedure"]) == {"pancreaticoduodenectomy"}
    carcinomas = frame[frame["in_pnec"] & (frame["surgery"] == "pr")]
    assert carcinomas["hm_occasion"].value_counts().to_dict() == {"after": 2, "during": 1}
    after = carcinomas[carcinomas["hm_occasion"] == "after"]
    assert after["hm_after_surgery"].between(0, 6, inclusive="right").all()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_person_should_look_at_is_a_problem_and_the_value_is_kept(seed):
    problems = read_csv(cleaned(seed).records / "problems.csv")
    kept = {(r["record_id"], r["variable"]) for r in problems if r["action"] == "value kept"}
    frame = pd.read_parquet(cleaned(seed).records / "cleaned.parquet").set_index("record_id")
    partial = frame[frame["hepatic_share"].between(1, 70) & (frame["surgery"] == "pr")]
    differ = frame["who_grade"].notna() & frame["grade_text"].notna()
    differ &= frame["who_grade"] != frame["grade_text"]
    unsure = frame["who_grade"].isna() & frame["grade_text"].notna()
    expected = {(record, "hepatic_share") for record in partial.index}
    expected |= {(record, "grade_text") for record in frame.index[differ | unsure]}
    assert kept == expected
    assert len(partial) >= 8 and differ.sum() >= 5 and unsure.sum() >= 5


@pytest.mark.parametrize("seed", SEEDS)
def test_some_patients_are_seen_in_two_hospitals_and_stand_once(seed):
    rows = pd.DataFrame(cleaned(seed).truth)
    cases = rows[rows["source"] != "pumch_calls"]
    hospitals = cases.groupby("patient")["source"].nunique()
    assert (hospitals == 2).sum() == load_settings(SETTINGS)["mess"]["shared"]
    assert len(read_csv(cleaned(seed).records / "cleaned.csv")) == 228


@pytest.mark.parametrize("fate", ["value", "problem", "missing"])
def test_the_comparison_would_see_a_wrong_cell(fate):
    truth = cleaned(COMMITTED).truth
    meant = next(t for t in truth if t["fate"] == fate)
    at = meant["source"], int(meant["row"]), meant["variable"]
    for other in (["something else", False], ["", fate != "problem"]):
        (wrong,) = wrong_cells(cells(COMMITTED) | {at: other}, truth)
        assert wrong[:3] == at
