"""What an attacker knows besides: which levels, endpoints and landmark analyses make up which.

Written without the code that decides what is withheld. Groups that nobody prints get a count each:
who has one level of a variable and another one of a variable derived from it, who has died of one
cause, who left between two landmarks. None of them may turn out to be 1 to 4 patients.
"""

from itertools import combinations, permutations

UNKNOWN = "?"


def levels(attack, when, study, cohort):
    """Take note of who has which levels of two variables, or of one and a population, at once."""
    found = set()
    for name in _counts(attack, when, study, "n", "events"):
        _, population, what, *own = name
        for pair in [each for each in own if each[0] in cohort]:
            found.add((population, what, tuple(sorted(set(own) - {pair})), pair[0]))
    for one, other in combinations(sorted({variable for *_, variable in found}), 2):
        if _are_related(study.get("derive", {}), one, other):
            for context in sorted({c[:3] for c in found if c[3] == one}):
                if (*context, other) in found:
                    _cross(attack, when, context, one, other, cohort)
    for population, entry in study.get("populations", {}).items():
        for variable in sorted({variable for *_, variable in found} & _texts(entry["where"])):
            _part_of(attack, when, population, variable, cohort, found)


def _counts(attack, when, study, *kinds):
    """Return the names of counts of some kinds, of whole populations or of levels in them."""
    populations = {"full", *study.get("populations", {})}
    own = [name for name in attack.place if name[0] == when and len(name) > 2]
    return [n for n in own if n[1] in populations and str(n[2]).split()[0] in kinds]


def _are_related(derived, one, other):
    """Return whether a variable is derived from another one, or both from a third one."""
    behind = [{name} | _texts(derived.get(name, {})) for name in (one, other)]
    return bool(behind[0] & behind[1] & ({one, other} | _sources(derived, one, other)))


def _sources(derived, *names):
    return {derived[name]["cut"]["of"] for name in names if "cut" in derived.get(name, {})}


def _texts(entry):
    if isinstance(entry, dict):
        entry = [*entry, *entry.values()]
    if isinstance(entry, list):
        return set().union(*map(_texts, entry))
    return {entry} if isinstance(entry, str) else set()


def _values(cohort, population, column):
    rows = cohort if population == "full" else cohort[_flags(cohort[f"in_{population}"])]
    return rows[column].astype("string").fillna(UNKNOWN).tolist()


def _flags(column):
    return column.astype("string").str.lower().isin(["true", "1"])


def _named(when, context, *own):
    population, what, others = context
    return (when, population, what, *sorted((*others, *own)))


def _cross(attack, when, context, one, other, cohort):
    pairs = set(zip(*(_values(cohort, context[0], v) for v in (one, other)), strict=True))
    if " of " in context[1]:  # of a model, in which each patient has a value
        pairs = {pair for pair in pairs if UNKNOWN not in pair}
    _joined(attack, pairs, lambda i, level: _named(when, context, ((one, other)[i], level)))


def _joined(attack, pairs, name):
    """Take note of each level as those who have it with each level of the other variable."""
    for i in (0, 1):
        for level in sorted({pair[i] for pair in pairs}):
            own = sorted(pair for pair in pairs if pair[i] == level)
            attack.adds_up(name(i, level), *(("both", name(0, a), name(1, b)) for a, b in own))
            alone = [p for p in own if sum(q[1 - i] == p[1 - i] for q in pairs) == 1]
            if alone and len(own) > len(alone):  # all others together
                rest = ("besides", name(i, level), name(1 - i, ""))
                attack.adds_up(rest, *(("both", name(0, a), name(1, b)) for a, b in own
                                       if (a, b) not in alone))  # fmt: skip
                attack.few.add(rest)
    attack.few |= {("both", name(0, a), name(1, b)) for a, b in pairs}


def _part_of(attack, when, population, variable, cohort, found):
    """Take note of who has levels of a variable in a population and outside of it."""
    inside = _flags(cohort[f"in_{population}"]).tolist()
    pairs = set(zip(_values(cohort, "full", variable), inside, strict=True))
    for whole, what, others, of in sorted(found):
        own = (when, population, what, *others)
        if of == variable and whole == "full" and own in attack.place:
            context = whole, what, others

            def name(i, level, own=own, context=context):
                if i:
                    return own if level else ("outside", own)
                return _named(when, context, (variable, level))

            _joined(attack, pairs, name)


def endpoints(attack, when, study, cohort):
    """Take note of who has which events at once: of causes of death that make up all deaths."""
    contexts = {}
    for name in _counts(attack, when, study, "events"):
        endpoint = str(name[2]).partition(" ")[2]
        if f"{endpoint}_event" in cohort:
            contexts.setdefault((name[1], *name[3:]), {})[endpoint] = name
    for context, names in contexts.items():
        columns = [cohort[f"{name}_event"].astype("float") == 1 for name in sorted(names)]
        kinds = set(zip(*(column.tolist() for column in columns), strict=True))
        for i, endpoint in enumerate(sorted(names)):
            own = [("dead of", when, context, kind) for kind in sorted(kinds) if kind[i]]
            attack.adds_up(names[endpoint], *own)
            attack.few |= set(own)


def landmarks(attack, when, study):
    """Take note of who leaves between two landmarks of one endpoint."""
    further = study.get("further", {}).items()
    at = {f"landmark_{name}": entry for name, entry in further if entry["kind"] == "landmark"}
    for one, other in permutations(at, 2):
        if at[one]["at"] >= at[other]["at"]:
            continue
        for name in [n for n in attack.place if n[0] == when and f" {one}" in str(n[2:3])]:
            what = str(name[2])
            same = (*name[:2], what.removesuffix(one) + other, *name[3:])
            pair = (name, same) if what.startswith("analysed ") else (same, name)
            of_same = "_before " in what or at[one]["by"] == at[other]["by"]
            if same in attack.place and of_same and not what.startswith("censored "):
                attack.within(*pair, "between")
                attack.few.add(("rest", "between", *pair))
