"""The main job, start to end, on SQLite in a temporary folder: ``make demo``.

Conversations in OpenAI's form are imported, looked at and exported again, and the export is
compared with what went in; then a small agent is stopped and started again in the middle of
its conversation. Needs no network and no server.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DATA = [HERE / "data" / "support.jsonl", HERE / "data" / "others.json"]


def main() -> int:
    """Run the demo; the exit code is 0 when all went as it should."""
    with tempfile.TemporaryDirectory(prefix="agentstore-demo-") as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/demo.db"
        title("A new database, and its tables")
        agentstore("migrate")
        agentstore("status")

        title("Conversations in OpenAI's form go in; a second time changes nothing")
        for path in DATA:
            agentstore("import", str(path))
        agentstore("import", str(DATA[0]))

        title("What is there now")
        agentstore("sessions")
        otto = agentstore("sessions", "--metadata", "customer=otto", "--json")
        session_id = json.loads(otto)["id"]
        agentstore("show", session_id)

        title("They come out again as they went in")
        export = Path(folder) / "export.jsonl"
        agentstore("export", "-o", str(export))
        given = sorted(comparable(item) for path in DATA for item in conversations(path))
        exported = sorted(comparable(item) for item in conversations(export))
        if given != exported:
            print("The export differs from what was imported.", file=sys.stderr)
            return 1
        print(f"  {len(exported)} conversations, equal to those imported")

        title("An agent asks for a yes, and is stopped before it gets one")
        chat("Where is order 4711?", "Please refund order 4712")
        title("Started again, it remembers, and takes the yes")
        if "Done: 24.90" not in chat("yes"):
            print("The agent did not pick up its question.", file=sys.stderr)
            return 1
        agentstore("show", "chat")
    title("Done; the temporary folder is gone")
    return 0


def title(text: str) -> None:
    print(f"\n== {text}", flush=True)


def agentstore(*arguments: str) -> str:
    """Run the command ``agentstore``, show it and what it prints, and return that."""
    shown = " ".join(argument.replace(f"{HERE.parent}/", "") for argument in arguments)
    return run(f"agentstore {shown}", "-m", "agentstore", *arguments)


def chat(*said: str) -> str:
    """Run chat.py with these messages from its user."""
    arguments = [argument for text in said for argument in ("--say", text)]
    shown = " ".join(f'--say "{text}"' for text in said)
    return run(f"python examples/chat.py {shown}", str(HERE / "chat.py"), *arguments)


def run(shown: str, *arguments: str) -> str:
    print(f"\n$ {shown}", flush=True)
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        check=False,
        encoding="utf-8",
        env=environment,
    )
    for text in aligned(done.stdout.splitlines()):
        encoding = sys.stdout.encoding or "utf-8"
        print("  " + text.encode(encoding, "backslashreplace").decode(encoding))
    if done.returncode:
        sys.exit(f"exit code {done.returncode}: {shown}")
    return done.stdout


def aligned(lines: list[str]) -> list[str]:
    """Lines with tabs as a table: in a pipe agentstore writes them for programs, not for people."""
    rows = [line.split("\t") for line in lines]
    widths = [0] * max(map(len, rows), default=0)
    for row in rows:
        for column, cell in enumerate(row[:-1]):
            widths[column] = max(widths[column], len(cell))
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def conversations(path: Path) -> list[Any]:
    """The conversations of a JSON list or of JSON lines."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.split("\n") if line]
    items: list[Any] = json.loads(text)
    return items


def comparable(item: Any) -> str:
    """One text for equal conversations, whatever form they are in."""
    conversation = {"messages": item} if isinstance(item, list) else dict(item)
    if "traj" in conversation:
        conversation["messages"] = conversation.pop("traj")
    for message in conversation["messages"]:
        for call in message.get("tool_calls", ()):
            if "function" in call:
                call["function"]["arguments"] = parsed(call["function"]["arguments"])
    return json.dumps(conversation, sort_keys=True)


def parsed(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments


if __name__ == "__main__":
    sys.exit(main())
