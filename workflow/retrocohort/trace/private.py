"""A file for the data of one patient: readable by its owner alone, and where nobody shares it."""

import os
from pathlib import Path

from retrocohort.faults import Fault, FaultsFound
from retrocohort.private import OWNER_ONLY, RESULTS, ROW_LEVEL


def check_private(path: str, project: str = ".") -> None:
    """Raise a fault where a file with a patient's data may not be.

    In the results of a study these are all folders but `records` and `cohort`; elsewhere every
    folder that lies in a git repository, or in the project, which may become one.
    """
    file, root = Path(path).resolve(), Path(project).resolve()
    remedy = "Name a file outside of the repository, or one in results/<study>/records."
    problem = ""
    if file.is_relative_to(root / RESULTS):
        below = file.relative_to(root / RESULTS).parts
        problem = "" if below[2:] and below[1] in ROW_LEVEL else "would be among the results"
    elif file.is_relative_to(root) or any((folder / ".git").exists() for folder in file.parents):
        problem = "would be in a folder that git shares"
    if problem:
        problem += ": the data of a patient do not go there."
    elif not file.parent.is_dir():
        problem, remedy = f"there is no folder {file.parent}.", "Make it first."
    elif file.exists() or Path(path).is_symlink():
        problem, remedy = "exists already.", "Name another one: nothing is written over."
    if problem:
        raise FaultsFound([Fault(f"OUT={path}", "", problem, remedy)])


def write_private(path: str, text: str) -> None:
    """Write a new file that its owner alone can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
