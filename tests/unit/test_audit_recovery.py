"""What is not as it was made goes, with all that was made from it; and one run at a time."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from two_jobs import COPY, COUNTS, PAGE, RAW, make, work, write

from retrocohort import alone, jobs, signed
from retrocohort.audit.manifest import compose, path_of
from retrocohort.audit.recovery import recover
from retrocohort.audit.remembered import RECORDS, place, results
from retrocohort.faults import FaultsFound

RESULTS = (COUNTS, PAGE, COPY)
HOUR = 3600  # seconds


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make()


def left():
    return [path for path in RESULTS if Path(path).exists()]


def older(path):
    os.utime(path, (time.time() - HOUR, time.time() - HOUR))


def test_of_what_is_as_it_was_made_nothing_goes():
    assert list(recover(["a"])) == []
    assert left() == [*RESULTS]


def test_a_damaged_file_is_kept_aside_and_all_that_was_made_from_it_goes():
    write(COUNTS, "somebody's work")
    older(COUNTS)
    kept = f".snakemake/retrocohort/set_aside/{COUNTS}"
    told = f"{COUNTS} is not what count wrote: made again. It is kept: {kept}"
    assert list(recover(["a"])) == [told]
    assert left() == [] and Path(kept).read_text() == "somebody's work"
    assert os.stat(".snakemake/retrocohort/set_aside").st_mode & 0o777 == 0o700


def test_what_was_made_before_a_damaged_file_stays():
    write(PAGE, "other")
    list(recover(["a"]))
    assert left() == [COUNTS]


def test_a_lost_file_that_something_was_made_from():
    Path(COUNTS).unlink()
    assert list(recover(["a"])) == [f"{COUNTS} is missing, which count wrote: made again."]
    assert left() == []


def test_results_that_are_all_gone_are_no_fault():
    for path in (*RESULTS, "results/a/logs/count.log", "results/a/logs/show.log"):
        Path(path).unlink()
    assert list(recover(["a"])) == []


def test_a_file_that_was_exchanged_for_an_older_one():
    write(RAW, "older")
    assert list(recover(["a"])) == []  # it is younger: Snakemake sees it
    older(RAW)
    told = f"{RAW} has changed, though it is older than what was made from it: made again."
    assert list(recover(["a"])) == [told]
    assert left() == []


def test_results_of_times_to_come_are_of_now():
    os.utime(COUNTS, (time.time() + HOUR, time.time() + HOUR))
    write(RAW, "changed")
    older(RAW)
    clock, source = recover(["a"])
    assert clock.startswith("The clock was set back") and source.startswith(RAW)
    make()
    os.utime(PAGE, (time.time() + HOUR, time.time() + HOUR))
    assert len(list(recover(["a"]))) == 1 and left() == [*RESULTS]
    assert os.stat(PAGE).st_mtime <= time.time()


def test_what_is_no_part_of_the_run_is_left_alone():
    """As of a study that does not run, or a release: no manifest lists it."""
    work("write_manifest", [], [path_of("b")])
    write(COUNTS, "other")
    assert list(recover(["b"])) == []
    assert left() == [*RESULTS]
    work("write_manifest_of_a", [PAGE], [path_of("a")])
    assert len(list(recover(["a", "b"]))) == 1


def test_a_lost_manifest_hides_nothing():
    work("write_manifest", [PAGE], [path_of("a")])
    Path(path_of("a")).unlink()
    write(COUNTS, "other")
    assert len(list(recover(["a"]))) == 2


def damage(path, content):
    """Give a file another content, made of its own; without one it is lost."""
    if content is None:
        Path(path).unlink()
    else:
        Path(path).write_bytes(content(Path(path).read_bytes()))


BROKEN = [
    None,
    lambda _: b"",
    lambda data: data[:100],
    lambda _: b"[1]",
    lambda _: b"1",
    lambda _: b"\xff\xfe",
    lambda data: data.replace(b'"rule"', b'"rulf"'),
]


@pytest.mark.parametrize("content", [*BROKEN, lambda data: data.replace(b"raw", b"rbw")])
def test_what_no_sound_note_tells_of_is_made_again(content):
    damage(jobs.place("results/a/logs/count.log"), content)
    kept = ".snakemake/retrocohort/set_aside"
    told = f"{COUNTS}: no sound note says how this was made: made again. Kept: {kept}"
    assert list(recover(["a"])) == [told]
    assert left() == [] and Path(kept, COUNTS).read_text() == "count"
    make()
    assert list(recover(["a"])) == []


def with_manifest():
    """Write a sound manifest, the end of a run."""
    work("write_manifest", [PAGE, COPY], [path_of("a")])
    made = compose([PAGE, COPY], jobs.noted("results/a"))
    write(path_of("a"), signed.text(made))


@pytest.mark.parametrize("lost", [[jobs.JOBS], [jobs.JOBS, Path(RECORDS)]])
def test_results_of_which_every_note_is_lost_are_made_again(lost):
    with_manifest()
    for folder in lost:
        shutil.rmtree(folder)
    (told,) = recover(["a"])
    assert "no sound note says" in told and "and 3 more" in told
    assert left() == [] and not Path(path_of("a")).exists()


@pytest.mark.parametrize(
    "content",
    [
        *BROKEN,
        lambda data: data.replace(b'"params"', b'"pbrams"'),
        lambda data: data.replace(b'version": 6', b'version": 4'),
        lambda data: data.replace(b'"count"', b'"counu"'),
        lambda data: data.replace(b'": "sha256:', b'": "sha256:0'),
    ],
)
def test_what_snakemake_has_forgotten_is_made_again(content):
    damage(place(COUNTS), content)
    told = "count: what Snakemake knew of this is damaged or lost: made again."
    assert list(recover(["a"])) == [told]
    assert left() == [] and not Path(place(COUNTS)).exists()


@pytest.mark.parametrize("at", ['"starttime": 1.5', '"input": ["'])
def test_each_record_of_a_job_is_read(at):
    damage(place(COPY), lambda data: data.replace(at.encode(), at.encode()[:-1] + b"]"))
    assert len(list(recover(["a"]))) == 1
    assert left() == [COUNTS]


def test_a_folder_has_one_record_and_a_long_name_parts():
    """As Snakemake's own module lays them down."""
    long = f"results/a/{'x' * 100}/{'y' * 200}.csv"
    work("copy", [COUNTS], [long])
    assert len(Path(place(long)).relative_to(RECORDS).parts) == 2
    assert results() == {COUNTS, PAGE, COPY, long}
    os.rename(place(COPY), place("results/a/files"))
    assert list(recover(["a"])) == []
    damage(place("results/a/files"), lambda _: b"")
    (told,) = recover(["a"])
    assert told.startswith("show: what Snakemake knew") and left() == [COUNTS]


