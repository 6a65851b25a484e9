"""Say whether the files of a study are as they were made and used: `make verify STUDY=x`."""

import sys
from pathlib import Path

from retrocohort.audit.integrity import faults_of_study
from retrocohort.faults import suggest, told


def main(study: str) -> None:
    """Compare every file with the manifests, of the study and of what all studies share."""
    faults = [*faults_of_study(study), *faults_of_study("")]
    for fault in faults:
        print(f"{fault.file}: {fault}")
    if faults:
        sys.exit(f"{study}: {len(faults)} fault{'s' if len(faults) > 1 else ''}.")
    print(f"{study}: every file is as it was made and used.")


def study_of(arguments: list[str]) -> str:
    """Return the study that is asked for; stop where it is none of the project."""
    names = sorted(path.parent.name for path in Path("config/studies").glob("*/study.yaml"))
    if len(arguments) != 1:
        sys.exit(f"make verify needs one STUDY, of: {', '.join(names)}.")
    if arguments[0] not in names:
        sys.exit(f"{arguments[0]}: there is no such study. {suggest(arguments[0], names)}")
    return arguments[0]


if __name__ == "__main__":
    with told():
        main(study_of(sys.argv[1:]))
