"""A user's sessions by last activity, 50 a page: ``python -m benchmarks.lists [--full]``.

The first page, the second and the hundredth, beside raw statements and other libraries, taking
turns; and agentstore's in a store many times larger, where they are to cost what they cost in the
small one. A store has one user, who has all the sessions. The results go to
``benchmarks/results/lists.json`` and ``lists.md``.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.contender import NotServed
from benchmarks.contenders import is_ours
from benchmarks.databases import DIALECTS, Databases
from benchmarks.listers import LISTERS, PAGE, Lister, OurLister, RawLister
from benchmarks.report import RESULTS, TITLES, save_results, table
from benchmarks.run import machine

DEEPEST = 100
SLOW = 12.0
"""Seconds on a page after which a contender is not asked again."""


def run(
    dialects: Sequence[str], sessions: int, largest: int, *, rounds: int, peers: bool
) -> dict[str, Any]:
    """Measure; the seconds of each call, by dialect, contender and page.

    Args:
        dialects: which.
        sessions: how many the user has.
        largest: and in the larger store.
        rounds: how often each page is read.
        peers: whether the libraries of others take part.
    """
    results: dict[str, Any] = {
        "machine": machine(),
        "sessions": sessions,
        "largest": largest,
        "dialects": {},
    }
    with Databases() as databases:
        for dialect in dialects:
            listers: dict[str, Lister] = {}
            refused: dict[str, str] = {}
            wanted = LISTERS if peers else (RawLister, OurLister)
            for each, size in [(each, sessions) for each in wanted] + [(OurLister, largest)]:
                name = each.name if size == sessions else f"{each.name}, {size:,} sessions"
                url = databases.new(dialect, migrated=not each.own_tables)
                lister = each(url, size)
                try:
                    with databases.quick_commits(dialect):
                        lister.fill()
                    databases.settle(url)
                    listers[name] = lister
                    print(f"{dialect}: {name} is filled", flush=True)
                except (NotServed, ImportError) as reason:
                    refused[name] = str(reason)
            results["dialects"][dialect] = {
                "server": databases.version(dialect),
                "refused": refused,
                "pages": {
                    title: _page(listers, page, rounds) for title, page in _pages(sessions).items()
                },
            }
            for lister in listers.values():
                lister.close()
                databases.drop(lister.url)
    return results


def _pages(sessions: int) -> dict[str, int]:
    """Which pages are read, by their titles."""
    deepest = min(DEEPEST, sessions // PAGE)
    return {"first page": 0, "second page": 1, f"page {deepest}": deepest - 1}


def _page(listers: Mapping[str, Lister], page: int, rounds: int) -> dict[str, list[float]]:
    # Those apart that read thousands of rows: who comes after one of them finds cold caches.
    light = {
        name: each for name, each in listers.items() if name == RawLister.name or is_ours(name)
    }
    heavy = {name: each for name, each in listers.items() if name not in light}
    return _in_turns(light, page, rounds) | _in_turns(heavy, page, rounds)


def _in_turns(listers: Mapping[str, Lister], page: int, rounds: int) -> dict[str, list[float]]:
    places = {name: each.place(page) for name, each in listers.items()}
    taken: dict[str, list[float]] = {name: [] for name in places}
    order = list(places.items())
    shuffle = random.Random(0).shuffle
    for number in range(-2, rounds):  # the first two until statements are prepared
        shuffle(order)
        for name, place in order:
            if sum(taken[name]) > SLOW:
                continue
            started = time.perf_counter()
            found = listers[name].read(place)
            if number >= 0:
                taken[name].append(time.perf_counter() - started)
            if len(found) != PAGE:
                raise AssertionError(f"{name} has {len(found)} sessions on page {page + 1}")
    return taken


def markdown(results: Mapping[str, Any]) -> str:
    """The table of a run."""
    about = results["machine"]
    lines = [
        f"# {PAGE} of a user's {results['sessions']:,} sessions, the last active first",
        "",
        "Milliseconds of a page (medians), and by those of the same statement on the bare driver. "
        f"{about['time']}, Python {about['python']}, {about['cores']} cores. "
        "`python -m benchmarks.lists --full` measures it again.",
    ]
    for dialect, measured in results["dialects"].items():
        lines += ["", f"## {TITLES[dialect]} ({measured['server']})", ""]
        names = dict.fromkeys(name for page in measured["pages"].values() for name in page)
        rows = [["", *measured["pages"]]]
        for name in names:
            cells = [_cell(page, name) for page in measured["pages"].values()]
            rows.append([f"**{name}**" if is_ours(name) else name, *cells])
        lines += table(rows)
        lines += [f"\n{name} did not take part: {why}" for name, why in measured["refused"].items()]
    return "\n".join(lines) + "\n"


def _cell(page: Mapping[str, Sequence[float]], name: str) -> str:
    if not page.get(name):
        return "n/a"
    median = statistics.median(page[name])
    return f"{median * 1000:.2f} ms, {median / statistics.median(page['raw']):.2f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lists", description=__doc__)
    parser.add_argument("--full", action="store_true", help="10,000 and 1,000,000 sessions")
    parser.add_argument("--no-peers", action="store_true", help="agentstore and raw alone")
    parser.add_argument("--dialect", action="append", choices=DIALECTS)
    parser.add_argument("--output", type=Path, default=RESULTS, help="the folder to write to")
    given = parser.parse_args(arguments)
    warnings.simplefilter("ignore")  # what others have to say to their users
    sessions, largest, rounds = (10_000, 1_000_000, 60) if given.full else (500, 20_000, 8)
    results = run(
        given.dialect or DIALECTS, sessions, largest, rounds=rounds, peers=not given.no_peers
    )
    save_results(given.output, "lists", results, markdown(results))


if __name__ == "__main__":
    main()
