"""Snapshots on disk: private, of fixed bytes, found by name; what is wrong is said."""

import gzip
import hashlib
from pathlib import Path

import history_runs as hr
import pytest

from retrocohort.faults import FaultsFound
from retrocohort.history import snapshot, store


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def saved(*times):
    return [store.save("a", hr.run() | {"run": {"taken": f"{t}.000+00:00"}}) for t in times]


DAYS = ("2026-01-31T12:00:00", "2026-01-31T12:00:01", "2026-02-01T08:30:00")
NAMES = ["2026-01-31T120000.000", "2026-01-31T120001.000", "2026-02-01T083000.000"]


def test_a_snapshot_comes_back_as_it_was():
    (name,) = saved(DAYS[0])
    assert snapshot.same(store.load("a", name), hr.run())
    assert not snapshot.same(store.load("a", name), hr.later(hr.run(), hr.RAW))


def test_the_same_content_gives_the_same_bytes_whatever_the_order():
    turned = dict(reversed(hr.run().items())) | {"run": {"taken": DAYS[0]}}
    turned["files"] = dict(reversed(turned["files"].items()))
    sums = []
    for one in (hr.run() | {"run": {"taken": DAYS[0]}}, turned):
        path = store._path("a", store.save("a", one))
        with open(path, "rb") as file:
            sums.append(hashlib.file_digest(file, "sha256").hexdigest())
    assert sums[0] == sums[1]


def test_the_owner_alone_reads_it():
    saved(DAYS[0])
    (file,) = store.folder("a").glob("snapshots/*")
    assert (store.folder("a").stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)


def test_snapshots_are_found_by_name_beginning_and_order():
    assert saved(*DAYS) == store.names("a") == NAMES
    assert store.find("a", "last", "previous") == [NAMES[2], NAMES[1]]
    assert store.find("a", NAMES[0], "2026-02") == [NAMES[0], NAMES[2]]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["2026-01"], ["2026-01: begins 2 snapshots."]),
        (["2027"], ["2027: names no snapshot."]),
        ([""], ["'': begins 3 snapshots."]),
        (["x", "last", "2026"], ["x: names no snapshot.", "2026: begins 3 snapshots."]),
    ],
)
def test_what_names_none_or_several_is_a_fault_with_the_list(words, told):
    saved(*DAYS)
    with pytest.raises(FaultsFound) as found:
        store.find("a", *words)
    said = [str(fault) for fault in found.value.faults]
    assert said == [f"{line} There are: {', '.join(NAMES)}." for line in told]


def test_a_single_snapshot_has_none_before_it():
    saved(DAYS[0])
    with pytest.raises(FaultsFound, match="previous: names no snapshot"):
        store.find("a", "previous", "last")


def test_a_study_without_snapshots():
    with pytest.raises(FaultsFound, match="has no snapshot. Run `make report`"):
        store.find("b", "last")
    saved(DAYS[0])
    with pytest.raises(FaultsFound, match="There are those of: a."):
        store.find("b", "last")


def test_what_earlier_runs_left_open_is_closed():
    saved(DAYS[0])
    left = Path("history/a/r.csv")
    left.write_text("file\n")
    for place, mode in ((left, 0o644), (left.parent, 0o755), (left.parent / "snapshots", 0o755)):
        place.chmod(mode)
    store.folder("a")
    assert {p.stat().st_mode & 0o077 for p in (left.parent, *left.parent.rglob("*"))} == {0}


def test_a_damaged_snapshot_is_set_aside_and_the_one_before_is_the_last():
    saved(*DAYS)
    file = Path(store._path("a", NAMES[2]))
    file.write_bytes(file.read_bytes()[:50])
    aside = f"history/a/snapshots/{NAMES[2]}.json.gz.damaged"
    found, damaged = store.last("a")
    assert damaged == [aside] and Path(aside).stat().st_size == 50
    assert found["run"]["taken"].startswith(DAYS[1])
    assert store.last("a") == (found, []) and store.names("a") == NAMES[:2]
    assert store.last("b") == (None, [])


@pytest.mark.parametrize("content", [b"", b"{}", b"\x1f\x8b broken", gzip.compress(b"1", mtime=0)])
def test_a_file_that_is_no_snapshot(content):
    (name,) = saved(DAYS[0])
    (file,) = store.folder("a").glob("snapshots/*")
    file.write_bytes(content)
    with pytest.raises(FaultsFound, match="is no snapshot. Take it away."):
        store.load("a", name)
