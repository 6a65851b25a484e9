"""A release of a real study withstands the red team, which recovers counts where it may."""

import pytest
from tests.workflow.red_team import attack_on

from retrocohort import io
from retrocohort.config.study import load_config, load_studies
from retrocohort.disclosure import release
from retrocohort.disclosure.suppress import Decision
from retrocohort.plan.checked import checked_parts
from retrocohort.plan.entries import Plan
from retrocohort.plan.page import copies, report_contents
from retrocohort.plan.readers import disclosed_pages_of
from retrocohort.plan.released import disclosed_files, packed

STUDY = "rotterdam"
FILE = f"config/studies/{STUDY}/study.yaml"


@pytest.fixture(scope="module")
def plan():
    return Plan(STUDY, load_studies(load_config({})["studies"])[STUDY])


@pytest.fixture(scope="module")
def frame(plan):
    return io.read_frame(f"results/{STUDY}/cohort/cohort.parquet")


def written(made, folder):
    """Write the copies of a release as its packet has them; return the folder."""
    for copy in made.copies:
        io.write_rows(f"{folder}/{copy.file.replace('/counts/', '/')}", copy.columns, copy.rows)
    return folder


@pytest.fixture(scope="module")
def made(plan, frame):
    return release.released(plan, checked_parts(plan), frame)


def test_nothing_is_recovered_from_a_release(made, tmp_path):
    attack = attack_on(written(made, tmp_path), FILE)
    assert len(attack.targets) > 10
    assert attack.recovered() == {}


def test_without_secondary_suppression_the_small_counts_are_recovered(
    plan, frame, tmp_path, monkeypatch
):
    def only_small(values, facts, control, *_):
        small = {key for key, n in values.items() if 0 < n < control["min_cell"]}
        return Decision(frozenset(small), frozenset())

    monkeypatch.setattr(release, "decided", only_small)
    open_ = release.released(plan, checked_parts(plan), frame)
    found = attack_on(written(open_, tmp_path), FILE).recovered()
    assert found and all(len(values) == 1 and 0 < values[0] < 5 for values in found.values())


def test_no_small_count_is_in_any_copy(made):
    counted = {"n", "events", "n_event", "n_censor", "n_excluded", "n_after", "n_risk"}
    for copy in made.copies:
        for row in copy.rows:
            for column in counted & row.keys():
                text = str(row[column])
                assert text in ("", "[c]") or not 0 < float(text) < 5, (copy.file, row)


def test_every_file_has_its_copy(made, plan):
    assert {copy.file for copy in made.copies} == set(disclosed_files(plan))


def test_pages_of_a_release_read_disclosed_files_alone(plan):
    for page in disclosed_pages_of(plan).values():
        shown = [v for items in report_contents(page).values() for i in items for v in i.values()]
        paths = [v for v in shown if isinstance(v, str) and v.startswith("results/")]
        paths += list(copies(page)) + packed(page)["counts"] + packed(page)["report"]
        assert paths and all(path.startswith(f"results/{STUDY}/disclosed/") for path in paths)


def test_counts_are_rounded_everywhere_alike(plan, frame):
    study = plan.study | {"disclosure": plan.study["disclosure"] | {"round_to": 6}}
    rounding = Plan(STUDY, study)
    made = release.released(rounding, checked_parts(rounding), frame)
    told = {
        int(row["n"])
        for copy in made.copies
        if copy.file.endswith("quantiles.csv")
        for row in copy.rows
        if row["n"] not in ("", "[c]")
    }
    assert told and all(n == 0 or n % 6 == 3 for n in told)
