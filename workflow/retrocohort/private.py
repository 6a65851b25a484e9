"""Which files describe single patients, and how they are closed to all but their owner."""

from pathlib import Path

from retrocohort.faults import Fault, FaultsFound

RESULTS, HISTORY = "results", "history"
ROW_LEVEL = ("records", "cohort")  # folders of the results of a study
DISCLOSED = "disclosed"  # folder of the numbers that may be told, and of what is made from them
UNDECLARED = "undeclared"  # for a delivered text that no decision of the study names
OWNER_ONLY, FOLDER = 0o600, 0o700


def private_part(path: str | Path) -> Path | None:
    """Return the topmost private folder that holds a file, None of a file that may be shared.

    The file is named from the root of the project.
    """
    parts = Path(path).parts
    if parts[:1] == (HISTORY,):
        return Path(*parts[:2])
    if parts[:1] == (RESULTS,) and parts[3:] and parts[2] in ROW_LEVEL:
        return Path(*parts[:3])
    return None


def close_folders(top: Path, folder: Path) -> None:
    """Close a private folder and those in it down to another one, whatever they were before."""
    for each in (folder, *folder.parents):
        if each.is_relative_to(top):
            close_folder(each)


def close_folder(folder: Path) -> None:
    """Close a folder, which may be missing yet."""
    folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    try:
        folder.chmod(FOLDER)
    except PermissionError as error:
        remedy = "Work in a folder of your own, where files have owners."
        raise FaultsFound([Fault(str(folder), "", "cannot be closed.", remedy)]) from error
