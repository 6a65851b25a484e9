"""Say whether the files of a study are as they were made and used: `make verify STUDY=x`."""

import sys

from retrocohort.audit.integrity import faults_of_study


def main(study: str) -> None:
    """Compare every file with the manifests, of the study and of what all studies share."""
    faults = [*faults_of_study(study), *faults_of_study("")]
    for fault in faults:
        print(f"{fault.file}: {fault}")
    if faults:
        sys.exit(f"{study}: {len(faults)} fault{'s' if len(faults) > 1 else ''}.")
    print(f"{study}: every file is as it was made and used.")


if __name__ == "__main__":
    main(sys.argv[1])
