"""Make what may leave the hospital: `make release STUDY=x`.

The job that decides what is told keeps it (`disclosure.kept`): later releases depend on it.
"""

import os
import subprocess
import sys
from pathlib import Path

from retrocohort import alone
from retrocohort.audit.recovery import recover
from retrocohort.audit.release import STAMP
from retrocohort.faults import told
from verify import study_of


def make(study: str, cores: str) -> None:
    """Run the workflow up to the packet of a study; stop where it stops."""
    command = [sys.executable, "-m", "snakemake", "--cores", cores, f"results/{study}/release"]
    made = subprocess.run(command, env=os.environ | {"RETROCOHORT_RELEASE": study})
    if made.returncode:
        sys.exit(f"{study}: no release was made.")


def main(study: str, cores: str) -> None:
    """Make the release of a study, while no other run works here."""
    alone.hold(wait=True)
    alone.forget_killed_run()
    for said in recover([study], released=True):
        print(said, flush=True)
    make(study, cores)
    Path(f"results/{study}/release/{STAMP}").unlink(missing_ok=True)
    print(f"Open: results/{study}/release/CHECKLIST.md, and report.html beside it")


if __name__ == "__main__":
    with told():
        main(study_of(sys.argv[1:2]), *(sys.argv[2:] or ["1"]))
