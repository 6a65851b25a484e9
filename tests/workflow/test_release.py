"""A release of a real study withstands the red team, which recovers counts where it may."""

import pytest
import yaml
from tests.workflow import changed_rows, linked_rows
from tests.workflow.red_team import attack_on, compare

from retrocohort import io
from retrocohort.config.study import load_config, load_studies
from retrocohort.disclosure import earlier, release
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


def test_nothing_is_recovered_from_a_release(made, frame, tmp_path):
    attack = attack_on(written(made, tmp_path), FILE, cohort=frame)
    assert len(attack.targets) > 10
    assert attack.recovered() == {}


def only_small(values, facts, control, *_):
    """Decide as somebody would who thinks that small counts are all that matters."""
    small = {key for key, n in values.items() if 0 < n < control["min_cell"]}
    return Decision(frozenset(small), frozenset())


def test_without_secondary_suppression_the_small_counts_are_recovered(
    plan, frame, tmp_path, monkeypatch
):
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


def releases(folder, *changed, known=True):
    """Release a small study from records that change; return the attack on all its packets."""
    kept, attack = [], None
    for i, (study, cleaned) in enumerate(changed):
        own, parts, frame = changed_rows.made(STUDY, study, cleaned, folder / f"results{i}")
        for stem in (
            *release.EMPTY,
            release.LINKAGE.removesuffix(".csv"),
        ):  # nothing is told of them
            io.write_rows(f"{own.folder}/{stem}.csv", release.NAMED, [])
        made = release.released(own, parts, frame, kept if known else ())
        path = f"{folder}/{i}.json"
        earlier.write(path, made.counts, study, frame)
        kept.append(earlier.read(path))
        text = folder / f"study{i}.yaml"
        asked = ("populations", "tables", "derive", "further")
        text.write_text(yaml.safe_dump({k: study[k] for k in asked}))
        attack = attack_on(written(made, folder / f"packet{i}"), text, attack, i, frame)
    return attack


@pytest.fixture(scope="module")
def changes(plan):
    """Return two releases of changed records: seven patients more, and a threshold moved."""
    study = changed_rows.smaller(plan.study)
    cleaned = io.read_frame(f"results/{STUDY}/records/cleaned.parquet")
    some = cleaned[cleaned["nodes"] > 0].index[::200][:7]
    at = sorted(cleaned.loc[cleaned["nodes"] > 0, "age"])[60]
    return {
        "": [(study, cleaned.drop(some)), (study, cleaned)],
        changed_rows.CUT: [changed_rows.with_cut(study, cleaned, "age", at + i) for i in (0, 1)],
    }


@pytest.mark.parametrize("moved", ["", changed_rows.CUT])
def test_two_releases_of_changed_records_recover_nothing(changes, moved, tmp_path):
    attack = releases(tmp_path, *changes[moved])
    compare(attack, 0, 1, moved)
    assert attack.recovered() == {}


@pytest.fixture(scope="module")
def links(plan):
    """Return a small study whose variables, endpoints and analyses tell of each other."""
    study = changed_rows.smaller(plan.study)
    cleaned = io.read_frame(f"results/{STUDY}/records/cleaned.parquet")
    return linked_rows.linked(study, cleaned[cleaned["nodes"] > 0].iloc[::6])


def test_levels_causes_and_landmarks_that_make_up_others_tell_nothing(links, tmp_path):
    attack = releases(tmp_path, links)
    assert len(attack.targets) > 10 and len(attack.few) > 20
    assert attack.recovered() == {}


def test_where_only_small_counts_are_withheld_levels_causes_and_landmarks_tell_them(
    links, tmp_path, monkeypatch
):
    monkeypatch.setattr(release, "decided", only_small)
    found = {str(name) for name in releases(tmp_path, links).recovered()}
    for words in ("('sparse', 'a')", "events of_x", "analysed n landmark_early"):
        assert any(words in name for name in found), words


def test_two_releases_that_do_not_know_each_other_tell_single_patients(changes, tmp_path):
    attack = releases(tmp_path, *changes[""], known=False)
    compare(attack, 0, 1)
    told, pairs = attack.told, [name[2:] for name in attack.differences]
    assert any(0 < told.get(a, 0) - told.get(b, 0) < 5 for a, b in pairs if {a, b} <= told.keys())


def test_a_corrected_value_is_told_by_no_mean_and_no_curve_of_its_group(changes, tmp_path):
    """One patient is a year older, and another one was followed for a month more."""
    study, cleaned = changes[""][1]
    chosen = cleaned[(cleaned["nodes"] > 0) & (cleaned["hormone"] == "yes")].index
    corrected = cleaned.copy()
    corrected.loc[chosen[0], "age"] += 1
    corrected.loc[chosen[1], "death_days"] += 30
    packets = releases(tmp_path, (study, cleaned), (study, corrected)) and [
        tmp_path / f"packet{i}" for i in (0, 1)
    ]
    told = [
        {(r["variable"], r["arm"]): r["value"] for r in rows if r["statistic"] == "mean"}
        for rows in (io.read_rows(f"{p}/tables/full/baseline.csv") for p in packets)
    ]
    assert told[0]["age", "yes"] != "[c]" and told[0]["age", ""] != "[c]"
    assert told[1]["age", "yes"] == told[1]["age", ""] == "[c]"
    assert told[1]["age", "no"] == told[0]["age", "no"] != "[c]"
    (_, median), (_, again) = [
        next((r["events"], r["median"]) for r in rows if r["level"] == "yes")
        for rows in (io.read_rows(f"{p}/models/full/os/quantiles.csv") for p in packets)
    ]
    assert median != "[c]" and again == "[c]"


def test_the_same_release_again_is_the_same(changes, tmp_path):
    releases(tmp_path, changes[""][1], changes[""][1])
    assert (tmp_path / "0.json").read_bytes() == (tmp_path / "1.json").read_bytes()
