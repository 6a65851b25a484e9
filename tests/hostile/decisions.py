"""Hostile decisions: study files, dictionaries and codes that want more than to be read.

CASES: name -> what is done to a project that is sound before, and what is said of it. The words of
a message are all in it; a study that may be read says what is then true of it.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.bad_input.cases import STUDY, apply

CONFIG, DATA = Path(f"config/studies/{STUDY}"), Path(f"data/{STUDY}")
OUTSIDE = "is a link out of config/."
NAME = "Name under data/<study>/, without braces, backslashes, line breaks and `..`."


class Case(NamedTuple):
    """What is done to a project; what is said of it, or what is true of it when it is read."""

    make: Callable
    says: tuple[str, ...] = ()
    reads: Callable | None = None


def put(file: str, old: str, new: str) -> Callable:
    """Return what puts a text in the place of another one."""
    return lambda project: apply(project, {"file": file, "find": old, "put": new})


def added(file: str, text: str) -> Callable:
    """Return what adds a text to a file."""
    return lambda project: apply(project, {"file": file, "append": text})


def title(text: str) -> Callable:
    """Return what gives the study a title, as YAML."""
    return put("study.yaml", "title: Surgery or drug treatment of an invented disease", text)


def delivered_as(name: str) -> Callable:
    """Return what names another file as that of the patients, in quotes of YAML."""
    return put("study.yaml", "file: patients.csv", f'file: "{name}"')


def linked(path: Path, target: str) -> Callable:
    """Return what puts a link in the place of a file or folder."""

    def make(project):
        place = project / path
        if place.exists():
            place.rename(project / "moved")
        place.symlink_to(target.format(project=project))

    return make


def pipe(path: Path) -> Callable:
    """Return what puts a pipe, at which a reader waits for ever, in the place of a file."""

    def make(project):
        (project / path).unlink()
        os.mkfifo(project / path)

    return make


def has_title(text: str) -> Callable:
    """Return what is true of a study whose title is kept as it was written."""
    return lambda told: told["study"]["title"] == text


def laughs(levels: int, head: str = "notes", item: str = '"ha"') -> str:
    """Return aliases of aliases, each nine times the one before."""
    lines = [f"{head}: ", f"  - &a0 [{item}]"]
    lines += [f"  - &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def merges(levels: int) -> str:
    """Return mappings that merge the one before nine times."""
    lines = ["notes:", "  - &m0 {a: 1, b: 2}"]
    for n in range(1, levels):
        lines.append(f"  - &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}], k{n}: 1}}")
    return "\n".join(lines) + "\n"


LABEL = "title: '{}'".format
SHOWN = {  # labels that are texts and nothing else
    "template": "{{ config.__class__ }} {% for x in [] %}",
    "wildcard": "{study} {input.files} {0}",
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "end_of_style": "</style></title><h1>x</h1>",
    "markdown": "[a](javascript:alert(1)) ![b](http://127.0.0.1/x) `rm`",
    "latex": "\\\\input{/etc/passwd} \\\\write18{id} $\\\\frac{",
    "mathtext": "$\\\\sum_{x$ and $$",
    "formula": "=cmd|/C calc!A0",
    "percent": "%s %d %(x)s $(id) `id` ${HOME}",
}

CASES: dict[str, Case] = {
    f"label_{name}": Case(title(f'title: "{text}"'), reads=has_title(text.replace("\\\\", "\\")))
    for name, text in SHOWN.items()
}
CASES |= {
    # YAML
    "yaml_python_object": Case(
        title('title: !!python/object/apply:os.system ["touch owned"]'), ("is a tag", "Remove it")
    ),
    "yaml_own_tag": Case(title("title: !include /etc/passwd"), ("'!include' is a tag",)),
    "yaml_binary": Case(title("title: !!binary aGVsbG8="), ("is a tag",)),
    "yaml_bad_bool": Case(title("title: !!bool maybe"), ("is a tag",)),
    "yaml_laughs": Case(added("study.yaml", laughs(10)), ("stands for too much",)),
    "yaml_many_laughs": Case(added("study.yaml", laughs(200)), ("stands for too much",)),
    "yaml_merges": Case(added("study.yaml", merges(10)), ("stands for too much",)),
    "yaml_circle": Case(added("study.yaml", "notes: &a [*a]\n"), ("stands within itself",)),
    "yaml_deep": Case(added("study.yaml", f"notes: {'[' * 100_000}\n"), ("is too deep",)),
    "yaml_deep_by_aliases": Case(
        added(
            "study.yaml",
            "notes: [&a0 x" + "".join(f", &a{n} [*a{n - 1}]" for n in range(1, 99)) + "]\n",
        ),
        ("is too deep",),
    ),
    "yaml_duplicate_key": Case(added("study.yaml", "data: public\n"), ("'data' stands twice",)),
    "yaml_key_is_list": Case(added("study.yaml", "? [a, b]\n: c\n"), ("where a key is due",)),
    "yaml_huge_number": Case(
        put("study.yaml", "below: 18", f"below: {'9' * 5000}"), ("is too large a number",)
    ),
    "yaml_infinite": Case(put("study.yaml", "below: 18", "below: 1e999"), ("is too large",)),
    "yaml_nan": Case(put("study.yaml", "at: [30]", "at: [.nan]"), ("'.nan' is not a number",)),
    "yaml_date": Case(
        put(
            "study.yaml",
            "title: Surgery or drug treatment of an invented disease",
            "title: 2020-01-01",
        ),
        reads=has_title("2020-01-01"),
    ),
    "yaml_long": Case(title(f"title: {'x' * 3_000_000}"), ("is too long",)),
    "yaml_nul": Case(title("title: a\0b"), ("is not YAML",)),
    "yaml_two_documents": Case(added("study.yaml", "---\ntitle: x\n"), ("but found another",)),
    "yaml_directive": Case(
        put("study.yaml", "# An invented", "%YAML 9.9\n---\n# An invented"), ("YAML",)
    ),
    # characters that hide
    "label_override": Case(title('title: "a\\u202Eb"'), ("holds the character U+202E", "title")),
    "label_isolate": Case(title('title: "a\\u2067b"'), ("U+2067",)),
    "label_escape": Case(title('title: "\\e[2J\\e]0;x\\a"'), ("U+001B",)),
    "label_surrogate": Case(title('title: "a\\uD800b"'), ("invalid Unicode",)),
    "key_of_escapes": Case(added("study.yaml", '"\\e[31mred": 1\n'), ("\\x1b[31mred",)),
    # places
    "file_above": Case(delivered_as("../../config/config.yaml"), ("is not allowed", NAME)),
    "file_absolute": Case(delivered_as("/etc/passwd"), ("is not allowed", NAME)),
    "file_windows": Case(delivered_as("..\\\\x.csv"), ("is not allowed", NAME)),
    "file_with_newline": Case(delivered_as("a\\nb.csv"), ("is not allowed", NAME)),
    "file_of_wildcard": Case(delivered_as("{study}.csv"), ("is not allowed", NAME)),
    "manuscript_above": Case(
        added("study.yaml", "report: {manuscript: ../../../x.md}\n"), ("is not allowed",)
    ),
    "name_with_newline": Case(
        put("study.yaml", "  women: {", '  "women\\n": {'), ("is not a name",)
    ),
    "study_above": Case(
        lambda project: (project / "config/config.yaml").write_text("studies: [../../tmp]\n"),
        ("config/config.yaml", "is not allowed"),
    ),
    "study_file_linked": Case(linked(CONFIG / "study.yaml", "{project}/moved"), (OUTSIDE,)),
    "dictionary_linked": Case(linked(CONFIG / "dictionary.csv", "/etc/passwd"), (OUTSIDE,)),
    "study_folder_linked": Case(linked(CONFIG, "{project}/moved"), (OUTSIDE,)),
    "key_linked": Case(linked(CONFIG / "hash_key.txt", "/etc/hostname"), (OUTSIDE,)),
    "link_round": Case(linked(CONFIG / "codes.csv", "codes.csv"), (OUTSIDE,)),
    "codes_pipe": Case(pipe(CONFIG / "codes.csv"), ("codes.csv", "is no plain file")),
    "study_file_device": Case(linked(CONFIG / "study.yaml", "/dev/zero"), (OUTSIDE,)),
    # dictionary and codes
    "dictionary_long_cell": Case(
        added("dictionary.csv", f'x,"{"y" * 200_000}",text,,,,,,,,,,\n'), ("a cell is longer",)
    ),
    "dictionary_open_quote": Case(
        lambda project: added("dictionary.csv", '"' + "x,\n" * 100_000)(project),
        ("a cell is longer", "Is a quote left open?"),
    ),
    "dictionary_format_repeated": Case(
        put("dictionary.csv", "patients:operated,%d.%m.%Y", f"patients:operated,{'%d' * 50}"),
        ("is not a date format",),
    ),
    "dictionary_format_of_classes": Case(
        put("dictionary.csv", "patients:operated,%d.%m.%Y", "patients:operated,%Y(.*)*%m+%d$"),
        reads=lambda told: told["patients"] == 60,
    ),
    "dictionary_hidden": Case(
        put("dictionary.csv", "Largest diameter", "Largest\u202ediameter"), ("U+202E", "size")
    ),
    "dictionary_infinite": Case(
        put("dictionary.csv", "mm,,0,300,NA", f"mm,,0,{'9' * 400},NA"), ("is not a number",)
    ),
    "dictionary_factor": Case(
        put("dictionary.csv", "cm=10", "cm=nan"), ("is not a number above 0",)
    ),
    "dictionary_formula": Case(
        put("dictionary.csv", "Largest diameter", '=HYPERLINK(""x"")'.replace('"', "'")),
        reads=lambda told: any(label.startswith("=HYPER") for label in told["study"]["labels"]),
    ),
    "dictionary_large": Case(
        lambda project: (project / CONFIG / "dictionary.csv").write_bytes(b"x" * 21_000_000),
        ("is larger than 20,000,000 bytes",),
    ),
    "derivations_in_a_circle": Case(
        put("study.yaml", "{from: operated, to: last_seen}", "{from: operated, to: follow_up}"),
        ("follow_up",),
    ),
    "codes_of_formulas": Case(
        added("codes.csv", "patients,sex,=cmd|'/c calc'!A0,male\npatients,sex,+1+1,male\n"),
        reads=lambda told: told["patients"] == 60,
    ),
    "codes_of_patterns": Case(
        added("codes.csv", "patients,sex,(a+)+$,male\npatients,sex,.*,male\n"),
        reads=lambda told: told["cells"]["sex"].count("female") > 10,
    ),
}
