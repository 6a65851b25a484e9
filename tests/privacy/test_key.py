"""The key of private data: long, for its owner alone, and outside of every repository."""

import os
import re
from pathlib import Path

import pytest

from retrocohort.config import key as keys
from retrocohort.config.study import load_studies
from retrocohort.faults import FaultsFound
from tests.bad_input.cases import STUDY, make_project

SECRET = "3f9a" * 16
PRIVATE = {"file": "study.yaml", "find": "data: synthetic", "put": "data: private"}
OPEN = re.compile("not a secret|hides nothing")
NEEDED = "private data need the environment variable RETROCOHORT_KEY_FILE."


def written(path, text=SECRET, mode=0o600):
    """Write a key file; return its path as text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return str(path)


def linked(path, target):
    """Lay a link; return its path as text."""
    path.symlink_to(target)
    return str(path)


def in_repository(folder):
    """Return a key in a repository that is not that of the study."""
    (folder / "other/.git").mkdir(parents=True)
    return written(folder / "other/keys/key.txt")


CASES = {  # folder that holds `project` -> the key file; what is said of it
    "none": (lambda at: "", [NEEDED]),
    "of the project": (lambda at: written(at / "project/key.txt"), [NEEDED]),
    "relative": (lambda at: Path(written(at / "project/key.txt")).name, [NEEDED]),
    "link into the project": (
        lambda at: linked(at / "key", written(at / "project/key.txt")),
        [NEEDED],
    ),
    "link out of the project": (
        lambda at: linked(at / "project/key", written(at / "key.txt")),
        [NEEDED],
    ),
    "of another repository": (in_repository, [NEEDED]),
    "missing": (lambda at: str(at / "key.txt"), ["is missing."]),
    "folder": (lambda at: str(at), ["is no plain file."]),
    "device": (lambda at: "/dev/zero", ["is no plain file."]),
    "empty": (lambda at: written(at / "key.txt", " \n"), ["is empty."]),
    "short": (
        lambda at: written(at / "key.txt", "a long secret\n"),
        ["is a key of 13 bytes; a secret one has 32 or more."],
    ),
    "open to others": (
        lambda at: written(at / "key.txt", mode=0o640),
        ["can be read by others."],
    ),
    "no text": (lambda at: written(at / "key.txt", b"\xff" * 40), ["is not UTF-8."]),
    "right": (lambda at: written(at / "key.txt"), []),
}


@pytest.mark.parametrize("name", CASES)
def test_private_data_need_a_secret_key_outside_of_the_project(tmp_path, monkeypatch, name):
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(make_project(tmp_path / "project", [PRIVATE]))
    make, expected = CASES[name]
    path = make(tmp_path)
    monkeypatch.setenv(keys.KEY_VARIABLE, path)
    if not expected:
        assert load_studies([STUDY])[STUDY]["key_file"] == path
        return
    with pytest.raises(FaultsFound) as found:
        load_studies([STUDY])
    assert [fault.problem for fault in found.value.faults] == expected
    assert all(fault.remedy for fault in found.value.faults) and SECRET not in str(found.value)


def test_a_key_that_was_opened_to_others_is_looked_at_again(tmp_path, monkeypatch):
    path = written(tmp_path / "key.txt")
    monkeypatch.setenv(keys.KEY_VARIABLE, path)
    before = keys.key_facts()
    assert before == keys.key_facts() and SECRET not in repr(before)
    os.chmod(path, 0o644)
    assert keys.key_facts() != before


def test_the_keys_of_the_studies_that_come_along_say_that_they_are_no_secret():
    found = sorted(Path("config/studies").glob("*/hash_key.txt"))
    assert len(found) >= 3
    assert all(OPEN.search(path.read_text(encoding="utf-8")) for path in found)
