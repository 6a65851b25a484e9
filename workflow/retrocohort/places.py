"""Whether a file of a study is a plain one, and in the folder where it seems to be."""

from pathlib import Path

from retrocohort.faults import Fault

PAPERS = {  # that go with delivered files
    "SHA256SUMS": "Make it in that folder: sha256sum FILES > SHA256SUMS.",
    "PROVENANCE.md": "Say in it where the files come from and under which licence.",
}


def folder_faults(study: str) -> list[Fault]:
    """Return what is wrong with the folder of the delivered files, before any is opened."""
    papers = {f"data/{study}/{name}": remedy for name, remedy in PAPERS.items()}
    faults = [Fault(p, "", "is missing.", r) for p, r in papers.items() if not Path(p).is_file()]
    return faults + linked_out(f"data/{study}")


def linked_out(folder: str) -> list[Fault]:
    """Return a fault for each link in a folder, or of it, that leads out of its first folder.

    `data` and `config` themselves may be links: where they are is decided by who runs the study.
    """
    here = Path(folder)
    root = Path(here.parts[0]).resolve()
    if not _target(here).is_relative_to(root):
        links = [here]
    else:
        inside = [path for path in sorted(here.rglob("*")) if path.is_symlink()]
        links = [path for path in inside if not _target(path).is_relative_to(root)]
    problem, remedy = f"is a link out of {here.parts[0]}/.", "Put the file itself there."
    return [Fault(str(link), "", problem, remedy) for link in links]


def _target(link: Path) -> Path:
    try:
        return link.resolve()
    except (OSError, RuntimeError):  # it leads round to itself
        return Path("/")


def is_plain(path: str) -> bool:
    """Return whether a path names a file or nothing: a pipe or device may never end."""
    return Path(path).is_file() or not Path(path).exists()
