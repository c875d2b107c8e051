"""retention: what a policy would do, and doing it."""

from __future__ import annotations

import math

import click

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.output import counted, local_time, note, write_json, write_table
from agentstore.cli.scope import tenant_option
from agentstore.retention.outcomes import RetentionPlan, RetentionReport
from agentstore.retention.pacing import SHARE
from agentstore.retention.policy import RetentionPolicy
from agentstore.storage import Storage

_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_THOUSAND = 1000


@click.command()
@click.argument("step", type=click.Choice(["plan", "apply"]), metavar="plan|apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False), metavar="FILE")
@click.option(
    "--max-sessions", type=click.IntRange(0), help="Apply: trash or delete at most so many."
)
@click.option(
    "--max-seconds", type=click.FloatRange(0), help="Apply: begin no batch after so many seconds."
)
@click.option(
    "--share",
    type=click.IntRange(1, 100),
    metavar="PERCENT",
    help=f"Apply: write for so much of the time and pause for the rest; {SHARE:.0%} by default.",
)
@tenant_option
@json_option
@database_option
def retention(
    database: Database,
    *,
    step: str,
    file: str,
    max_sessions: int | None,
    max_seconds: float | None,
    share: int | None,
    as_json: bool,
) -> None:
    """Say what a retention policy would do now (plan), or do it (apply).

    FILE is TOML: [[rule]] tables with name, tenant_id, user_id, metadata, state, idle_for and
    action (keep, trash, delete). The first rule that matches a session is its only one. What is
    held is passed over. An apply that was stopped can be run again and goes on; several may run at
    once.
    """
    if step == "plan" and (max_sessions, max_seconds, share) != (None, None, None):
        raise click.UsageError("--max-sessions, --max-seconds and --share are for apply")
    if max_seconds is not None and math.isnan(max_seconds):
        raise click.UsageError("--max-seconds is a number of seconds")
    policy = RetentionPolicy.read(file)
    with database.connect() as store:
        if step == "plan":
            _plan(store, policy, as_json=as_json)
        else:
            report = store.apply_retention(
                policy,
                max_sessions=max_sessions,
                max_seconds=max_seconds,
                share=SHARE if share is None else share / 100,
            )
            _tell(report, as_json=as_json)


def _plan(store: Storage, policy: RetentionPolicy, *, as_json: bool) -> None:
    plan: RetentionPlan = store.plan_retention(policy)
    if as_json:
        write_json(plan.to_dict())
        return
    write_table(
        ("rule", "action", "sessions", "oldest", "size about"),
        [
            (
                rule.name,
                rule.action,
                str(rule.sessions),
                local_time(rule.oldest) if rule.oldest else "-",
                _size(rule.bytes),
            )
            for rule in plan.rules
        ],
    )


def _tell(report: RetentionReport, *, as_json: bool) -> None:
    if as_json:
        write_json(report.to_dict())
        return
    write_table(
        ("rule", "action", "sessions", "held"),
        [(rule.name, rule.action, str(rule.sessions), str(rule.held)) for rule in report.rules],
    )
    held = sum(rule.held for rule in report.rules)
    if held:
        note(f"{counted(held, 'session')} passed over: held")
    if not report.finished:
        note("more is due: run it again")


def _size(count: int) -> str:
    """A number of bytes, for people."""
    size = float(count)
    for unit in _UNITS[:-1]:
        if size < _THOUSAND:
            return f"{size:.0f} {unit}" if unit == _UNITS[0] else f"{size:.1f} {unit}"
        size /= _THOUSAND
    return f"{size:.1f} {_UNITS[-1]}"
