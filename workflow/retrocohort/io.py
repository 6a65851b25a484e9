"""Reading and writing of the files between the steps, and the log of a job.

The only module that knows how a file is stored. pandas is imported where it is needed only,
because the jobs that draw figures and pages do without it and start three times faster.
"""

import csv
import json
import math
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from retrocohort import jobs, signed
from retrocohort.faults import FaultsFound, without_values
from retrocohort.inert import as_written
from retrocohort.language import LANGUAGES, speaking
from retrocohort.private import DISCLOSED, OWNER_ONLY, close_folders, private_part
from retrocohort.source import WITHHELD, is_withheld, source_of, value_of, withheld


@contextmanager
def replacing(path: str):
    """Give a temporary path beside `path` that takes its place when the block ends well.

    What describes single patients is closed to others before a byte of it is written.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.part")
    try:
        if top := private_part(path):
            close_folders(top, target.parent)
            aside.unlink(missing_ok=True)  # of a run that was killed
            aside.touch(OWNER_ONLY)  # no umask opens it
        yield aside
        os.replace(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def number_text(value) -> str:
    """Return a cell as text: the shortest that reads back equal, empty for missing."""
    if is_withheld(value):
        return WITHHELD
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if (
        isinstance(value, float)
        and math.isfinite(value)
        and value == int(value)
        and abs(value) < 1e15
    ):
        return str(int(value))
    return repr(float(value)) if isinstance(value, float) else str(value)


def write_rows(path: str, columns: Sequence[str], rows: Iterable[Mapping]) -> None:
    """Write dictionaries as CSV with these columns, numbers at full precision."""
    with replacing(path) as aside, open(aside, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            unknown = set(row) - set(columns)
            if unknown:
                raise KeyError(f"columns not declared: {sorted(unknown)}")
            writer.writerow([number_text(row.get(column)) for column in columns])


def read_rows(path: str) -> list[dict[str, str]]:
    """Read a CSV as dictionaries of text."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def as_number(text: str) -> float:
    """Return the number of a cell, NaN for an empty or withheld one, with the cell of its text."""
    if text == WITHHELD:
        return withheld(source_of(text))
    number = float(text) if text else math.nan
    source = source_of(text)
    return value_of(number, source) if source else number


def write_text(path: str, text: str) -> None:
    """Write a text file."""
    with replacing(path) as aside:
        aside.write_text(text, encoding="utf-8")


def write_bytes(path: str, data: bytes) -> None:
    """Write a binary file."""
    with replacing(path) as aside:
        aside.write_bytes(data)


def read_bytes(path: str) -> bytes:
    """Read a file as it is."""
    return Path(path).read_bytes()


def read_text(path: str) -> str:
    """Read a text file."""
    return Path(path).read_text(encoding="utf-8")


def write_json(path: str, data, indent: int | None = None) -> None:
    """Write data as JSON, in one line unless it is indented for readers."""
    write_text(path, json.dumps(data, ensure_ascii=False, allow_nan=False, indent=indent) + "\n")


def read_json(path: str):
    """Read a JSON file."""
    return json.loads(read_text(path))


def read_frame(path: str, columns: Sequence[str] | None = None):
    """Read a parquet table into a pandas frame."""
    import pandas as pd

    return pd.read_parquet(path, columns=None if columns is None else list(columns))


def write_frame(path: str, frame) -> None:
    """Write a pandas frame as parquet, without its index."""
    with replacing(path) as aside:
        frame.to_parquet(aside, index=False)


def write_columns(path: str, columns: Mapping[str, Sequence]) -> None:
    """Write columns of texts and whole numbers, all of one length, as CSV."""
    with replacing(path) as aside, open(aside, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def write_frame_csv(path: str, frame) -> None:
    """Write a pandas frame as CSV, numbers at full precision, missing as empty."""
    import pandas as pd

    def texts(column):  # each distinct value is written once
        codes, distinct = pd.factorize(frame[column].to_numpy())
        words = [number_text(value) for value in distinct] + [""]  # code -1: missing
        return [words[code] for code in codes]

    write_columns(path, {column: texts(column) for column in frame})


def copy_file(source: str, target: str) -> None:
    """Copy what a file holds."""
    with replacing(target) as aside:
        shutil.copyfile(source, aside)


def save_figure(figure, paths: Iterable[str]) -> None:
    """Save a matplotlib figure to each path, .svg or .pdf, with the same bytes every time."""
    metadata = {
        ".svg": {"Date": None, "Creator": "retrocohort"},
        ".pdf": {"CreationDate": None, "Producer": None, "Creator": "retrocohort"},
    }
    for path in paths:
        with replacing(path) as aside:
            ending = Path(path).suffix
            figure.savefig(aside, format=ending[1:], metadata=metadata[ending])


def save_raster(image, path: str, dpi: int) -> None:
    """Save an image of Pillow as .png or .tiff (LZW), which say their dots an inch."""
    kind = Path(path).suffix[1:]
    options = {"compression": "tiff_lzw"} if kind == "tiff" else {}
    with replacing(path) as aside:
        image.save(aside, format=kind, dpi=(dpi, dpi), **options)


def _page(folder: Path) -> str:
    """Return the study whose folder it is, with its part: x, x/zh, x/disclosed, x/disclosed/zh."""
    is_part = folder.name in (*LANGUAGES, DISCLOSED)
    return f"{_page(folder.parent)}/{folder.name}" if is_part else folder.name


def run_logged(main: Callable, smk) -> None:
    """Run the `main` of a script with a log that never holds a patient's value.

    What `main` returns, a few words on the result, is printed when the step ends. Warnings go to
    the log by kind. Of an unexpected error only its kind and the lines of code are kept: its text
    may quote a cell; but of one of the machine what the system says. A job that ends well is noted
    for the manifest. Parameters are given to `main` as the study has them (`retrocohort.inert`).
    """
    params = type(smk.params)(fromdict=as_written(dict(smk.params.items())))
    own = {key: getattr(smk, key) for key in ("rule", "input", "output", "log")}
    smk = SimpleNamespace(params=params, **own)  # that of Snakemake takes no other parameters
    log = Path(smk.log[0])
    above, step = log.parent.parent, log.stem
    study = _page(above)
    stopped = ""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("once")
        try:
            job = jobs.begun(smk)
            with speaking(smk.input.get("words", ()), smk.params.get("terms")):
                result = main(smk)
            jobs.require_unchanged(job)
        except FaultsFound as found:
            stopped = str(found)
        except Exception as error:
            stopped = without_values(error)
        except KeyboardInterrupt:
            stopped = "interrupted"
    kinds = {f"warning: {w.category.__name__} in {Path(w.filename).name}" for w in caught}
    try:
        write_text(log.as_posix(), "\n".join([*sorted(kinds), stopped or "finished"]) + "\n")
        if not stopped:
            job = jobs.ended(job, [*smk.output, smk.log[0]])
            write_text(jobs.place(smk.log[0]), signed.text(job))
    except OSError as error:
        stopped = stopped or without_values(error)
    if stopped:
        sys.exit(f"{study}: {step} stopped. {stopped}\n(log: {log})")
    print(f"{study}: {step}{': ' + result if result else ''}", flush=True)
