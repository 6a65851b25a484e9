"""Whether a release is as it was packed, by the checksums that it carries."""

from pathlib import Path

from retrocohort import io
from retrocohort.checksums import checksums
from retrocohort.faults import Fault

SUMS = "SHA256SUMS"
STAMP = ".snakemake_timestamp"  # empty: of a folder that a job has made
AGAIN = "Make it again: make release STUDY={}"


def faults_of(folder: str) -> list[Fault]:
    """Return what is altered, missing or extra in a release; none where there is no release."""
    if not Path(folder).is_dir():
        return []
    remedy = AGAIN.format(Path(folder).parent.name)
    sums = f"{folder}/{SUMS}"
    if not Path(sums).is_file():
        return [Fault(sums, "", "is missing.", remedy)]
    lines = [line.split("  ", 1) for line in io.read_text(sums).splitlines()]
    packed = {f"{folder}/{name}": checksum for checksum, name in lines}
    faults = []
    for path, checksum in checksums(packed).items():
        if checksum != packed[path]:
            problem = "was altered after it was packed." if checksum else "is missing."
            faults.append(Fault(path, "", problem, remedy))
    there = {path.as_posix() for path in Path(folder).rglob("*") if not path.is_dir()}
    extra = there - packed.keys() - {sums, f"{folder}/{STAMP}"}
    return faults + [Fault(p, "", "is extra: it was not packed.", remedy) for p in sorted(extra)]
