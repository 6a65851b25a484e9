"""Make what may leave the hospital, and keep what it tells: `make release STUDY=x`.

What is kept is no output of the Snakefile: a release is an act of somebody, and later ones depend
on it.
"""

import os
import subprocess
import sys

from retrocohort import alone, io
from retrocohort.audit.recovery import recover
from retrocohort.faults import told
from retrocohort.history import store
from verify import study_of

NEXT = "next.json"


def make(study: str, cores: str) -> None:
    """Run the workflow up to the packet of a study; stop where it stops."""
    command = [sys.executable, "-m", "snakemake", "--cores", cores, f"results/{study}/release"]
    made = subprocess.run(command, env=os.environ | {"RETROCOHORT_RELEASE": study})
    if made.returncode:
        sys.exit(f"{study}: no release was made.")


def keep(study: str) -> None:
    """Number the release if it tells anything else than the ones before."""
    os.umask(0o077)  # it has every count
    folder = store.folder(study) / "releases"
    made = io.read_bytes(f"{folder}/{NEXT}")
    earlier = sorted(folder.glob("[0-9]*.json"))
    if made not in [io.read_bytes(str(path)) for path in earlier]:
        number = int(earlier[-1].stem) + 1 if earlier else 1  # one of them may be lost
        io.write_bytes(f"{folder}/{number:04}.json", made)


def main(study: str, cores: str) -> None:
    """Make the release of a study and keep it, while no other run works here."""
    alone.hold(wait=True)
    alone.forget_killed_run()
    for said in recover([study], released=True):
        print(said, flush=True)
    make(study, cores)
    keep(study)
    print(f"Open: results/{study}/release/CHECKLIST.md, and report.html beside it")


if __name__ == "__main__":
    with told():
        main(study_of(sys.argv[1:2]), *(sys.argv[2:] or ["1"]))
