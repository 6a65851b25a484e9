"""Pack what may be shared of a study, with what made it, as an RO-Crate: `make crate STUDY=x`."""

import sys

from retrocohort import io
from retrocohort.audit import manifest
from retrocohort.audit.crate import crate_of
from retrocohort.audit.integrity import faults_of_study


def main(study: str) -> None:
    """Write crate/<study>.zip; the files must be as they were made."""
    if faults_of_study(study):
        sys.exit(f"The files of {study} are not as they were made: make verify STUDY={study}")
    crate, target = crate_of(manifest.read(manifest.path_of(study))), f"crate/{study}.zip"
    with io.replacing(target) as aside, open(aside, "wb") as file:
        file.writelines(crate.stream_zip())
    print(f"{target}: {len(crate.data_entities)} files")


if __name__ == "__main__":
    main(sys.argv[1])
