"""Where the numbers come from: delivered files with their checksums, and the software."""

import re

PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s\\;]+)", re.MULTILINE)
COMPUTING = (
    "lifelines",
    "statsmodels",
    "tableone",
    "pandas",
    "numpy",
    "scipy",
    "matplotlib",
    "snakemake",
)


def versions(lock: str) -> list[tuple[str, str]]:
    """Return (package, version) of every package of a lock file."""
    return PINNED.findall(lock)


def software(lock: str) -> str:
    """Return "lifelines 0.30.3, statsmodels 0.15.0, ..." of the packages that compute."""
    pinned = dict(versions(lock))
    return ", ".join(f"{name} {pinned[name]}" for name in COMPUTING if name in pinned)


def blocks(markdown: str) -> list[tuple[str, object]]:
    """Return a plain Markdown text as blocks, for a template that escapes them.

    Returns
    -------
    list of tuple
        ("heading", text), ("table", rows of cells, the first one its head), ("list", texts) or
        ("text", text). Whatever else Markdown knows stays as it is written.
    """
    found = []
    for chunk in re.split(r"\n\s*\n", markdown.strip()):
        lines = [line.strip() for line in chunk.splitlines() if line.strip()]
        while lines and lines[0].startswith("#"):
            found.append(("heading", lines.pop(0).lstrip("#").strip()))
        if lines and all(line.startswith("|") for line in lines):
            cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
            found.append(("table", [row for row in cells if not set("".join(row)) <= set("-: ")]))
        elif lines and lines[0].startswith(("- ", "* ")):
            items = re.split(r"\s+[-*] ", " " + " ".join(lines))
            found.append(("list", [item for item in items if item.strip()]))
        elif lines:
            found.append(("text", " ".join(lines)))
    return found
