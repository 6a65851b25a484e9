"""Jobs that are forks of a server behave as processes of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import chdir
from pathlib import Path

import psutil
import pytest

import warm

REPORTS = """\
import os, sys
print(sys.argv, os.getcwd(), os.environ["TOLD"], __name__, sys.stdin.read(), sys.path[0])
print("and this", file=sys.stderr)
"""
WAITS = "import pathlib, time; pathlib.Path('begun').touch(); time.sleep(60)"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Return a folder in which a server runs that has imported one small library."""
    folder = tmp_path_factory.mktemp("served")
    (folder / warm.ADDRESS).parent.mkdir(parents=True)
    reads, writes = os.pipe()
    code = f"import warm; warm.serve({reads}, ('colorsys',))"
    env = os.environ | {"PYTHONPATH": str(Path(warm.__file__).parent)}
    server = subprocess.Popen([sys.executable, "-c", code], cwd=folder, env=env, pass_fds=[reads])
    os.close(reads)
    waited(lambda: (folder / warm.ADDRESS).exists())
    yield folder
    os.close(writes)
    assert server.wait(timeout=10) == 0
    assert not (folder / warm.ADDRESS).exists()


def waited(condition):
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.01)


def started(folder, code, **options):
    """Start a script as Snakemake does with what `warm.start` returns."""
    (folder / "scripts").mkdir(exist_ok=True)
    (folder / "scripts/job.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "-I", "-S", warm.__file__, "scripts/job.py", "more"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    env = os.environ | {"TOLD": "a word"}
    return subprocess.Popen(command, cwd=folder, env=env, text=True, **pipes, **options)


def is_forked(folder):
    code = "import sys; sys.exit('colorsys' in sys.modules)"
    return started(folder, code).wait(timeout=20) == 1


def test_a_job_is_a_fork_where_a_server_runs_and_else_a_python(served, tmp_path):
    assert is_forked(served)
    assert not is_forked(tmp_path)


def test_a_job_has_the_files_arguments_and_environment_of_who_asked(served, tmp_path):
    said = [started(folder, REPORTS).communicate("read", 20) for folder in (served, tmp_path)]
    expected = "['scripts/job.py', 'more'] {0} a word __main__ read {0}/scripts\n"
    assert said == [(expected.format(folder), "and this\n") for folder in (served, tmp_path)]


@pytest.mark.parametrize(
    ("code", "exit_code", "says"),
    [
        ("", 0, ""),
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('why')", 1, "why\n"),
        ("1 / 0", 1, "ZeroDivisionError: division by zero\n"),
        ("import os; os.kill(os.getpid(), 9)", 1, ""),
    ],
)
def test_exit_codes_and_tracebacks_arrive(served, code, exit_code, says):
    process = started(served, code)
    _, said = process.communicate(timeout=20)
    assert process.returncode == exit_code
    assert said.endswith(says)
    assert bool(said) == bool(says)


@pytest.mark.parametrize("signalled", [signal.SIGKILL, signal.SIGTERM])
def test_a_job_ends_with_the_process_that_asked_for_it(served, signalled):
    (served / "begun").unlink(missing_ok=True)
    process = started(served, WAITS)
    waited((served / "begun").exists)
    jobs = [p for p in psutil.process_iter(["cwd"]) if p.info["cwd"] == str(served)]
    process.send_signal(signalled)
    assert process.wait(timeout=20) == -signalled
    waited(lambda: sum(p.is_running() for p in jobs) == 1)  # the server


def test_an_interrupt_reaches_the_job_and_its_exit_code_us(served):
    (served / "begun").unlink(missing_ok=True)
    code = f"try:\n    {WAITS}\nexcept KeyboardInterrupt:\n    raise SystemExit(7)"
    process = started(served, code, start_new_session=True)
    waited((served / "begun").exists)
    time.sleep(0.1)
    for other in psutil.process_iter(["cwd"]):
        if other.info["cwd"] == str(served):  # as the terminal does: the server too
            other.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 7
    assert is_forked(served)


def test_a_job_that_is_too_long_to_ask_for_is_a_python(served, monkeypatch):
    for i in range(4):
        monkeypatch.setenv(f"LONG{i}", "x" * 100_000)
    assert not is_forked(served)


def test_a_job_that_no_server_begins_is_a_python(tmp_path):
    (tmp_path / warm.ADDRESS).parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server, chdir(tmp_path):
        server.bind(warm.ADDRESS)
        server.listen()
        process = started(tmp_path, "raise SystemExit(5)")
        asked, _ = server.accept()
        asked.close()
        assert process.wait(timeout=20) == 5


def test_libraries_are_those_that_jobs_import_and_none_of_ours():
    code = (
        "import sys, warm, importlib\nfor name in warm.LIBRARIES: importlib.import_module(name)\n"
    )
    code += "print(*sys.modules)"
    env = os.environ | {"PYTHONPATH": str(Path(warm.__file__).parent)}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    imported = set(run.stdout.split())
    assert {"pandas", "lifelines", "matplotlib", "jinja2"} <= imported
    assert not {name for name in imported if name.startswith("retrocohort")}
