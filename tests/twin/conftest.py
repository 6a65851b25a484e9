import importlib.util

# The solver and the compiler belong to the twin's environment, which no report needs.
MISSING = [name for name in ("ortools", "numba") if not importlib.util.find_spec(name)]
collect_ignore = ["test_calibration.py", "test_kernels.py"] if MISSING else []


def pytest_terminal_summary(terminalreporter):
    if MISSING:
        terminalreporter.write_line(
            f"Not run: {', '.join(collect_ignore)} of tests/twin, as {' and '.join(MISSING)} "
            "are not installed here. Run them with: make test-twin"
        )
