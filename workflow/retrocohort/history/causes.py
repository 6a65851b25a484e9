"""Why results differ: what differs between two runs, followed from each result to its inputs.

Nothing is guessed. A result depends on a difference if its job, or a job that made a differing file
on the way to it, read a file, was told a decision or ran on a package that differs.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from retrocohort.audit.manifest import role_of
from retrocohort.history.decisions import NONE, Decision, differing, parsed
from retrocohort.history.evidence import Evidence

DATA, CONFIG, CODE, PACKAGE = "data", "config", "code", "package"
DECISION, PARAMETER = "decision", "parameter"
STEP, READ, ALTERED, NOTHING = "step", "read", "altered", "nothing"
KINDS = {"input": DATA, "config": CONFIG, "code": CODE}
SHORT = 12  # digits of a checksum that are shown
PYTHON = "python"


@dataclass(frozen=True)
class Cause:
    """Something that differs between two runs.

    Attributes
    ----------
    kind : str
        DATA, CONFIG, CODE: a file. DECISION: a key of a configuration file. PARAMETER: what a job
        was told, where no such key says so. PACKAGE: Python or a package. STEP: a job that one of
        both runs does not have. READ: a result that the job of one of both does not read. ALTERED:
        a result that is not what its job made. NOTHING: a result that differs although nothing that
        its job read or was told does.
    what : str
        The file, key, parameter, package or rule.
    old, new : str
        Before and after, `NONE` where there is nothing.
    """

    kind: str
    what: str
    old: str = NONE
    new: str = NONE


class Causes:
    """The differences between two snapshots, and which results depend on which."""

    def __init__(self, before: Mapping, after: Mapping):
        """Compare what both runs were made from; a result is followed when it is asked for."""
        self.sides = before, after
        files = [side["files"] for side in self.sides]
        made = {path for own in files for path, entry in own.items() if "job" in entry}
        self.sources = {path for own in files for path in own} - made
        self.packages = list(_packages(before["environment"], after["environment"]))
        self.keys = [found for path in _decided(before, after) for found in self._keys(path)]
        self.ordered = all("planned" in side for side in self.sides)  # older ones are sorted
        self.evidence = Evidence(self.keys, self._is_planned_alike())
        self._known: dict[str, tuple[Cause, ...]] = {}

    def of(self, path: str) -> tuple[Cause, ...]:
        """Return all that a differing result depends on, what is nearest to it first."""
        if path not in self._known:
            altered = [side for side in self.sides if path in side["altered"]]
            found = [Cause(ALTERED, path, self.rule(path))] if altered else []
            if not altered or self._differs(path):
                found += self._followed(path)
            self._known[path] = tuple(dict.fromkeys(found))
        return self._known[path]

    def differing(self) -> list[Cause]:
        """Return all that both runs were made from and that differs, whether used or not."""
        paths = sorted(p for p in self.sources if self._differs(p))
        told = {path for path, _ in self.keys}
        found = [self._file(p) for p in paths if p not in told and not self._is_lock(p)]
        return found + [_key(path, decision) for path, decision in self.keys] + self.packages

    def results(self) -> list[str]:
        """Return the results that differ."""
        altered = {path for side in self.sides for path in side["altered"]}
        paths = {path for side in self.sides for path in side["files"]} - self.sources
        return sorted(path for path in paths if path in altered or self._differs(path))

    def _followed(self, path: str) -> list[Cause]:
        """Return what the job of a result, and those before it, read, were told and ran on."""
        old, new = jobs = self._jobs(path)
        if not old or not new:
            return self._planned(old or new, Cause(STEP, self.rule(path)))
        found, told = [], self._told(old, new)
        reads = [set(job["reads"]) for job in jobs]
        for read in sorted(reads[0] | reads[1]):
            both = read in reads[0] and read in reads[1]
            if both and not self._differs(read):
                continue
            if read in self.sources:
                found += [] if self._is_lock(read) else [self._read(self._kind(read), read, reads)]
            elif both:
                found += self.of(read)
            elif not any(cause.kind == DECISION for cause in told):
                found += self._planned(new, self._read(READ, read, reads))
        found = [*told, *found, *self.packages]
        return found or [Cause(NOTHING, path)]

    def _told(self, old: Mapping, new: Mapping) -> list[Cause]:
        """Return what a job was told otherwise: the keys of files that say so, else parameters."""
        params = [job["params"] for job in (old, new)]
        if not self.ordered:
            params = [json.loads(json.dumps(own, sort_keys=True)) for own in params]
        keys, left = self.evidence.of_parameters(*params)
        return [_key(*own) for own in keys] + [*_parameters(left)]

    def _planned(self, job: Mapping, otherwise: Cause) -> list[Cause]:
        """Return the keys for which one run alone has a step or an input of it, if any says so."""
        keys = self.evidence.of_step(job["rule"], job["params"])
        return [_key(*own) for own in keys] or [otherwise]

    def _jobs(self, path: str) -> list[Mapping]:
        """Return the job that makes a result in each run, empty where there is no such job."""
        logs = [side["files"].get(path, {}).get("job", "") for side in self.sides]
        own = zip(self.sides, logs, reversed(logs), strict=True)
        return [side["jobs"].get(log or other, {}) for side, log, other in own]

    def rule(self, path: str) -> str:
        """Return the rule that makes, or made, a result."""
        old, new = self._jobs(path)
        return (new or old)["rule"]

    def _sum(self, side: Mapping, path: str) -> str:
        return side["files"].get(path, {}).get("sha256", NONE)

    def _differs(self, path: str) -> bool:
        old, new = (self._sum(side, path) for side in self.sides)
        return old != new

    def _file(self, path: str) -> Cause:
        sums = (self._sum(side, path)[:SHORT] for side in self.sides)
        return Cause(self._kind(path), path, *sums)

    def _read(self, kind: str, path: str, reads: Iterable[set]) -> Cause:
        """Return a file as both jobs read it: `NONE` for one that did not."""
        sums = (
            self._sum(side, path)[:SHORT] if path in own else NONE
            for side, own in zip(self.sides, reads, strict=True)
        )
        return Cause(kind, path, *sums)

    def _kind(self, path: str) -> str:
        return KINDS[role_of(path)]

    def _is_planned_alike(self) -> bool:
        """Return whether the same code and packages planned both runs."""
        code = (own for own in self.sources if role_of(own) == CODE)
        planned = {p for side in self.sides for p in side.get("planned", ())} or code
        return not self.packages and not any(map(self._differs, planned))

    def _is_lock(self, path: str) -> bool:
        """Return whether a file is the lock file, for which the packages stand that differ."""
        return bool(self.packages) and path == self.sides[1]["environment"]["lock"]

    def _keys(self, path: str) -> list[tuple[str, Decision]]:
        texts = (side["decisions"].get(path, "") for side in self.sides)
        old, new = (parsed(path, text) for text in texts)
        return [(path, decision) for decision in differing(old, new)]


def _parameters(left: Sequence[Decision]) -> Iterator[Cause]:
    """Yield one cause a parameter: of several parts that differ their names and values."""
    by: dict[str, list[Decision]] = {}
    for part in left:
        by.setdefault("".join(part.path[:1]), []).append(part)
    for name, parts in by.items():
        if len(parts) == 1:
            yield Cause(PARAMETER, parts[0].key, parts[0].old, parts[0].new)
        else:
            old, new = (
                "; ".join(
                    f"{part.key.removeprefix(f'{name}.')}: {getattr(part, side)}" for part in parts
                )
                for side in ("old", "new")
            )
            yield Cause(PARAMETER, name, old, new)


def _key(path: str, decision: Decision) -> Cause:
    what = f"{path}: {decision.key}" if decision.key else path
    return Cause(DECISION, what, decision.old, decision.new)


def _decided(before: Mapping, after: Mapping) -> list[str]:
    old, new = before["decisions"], after["decisions"]
    return sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))


def _packages(old: Mapping, new: Mapping) -> Iterable[Cause]:
    before, after = ({PYTHON: e["python"]} | e["packages"] for e in (old, new))
    for name in sorted(before.keys() | after.keys()):
        versions = before.get(name, NONE), after.get(name, NONE)
        if versions[0] != versions[1]:
            yield Cause(PACKAGE, name, *versions)
