"""doctor: what is wrong with a database, or will be."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

import click
from rich.console import Console

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.output import is_terminal, visible, write_json, write_line
from agentstore.doctor import Finding, examine

WRONG = 1

_COLOURS = {"ok": "green", "look": "yellow", "wrong": "red"}
_CHECK_WIDTH = 24


@click.command()
@json_option
@database_option
@click.pass_context
def doctor(ctx: click.Context, database: Database, *, as_json: bool) -> None:
    """Look at a live database, and say what is wrong with it; nothing is written.

    A line a check: ok, look (somebody should decide) or wrong, with what to do. It reads the
    catalogue, and all sessions and messages once: on a large store, run it at a quiet hour. Exit
    code 1 where something is wrong.
    """
    with database.connect_whole() as store:
        if as_json:
            findings = list(examine(store))
            write_json(
                {
                    "wrong": any(finding.state == "wrong" for finding in findings),
                    "findings": [finding.to_dict() for finding in findings],
                }
            )
        else:
            findings = list(_told(examine(store)))
    if any(finding.state == "wrong" for finding in findings):
        ctx.exit(WRONG)


def _told(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Write each as it is found: what to do stands below it, or in a pipe behind it."""
    for finding in findings:
        if is_terminal():
            _write_for_terminal(finding)
        else:
            cells = (finding.state, finding.check, finding.found, finding.advice)
            write_line("\t".join(visible(cell) for cell in cells))
        yield finding


def _write_for_terminal(finding: Finding) -> None:
    width = max(Console().width, 20)
    state = click.style(f"{finding.state:<6}", fg=_COLOURS[finding.state])
    margin = min(_CHECK_WIDTH + 7, width // 2)
    words = [visible(finding.found), *([f"→ {visible(finding.advice)}"] if finding.advice else [])]
    lines = [line for text in words for line in textwrap.wrap(text, max(width - margin, 20))]
    click.echo(f"{state} {finding.check:<{margin - 8}} {lines[0] if lines else ''}")
    for line in lines[1:]:
        click.echo(" " * margin + line)
