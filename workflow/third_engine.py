"""Compare the estimates of every study with R, where `Rscript` is installed: part of `make report`.

It is no rule of the Snakefile, as no result may depend on what else a machine has. What R says
stands in history/<study>/r.csv.
"""

import os
import shutil
import subprocess
from pathlib import Path

from retrocohort import io
from retrocohort.checksums import sha256
from retrocohort.config.study import load_config, load_studies
from retrocohort.faults import Fault, FaultsFound, told
from retrocohort.history import store
from retrocohort.plan.entries import Plan
from retrocohort.plan.verified import verified_conventions, verified_parts, verified_variables
from retrocohort.verify import third
from retrocohort.verify.check import COLUMNS, disagreeing

SAID = "history/r.log"
REMEDY = "Compare both with a third program before using the number."


def verify(plan: Plan) -> list[Fault]:
    """Return where R and the results of a study differ; R does not run twice for the same files."""
    verified, folder = f"{plan.folder}/audit/verification.csv", store.folder(plan.name)
    made, stamp = folder / "r.csv", folder / "r.sha256"
    asked = f"{sha256(verified)} {sha256(third.SCRIPT)}"
    if not (made.is_file() and stamp.is_file() and stamp.read_bytes() == _state(asked, made)):
        variables, how = verified_variables(plan), verified_conventions(plan)

        def read(path):
            return io.read_rows(f"{plan.folder}/{path}")

        jobs = third.jobs_of(verified_parts(plan), how, variables, read)
        numbers, version = third.ask_r(f"{plan.folder}/cohort/cohort.csv", jobs, folder)
        checks = third.compared(numbers, io.read_rows(verified), version)
        io.write_rows(str(made), COLUMNS, [check.row({}) for check in checks])
        io.write_bytes(str(stamp), _state(asked, made))
    rows = io.read_rows(str(made))
    agree = sum(row["agrees"] == "yes" for row in rows)
    print(f"{plan.name}: {agree} of {len(rows)} numbers agree with {rows[0]['second_engine']}")
    return [Fault(str(made), "", f"{text}.", REMEDY) for text in disagreeing(rows)]


def _state(asked: str, made: Path) -> bytes:
    """Return what R was asked and what was made of its answer, which may be damaged later."""
    return f"{asked} {sha256(str(made))}\n".encode()


def main() -> None:
    """Verify every study of the configuration."""
    os.umask(0o077)  # history/ is private
    if not shutil.which("Rscript"):
        print("R is not installed: the estimates have two engines, not three.")
        return
    try:
        studies = load_studies(load_config({})["studies"])
        faults = [f for name, study in studies.items() for f in verify(Plan(name, study))]
    except subprocess.CalledProcessError as error:
        io.write_text(SAID, error.stderr)  # private: R quotes what it stumbles over
        print(f"R did not run, the estimates have two engines. What it said: {SAID}")
        return
    if faults:
        raise FaultsFound(faults)


if __name__ == "__main__":
    with told():
        main()
