"""Snakemake takes the checksum of a file once, and again if the file has changed."""

import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import once

SNAKEFILE = """\
import hashlib, sys
sys.path.insert(0, {package!r})
from once import remember_checksums

digest = hashlib.file_digest

def counted(file, algorithm):
    with open("taken.txt", "a") as taken:
        print(getattr(file, "name", "nothing"), file=taken)
    return digest(file, algorithm)

hashlib.file_digest = counted
remember_checksums()

rule last:
    input: "read.txt", "changed.txt", "x.txt"
    output: "y.txt"
    shell: "touch {{output}}"

rule first:
    input: "read.txt", "changed.txt"
    output: [f"{{letter}}.txt" for letter in "xabcdefgh"]
    shell: "echo more >> changed.txt; touch {{output}}"
"""


def remembered(folder, output):
    """Return the checksums of the inputs that Snakemake keeps of an output."""
    name = base64.urlsafe_b64encode(output.encode()).decode()
    return json.loads((folder / ".snakemake/metadata" / name).read_text())["input_checksums"]


def test_each_state_of_a_file_is_read_once(tmp_path):
    package = str(Path(once.__file__).parent)
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(package=package))
    for name in ("read.txt", "changed.txt"):
        (tmp_path / name).write_text("some\n")
    command = [sys.executable, "-m", "snakemake", "--cores", "1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    taken = (tmp_path / "taken.txt").read_text().split()
    assert taken.count("read.txt") == 1
    new = "sha256:" + hashlib.sha256(b"some\nmore\n").hexdigest()
    old = "sha256:" + hashlib.sha256(b"some\n").hexdigest()
    for output in ("x.txt", "h.txt", "y.txt"):
        assert remembered(tmp_path, output)["changed.txt"] == new
        assert remembered(tmp_path, output)["read.txt"] == old
