"""Start jobs from a process that has imported the libraries already: a third of a cold run is that.

A run starts a server, which imports what most jobs use. What Snakemake starts as a job is then this
file without any library: it hands its arguments, environment and open files to the server, which
forks, and the fork is the job. Where no server answers, as in the first seconds of a run, it is a
Python as any other. Our own package is never imported beforehand, so that jobs see what is on disk.
"""

import os
import sys

ADDRESS = ".snakemake/retrocohort/warm.sock"  # private, and short: it is relative
LIBRARIES = (
    "lifelines",
    "statsmodels.stats.multitest",
    "pyarrow.parquet",
    "matplotlib.figure",
    "matplotlib.style",
    "matplotlib.backends.backend_pdf",
    "matplotlib.backends.backend_svg",
    "jinja2",
    "docx",
    "tableone",
    "xlsxwriter",
    "snakemake.io",
    "snakemake.iocontainers",
    "snakemake.logging",
)
BEGUN = b"\1"  # what is told of a job before its exit code
LONGEST = 1 << 18  # bytes of the arguments and the environment of a job
COLLECTED = 200_000  # objects after which a job looks for garbage: it is over before it has much
lifelines = []  # of the servers that this process has started: they end with it


def start() -> str:
    """Start a server that ends with this process; return the command that replaces Python."""
    import subprocess

    reads, writes = os.pipe()
    lifelines.append(writes)
    subprocess.Popen([sys.executable, __file__, str(reads)], pass_fds=[reads])
    os.close(reads)
    return f"{sys.executable} -I -S {os.path.abspath(__file__)}"


def serve(lifeline: int, libraries: tuple[str, ...] = LIBRARIES) -> None:
    """Fork a job for each process that asks, until the other end of a pipe is closed."""
    import contextlib
    import gc
    import importlib
    import select
    import signal
    import socket

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: the jobs end, then the run
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    for library in libraries:
        importlib.import_module(library)
    gc.freeze()  # forks share the memory of all this
    gc.set_threshold(COLLECTED)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(ADDRESS)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        try:
            server.bind(ADDRESS)
        except OSError:
            return  # some network drives have no sockets
        server.listen()
        while lifeline not in select.select([server, lifeline], [], [])[0]:
            asked, _ = server.accept()
            if not os.fork():
                server.close()
                os.close(lifeline)
                _work(asked)
            asked.close()
    os.unlink(ADDRESS)


def _work(asked) -> None:
    """Be the job that a process asks for, and tell it the exit code; die if it dies."""
    import fcntl
    import json
    import signal
    import socket

    text, files, _, _ = socket.recv_fds(asked, LONGEST, 3)
    if not text:
        os._exit(1)  # it could not ask
    asked.send(BEGUN)
    for place, file in enumerate(files):
        os.dup2(file, place)
        os.close(file)
    told = json.loads(text)
    os.environ.clear()
    os.environ.update(told["environ"])
    sys.argv[:] = told["argv"]
    sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    fcntl.fcntl(asked, fcntl.F_SETOWN, os.getpid())  # SIGIO, which ends us, if the other side ends
    fcntl.fcntl(asked, fcntl.F_SETFL, fcntl.fcntl(asked, fcntl.F_GETFL) | os.O_ASYNC)
    code = _exit_code(sys.argv[0])
    sys.stdout.flush()
    sys.stderr.flush()
    asked.send(bytes([code]))
    os._exit(code)


def _exit_code(script: str) -> int:
    """Run a script as Python does; return its exit code."""
    import runpy

    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as ended:
        if isinstance(ended.code, int | None):
            return (ended.code or 0) & 0xFF
        print(ended.code, file=sys.stderr)
        return 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def ask(argv: list[str]) -> int | None:
    """Let the server do a job; return its exit code, or None if there is none that begins it."""
    import json
    import signal
    import socket

    told = json.dumps({"argv": argv, "environ": dict(os.environ)}).encode()
    if len(told) > LONGEST:
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        try:
            server.connect(ADDRESS)
            socket.send_fds(server, [told], [0, 1, 2])
            if not server.recv(1):
                return None
        except OSError:
            return None
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the job hears it too, and ends
        return (server.recv(1) or b"\1")[0]


if __name__ == "__main__":
    if sys.argv[1].isdigit():
        serve(int(sys.argv[1]))
    elif (code := ask(sys.argv[1:])) is None:
        os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
    else:
        os._exit(code)
