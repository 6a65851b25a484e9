"""Pack what may be shared of a study, with what made it, as an RO-Crate: `make crate STUDY=x`."""

import sys

from retrocohort import io, signed
from retrocohort.audit import manifest
from retrocohort.audit.crate import crate_of
from retrocohort.audit.crate_check import problems_of
from retrocohort.audit.integrity import faults_of_study
from retrocohort.config.study import STUDIES, load_study
from retrocohort.faults import Fault, FaultsFound, told

REMEDY = "The crate was not kept: please report this."
PRIVATE = (
    "The data of {} are private. A curve steps where patients die, each at a time of its own, and"
    " nothing is rounded or suppressed: no crate is made."
)


def main(study: str) -> None:
    """Write crate/<study>.zip of files that are as they were made, if it follows its profile."""
    if load_study(f"{STUDIES}/{study}", f"data/{study}")["data"] == "private":
        sys.exit(PRIVATE.format(study))
    if faults_of_study(study):
        sys.exit(f"The files of {study} are not as they were made: make verify STUDY={study}")
    crate, target = crate_of(signed.read(manifest.path_of(study))), f"crate/{study}.zip"
    with io.replacing(target) as aside:
        with open(aside, "wb") as file:
            file.writelines(crate.stream_zip())
        problems = problems_of(str(aside))
        if problems:
            faults = [Fault(target, "", f"is no valid RO-Crate: {p}", REMEDY) for p in problems]
            sys.exit(str(FaultsFound(faults)))
    print(f"{target}: {len(crate.data_entities)} files, valid")


if __name__ == "__main__":
    with told():
        main(sys.argv[1])
