"""The tables of what was tested on what are those of the runs that are kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
MATRIX = CHECKOUT / "tests" / "matrix"

# A process of its own: the matrix's modules have names that others' folders have too.
_COMPARE = """
import sys
sys.path.insert(0, sys.argv[1])
from results import load
from table import CHECKOUT, pages, written
assert pages() == ["README.md", "docs/versions.md"]
for page in pages():
    kept = (CHECKOUT / page).read_text(encoding="utf-8")
    if written(page, load()) != kept:
        sys.exit(f'{page} is not of results.json: make test-matrix MATRIX_ARGS="--tables"')
"""

_COUNT = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from running import _read
from results import Counts
counts, failures = _read(Path(sys.argv[2]))
assert dict(counts) == {
    "postgresql": Counts(1, 1, 0), "sqlite": Counts(0, 0, 1), "": Counts(1, 0, 0)
}, counts
assert dict(_read(Path(sys.argv[2]), only="mysql")[0]) == {"mysql": Counts(2, 1, 1)}
assert dict(failures) == {"postgresql": ["tests.test_a.test_b[x-postgresql]"]}, failures
"""

_SHORTEN = """
import sys
sys.path.insert(0, sys.argv[1])
from results import Counts, Run
from table import short_table
def run(part, database, failed=0):
    python = "3.14.1 (Debian sid)" if "18" in database else "3.9.1 (pyenv)"
    counts = Counts(passed=5, failed=failed)
    return Run("", part, "postgresql", "2026-01-01", python, database, "psycopg 3.2", counts)
runs = [
    run("conformance", "PostgreSQL 9.6"), run("conformance", "PostgreSQL 18.1", failed=2),
    run("faults", "PostgreSQL 18.1"), Run("", "plans", "mariadb", "", "3.14", lacks="no server"),
]
[_, _, row] = short_table(runs)
assert row == (
    "| PostgreSQL 9.6, 18.1 | psycopg 3.2 | 3.9, 3.14 | conformance but for 2, faults (18.1) | "
    "2026-01-01 |"
), row
"""

_REPORT = """<testsuites><testsuite>
<testcase classname="tests.test_a" name="test_a[postgresql-x]"/>
<testcase classname="tests.test_a" name="test_b[x-postgresql]"><failure/></testcase>
<testcase classname="tests.test_a" name="test_c[sqlite]"><skipped/></testcase>
<testcase classname="tests.test_a" name="test_d"/>
</testsuite></testsuites>"""


def run(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program, str(MATRIX), *arguments],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_tables_are_of_the_runs_that_are_kept() -> None:
    run(_COMPARE)


def test_a_part_that_ran_on_some_versions_names_them() -> None:
    run(_SHORTEN)


def test_tests_are_counted_by_their_database(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(_REPORT, encoding="utf-8")
    run(_COUNT, str(report))
