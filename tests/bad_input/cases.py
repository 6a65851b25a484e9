"""The cases of bad input: a file in cases/ says what is done to the base study and what is told.

An edit names a file of the study and one of: `find` and `put` (the first of a text, or with
`find_all` every one), `append`, `content`, `delete`, `rename`, `encoding` (saved anew in it),
`workbook` and `gzip` (saved as such under that name, `keep_bytes` or `spoil_byte` damage it).
"""

import csv
import gzip
import shutil
from pathlib import Path

import openpyxl
import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STUDY = "invented"
PLANTED = {  # cells of one patient that would be known again wherever they turn up
    "pid": "QUIXPID77",
    "name": "Zelda Quixwood",
    "sex": "quixsex",
    "operated": "31.02.1987",
    "size": "987654321",
    "implant": "quixanswer",
    "stage": "欧阳狐疑期",
    "national_id": "110105194912310021",
    "phone": "13912345678",
    "birth_date": "1949-12-31",
    "ward": "quixward",
    "remark": "ask the sister of Quixwood",
}
IDENTIFIERS = {  # protected columns; `remark` is in no dictionary, `ward` names the centre
    "name": "text,,,,,,patients:name,,,,drop",
    "national_id": "id,,,,,,patients:national_id,,,,hash",
    "phone": "text,,,,,,patients:phone,,,,drop",
    "birth_date": "date,,,,,,patients:birth_date,%Y-%m-%d,,,drop",
}
CENTRE = "centre,Hospital,category,,north=North|south=South,,,,,,,,\n"
KEY = "5e2c" * 16
PLANTED_ROW = 5  # the patient's place in patients.csv, behind the header
DECISIONS = ("study.yaml", "dictionary.csv", "codes.csv", "hash_key.txt", "published.csv")


def cases_of(stage: str) -> dict[str, dict]:
    """Return name -> case of every case of one stage."""
    files = sorted((HERE / "cases" / stage).glob("*.yaml"))
    return {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in files}


def make_project(folder: Path, edits=()) -> Path:
    """Lay out a project that runs the base study alone, then edit its files."""
    folder.mkdir(exist_ok=True)
    for name in ("workflow", "report", "envs", "profiles"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "Snakefile", folder)
    (folder / f"config/studies/{STUDY}").mkdir(parents=True)
    (folder / f"data/{STUDY}").mkdir(parents=True)
    shutil.copy(ROOT / "config/defaults.yaml", folder / "config")
    (folder / "config/config.yaml").write_text(f"studies: [{STUDY}]\n", encoding="utf-8")
    for file in (HERE / "base").iterdir():
        shutil.copy(file, _place(folder, file.name))
    for edit in edits:
        apply(folder, edit)
    return folder


def _place(folder: Path, name: str) -> Path:
    return folder / ("config/studies" if name in DECISIONS else "data") / STUDY / name


def apply(folder: Path, edit: dict) -> None:
    """Apply one edit; a text to be replaced must be there."""
    path = _place(folder, edit["file"])
    if "find" in edit or "find_all" in edit:
        text = path.read_text(encoding="utf-8")
        old = edit.get("find", edit.get("find_all"))
        assert old in text, f"{edit['file']} does not hold {old!r}"
        replaced = text.replace(old, edit["put"], 1 if "find" in edit else -1)
        path.write_text(replaced, encoding="utf-8")
    elif "append" in edit:
        path.write_text(path.read_text(encoding="utf-8") + edit["append"], encoding="utf-8")
    elif "content" in edit:
        path.write_text(edit["content"], encoding="utf-8")
    elif "encoding" in edit:
        path.write_text(
            path.read_text(encoding="utf-8"), encoding=edit["encoding"], errors="replace"
        )
    elif "delete" in edit:
        path.unlink()
    elif "rename" in edit:
        path.rename(path.with_name(edit["rename"]))
    else:
        _pack(path, edit)


def _pack(path: Path, edit: dict) -> None:
    """Save a CSV as a workbook or compressed, whole or damaged."""
    packed = path.with_name(edit.get("workbook") or edit["gzip"])
    if "workbook" in edit:
        book = openpyxl.Workbook()
        book.active.title = "patients"
        for row in csv.reader(path.read_text(encoding="utf-8").splitlines()):
            book.active.append(row)
        book.save(packed)
    else:
        packed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    path.unlink()
    data = bytearray(packed.read_bytes()[: edit.get("keep_bytes")])
    if "spoil_byte" in edit:
        data[edit["spoil_byte"]] ^= 0xFF
    packed.write_bytes(data)


def plant(folder: Path) -> Path:
    """Make the data private, with cells that are known again wherever they turn up.

    All patients get identifiers; one gets the cells of `PLANTED`, and is delivered a second time
    with another age. Returns the file with the key, which is outside of the project.
    """
    path = _place(folder, "patients.csv")
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows = [
        row
        | {column: f"Quixwood {column} {place}" for column in IDENTIFIERS}
        | {"ward": ("north", "south")[place % 2], "remark": f"Quixwood's remark {place}"}
        for place, row in enumerate(rows)
    ]
    rows[PLANTED_ROW] |= PLANTED
    rows.append(rows[PLANTED_ROW] | {"age": "77"})
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    columns = "".join(f"{name},{name},{rest}\n" for name, rest in IDENTIFIERS.items())
    apply(folder, {"file": "dictionary.csv", "append": columns + CENTRE})
    apply(folder, {"file": "labs.csv", "append": "QUIXPID88,1,albumin,quixvalue\n"})
    centre = "id: pid\n    centre: {column: ward}"
    apply(folder, {"file": "study.yaml", "find": "id: pid", "put": centre})
    apply(folder, {"file": "study.yaml", "find": "data: synthetic", "put": "data: private"})
    key = folder.with_name(f"{folder.name}.key")
    key.touch(0o600)
    key.write_text(KEY, encoding="utf-8")
    return key