def test_a_folder_that_is_a_result_goes_as_a_whole():
    for path in ("results/a/files/.snakemake_timestamp", "results/a/files/more/extra.csv"):
        write(path, "")
    write(COPY, "other")
    assert len(list(recover(["a"]))) == 1
    assert left() == [COUNTS] and not Path("results/a/files").exists()


PACKED = "results/a/release/counts.csv"


def test_a_release_is_left_alone_but_by_a_release():
    work("write_manifest", [PAGE], [path_of("a")])
    work("write_shared_manifest", [], [path_of("")])
    work("pack_release", [COUNTS], [PACKED])
    for path in (PACKED, PAGE):
        write(path, "other")
    Path(path_of("a")).unlink()
    assert list(recover(["a"], released=True)) == [
        f"{PACKED} is not what pack_release wrote: made again."
        f" It is kept: .snakemake/retrocohort/set_aside/{PACKED}"
    ]
    write(PACKED, "other")
    assert all(PACKED not in said for said in recover(["a"]))
    assert left() == [COUNTS] and Path(PACKED).exists()


def test_what_a_killed_job_was_writing_goes():
    part = Path("results/a/.counts.csv.part")
    part.touch()
    list(recover(["a"]))
    assert not part.exists()


def test_all_files_that_cannot_be_read_are_named_before_anything_goes(monkeypatch):
    write(COUNTS, "other")
    monkeypatch.setattr(os, "access", lambda path, _: not str(path).startswith("data"))
    with pytest.raises(FaultsFound, match="chmod u.r data/a/raw.csv"):
        list(recover(["a"]))
    assert left() == [*RESULTS]


HOLD = "import sys; from retrocohort import alone; print(alone.hold(wait={}), flush=True); {}"


def process(wait, then):
    command = [sys.executable, "-c", HOLD.format(wait, then)]
    env = os.environ | {"PYTHONPATH": str(Path(alone.__file__).parents[1])}
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen(command, stdin=nothing, stdout=pipe, text=True, env=env)


def test_the_lock_outlives_its_holder_in_what_he_started():
    start_and_end = "import subprocess; subprocess.Popen(['sleep', '2'], stdout=subprocess.DEVNULL)"
    first = process(True, start_and_end)
    assert first.communicate()[0] == "True\n"
    assert process(False, "").communicate()[0] == "False\n"  # while the child sleeps
    waiting, held = process(True, "").communicate()[0].splitlines()
    assert waiting.startswith(f"Waiting: run {first.pid} in this folder") and held == "True"


def test_what_the_holder_starts_has_the_lock_as_well():
    again = "import subprocess; subprocess.run([sys.executable, '-c', {!r}])"
    same = again.format(HOLD.format(False, ""))
    assert process(True, same).communicate()[0] == "True\nTrue\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_the_lock_is_held_where_standard_files_are_closed(closed):
    then = "open('held', 'w').close(); import time; time.sleep(30)"
    script = f"""exec {sys.executable} -c "{HOLD.format(False, then)}" {closed}"""
    env = os.environ | {"PYTHONPATH": str(Path(alone.__file__).parents[1])}
    with subprocess.Popen(["sh", "-c", script], env=env) as first:
        while first.poll() is None and not Path("held").exists():
            time.sleep(0.02)
        second = process(False, "").communicate()[0]
        first.kill()
    assert second == "False\n"


def test_the_lock_of_a_killed_snakemake_goes():
    lock = Path(".snakemake/locks/0.input.lock")
    lock.parent.mkdir(parents=True)
    lock.touch()
    alone.forget_killed_run()
    assert not lock.exists()
