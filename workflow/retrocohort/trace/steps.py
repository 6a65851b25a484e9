"""How a file of the results was made: the jobs behind it, down to the delivered files, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from retrocohort.checksums import sha256
from retrocohort.config.filled import DEFAULTS
from retrocohort.config.study import STUDIES
from retrocohort.trace.keys import FILES, keys_of
from retrocohort.trace.lines import STEP, wrapped
from retrocohort.tracking import LOCK_FILE

PACKAGE = "workflow/retrocohort/"
MOST_LINES = 12  # of a parameter
HEAD = 12  # columns of the words at the left


@dataclass(frozen=True)
class Step:
    """A job.

    Attributes
    ----------
    rule, message, script : as in the rule file.
    code : the script, what it imports from the package, the lock file.
    params : name -> value.
    inputs : files that it reads, code apart.
    stale : why it would run again, empty if it would not.
    """

    rule: str
    message: str
    script: str
    code: Sequence[str]
    params: Mapping[str, Any]
    inputs: Sequence[str]
    stale: str


Made = list[tuple[Step, list[str]]]  # steps, with those of their outputs that were needed


def chain(file: str, made_by: Mapping[str, Step]) -> Made:
    """Return the steps behind a file, its own first, each once and before all that it needs."""
    outputs: dict[int, list[str]] = {}  # of a step, by its identity
    ended: list[Step] = []

    def follow(path: str) -> None:
        step = made_by.get(path)
        if step is None:
            return
        known = outputs.setdefault(id(step), [])
        if path in known:
            return
        known.append(path)
        if known == [path]:
            for each in step.inputs:
                follow(each)
            ended.append(step)

    follow(file)
    return [(step, outputs[id(step)]) for step in reversed(ended)]


def steps_lines(steps: Made, study: Mapping, name: str) -> Iterator[str]:
    """Yield the steps, numbered, and then the files that they begin with.

    Parameters
    ----------
    study, name : the study with its defaults, and its folder.
    """
    place = {path: i for i, (_, outputs) in enumerate(steps, start=1) for path in outputs}
    for i, (step, outputs) in enumerate(steps, start=1):
        yield from ["", *wrapped(f"{step.rule} ({step.message})", HEAD, f"Step {i}")]
        for path in outputs:
            yield from _file("makes", path, study)
        yield from _code(step)
        for path in dict.fromkeys(step.inputs):
            yield from _entry("reads", f"{path} (step {place[path]})" if path in place else path)
        for param, value in step.params.items():
            yield from _parameter(param, value)
        for file, keys in keys_of(step.params, study).items():
            told = ", ".join(keys) or "all rows"
            yield from _entry("set in", f"{STUDIES}/{name}/{file}: {told}")
    yield from ["", "Files that no step makes"]
    config = (f"{STUDIES}/{name}/{file}" for file in ("study.yaml", *FILES.values()))
    read = (path for step, _ in steps for path in step.inputs if path not in place)
    for path in dict.fromkeys([*read, *config, DEFAULTS, LOCK_FILE]):
        yield from _file("", path, study)


def _entry(head: str, text: str) -> list[str]:
    return wrapped(text, HEAD, " " * STEP + head)


def _code(step: Step) -> Iterator[str]:
    """Yield the script and the modules that it imports; the files that mark a package are empty."""
    modules = [path for path in step.code if path.startswith(PACKAGE)]
    modules = [path.removeprefix(PACKAGE) for path in modules if not path.endswith("__init__.py")]
    yield from _entry("script", step.script)
    if modules:
        yield from _entry("imports", f"of {PACKAGE}: {', '.join(modules)}")


def _file(head: str, path: str, study: Mapping) -> list[str]:
    """Return a file with its SHA-256; of a secret key none, as the key could be guessed from it."""
    is_secret = path == study["key_file"] and study["data"] == "private"
    digest = "not shown: the key is secret" if is_secret else sha256(path)
    return [*_entry(head, path), *_entry("", f"SHA-256 {digest}")]


def _parameter(name: str, value: Any) -> Iterator[str]:
    """Yield a parameter as YAML, the first lines of a long one."""
    style = {"default_flow_style": None, "width": float("inf")}
    text = yaml.safe_dump({name: value}, allow_unicode=True, sort_keys=False, **style)
    lines = text.strip().splitlines()
    if len(lines) == 1 and lines[0].startswith("{"):
        lines = [lines[0][1:-1]]
    for i, line in enumerate(lines[:MOST_LINES]):
        deep = HEAD + len(line) - len(line.lstrip())
        head = " " * STEP + "given" if i == 0 else ""
        yield from wrapped(line.lstrip(), deep + (STEP if i else 0), head.ljust(deep))
    if len(lines) > MOST_LINES:
        yield from _entry("", f"  ... {len(lines) - MOST_LINES} more lines")
