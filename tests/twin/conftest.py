import importlib.util

collect_ignore = []
if not all(importlib.util.find_spec(name) for name in ("ortools", "numba")):
    # ortools and numba belong to the twin's environment alone: `make test-twin` runs these
    collect_ignore += ["test_calibration.py", "test_kernels.py", "test_score.py"]


def pytest_report_header():
    if collect_ignore:
        return f"not run, ortools or numba is missing (make test-twin): {', '.join(collect_ignore)}"
