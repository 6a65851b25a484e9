"""Fill the manuscripts of the studies with their numbers: `make manuscript`.

It is no rule of the Snakefile: what has changed since the last fill depends on earlier runs, which
history/ keeps, and no result may.
"""

import sys
import zlib
from pathlib import Path
from zipfile import BadZipFile

from lxml.etree import XMLSyntaxError

from retrocohort import io, jobs
from retrocohort.config.study import STUDIES, load_config, load_studies
from retrocohort.faults import Fault, FaultsFound, told
from retrocohort.history import store
from retrocohort.manuscript import filling, markdown, word

NO_DOCUMENT = (BadZipFile, zlib.error, EOFError, KeyError, ValueError, XMLSyntaxError)


def fill(name: str, study: dict) -> bool:
    """Fill the manuscript of one study; return whether every placeholder has its number."""
    source = Path(STUDIES, name, study["report"]["manuscript"])
    folder, memory_file = f"results/{name}/report", f"history/{name}/manuscript.json"
    job = jobs.started("make manuscript", [f"{folder}/numbers.json", str(source)])
    numbers = io.read_json(f"{folder}/numbers.json")["numbers"]
    shown = {key: number["shown"] for key, number in numbers.items()}
    memory = io.read_json(memory_file) if Path(memory_file).is_file() else {}
    made = filling.Filling(shown, filling.baseline(memory, shown))
    target = f"{folder}/{source.stem}_filled{source.suffix}"
    io.write_bytes(target, _filled(source, made, study["notice"]))
    changes, unmatched = (f"{folder}/manuscript_{name}.csv" for name in ("changes", "unmatched"))
    io.write_rows(changes, filling.CHANGES, made.changes)
    io.write_rows(unmatched, filling.UNMATCHED, made.unmatched)
    job = jobs.ended(job, [target, changes, unmatched])  # after the manifest: `make verify` asks
    store.folder(name)  # private
    io.write_json(memory_file, {"now": made.used, "before": made.before, "job": job}, indent=1)
    print(f"{target}: {len(made.used)} numbers, {len(made.changes)} changed since the last fill")
    for row in made.unmatched:
        nearest = f" Did you mean {row['nearest']}?" if row["nearest"] else ""
        print(f"  {row['place']}: nothing has the id '{row['id']}'.{nearest}", file=sys.stderr)
    return not made.unmatched


def fill_all(studies: dict[str, dict]) -> bool:
    """Fill the manuscripts of studies; the faults of some do not keep others from being filled."""
    complete, faults = True, []
    for name, study in studies.items():
        try:
            complete &= fill(name, study)
        except FaultsFound as found:
            faults += found.faults
    if faults:
        raise FaultsFound(faults)
    return complete


def _filled(source: Path, made: filling.Filling, notice: str) -> bytes:
    if source.suffix != ".docx":
        return markdown.fill(_text(source), made, notice).encode()
    try:
        return word.fill(source.read_bytes(), made, notice)
    except NO_DOCUMENT as error:
        fault = Fault(str(source), "", "is no Word document.", "Save it from Word as .docx.")
        raise FaultsFound([fault]) from error


def _text(source: Path) -> str:
    """Return a text file without the mark with which some programs begin UTF-8."""
    data = source.read_bytes()
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        fault = Fault(str(source), f"line {line}", "is not in UTF-8.", "Save the file as UTF-8.")
        raise FaultsFound([fault]) from error


def main() -> None:
    """Fill every manuscript that a study of the configuration names."""
    studies = load_studies(load_config({})["studies"])
    named = {n: study for n, study in studies.items() if study["report"].get("manuscript")}
    complete = fill_all(named)
    if not named:
        sys.exit("No study names a manuscript: report.manuscript in its study.yaml.")
    sys.exit(0 if complete else 1)


if __name__ == "__main__":
    with told():
        main()
