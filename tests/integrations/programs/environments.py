"""Programs that keep chats, each in an environment of its own: they do not get along with ours.

The environments stay beside the checkout's own, and are made anew where what they hold changes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

FOLDER = Path(__file__).parent
CHECKOUT = FOLDER.parents[2]

OPEN_WEBUI = "open-webui==0.6.5"
_OF_ITS_TABLES = ("internal/", "models/", "migrations/", "utils/misc.py", "alembic.ini")
"""Its wheel has 380 MB, which are its pages; this is what its tables are made by."""


def write_open_webui(url: str, chat: dict[str, Any]) -> list[dict[str, Any]]:
    """Chats by Open WebUI 0.6.5; what it read back of them."""
    python = _environment("open_webui")
    package = python.parents[1] / "package"
    if not package.exists():
        _unpack(package)
    parts, account = urlsplit(url), {}
    if parts.username and parts.password:
        # It takes a user's name as it stands in the URL, where ours has an @.
        account = {"PGUSER": unquote(parts.username), "PGPASSWORD": unquote(parts.password)}
        url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    read: list[dict[str, Any]] = _run(
        python, "write_open_webui.py", str(package), url, given=chat, **account
    )
    return read


def write_chainlit(url: str, statements: list[str], steps: list[dict[str, Any]]) -> dict[str, Any]:
    """A thread by Chainlit 2.12's data layer; what it read back of it."""
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    scheme, rest = url.split("://", 1)
    read: dict[str, Any] = _run(
        _environment("chainlit"),
        "write_chainlit.py",
        f"{drivers[scheme]}://{rest}",
        given={"statements": statements, "steps": steps},
    )
    return read


def _environment(name: str) -> Path:
    """The Python of an environment with what NAME.txt pins."""
    wanted = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    folder = CHECKOUT / f".venv-program-{name}"
    python, stamp = folder / "bin" / "python", folder / "installed"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        _call(sys.executable, "-m", "venv", "--clear", str(folder))
        requirements = str(FOLDER / f"{name}.txt")
        _call(str(python), "-m", "pip", "install", "--quiet", "-r", requirements)
        stamp.write_text(wanted, encoding="utf-8")
    return python


def _unpack(package: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        _call(*pip, "--dest", folder, OPEN_WEBUI)
        [wheel] = Path(folder).glob("*.whl")
        unpacked = Path(f"{package}.new")
        shutil.rmtree(unpacked, ignore_errors=True)
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            wanted = tuple(f"open_webui/{part}" for part in _OF_ITS_TABLES)
            archive.extractall(unpacked, [name for name in names if name.startswith(wanted)])
        unpacked.rename(package)


def _run(python: Path, script: str, *arguments: str, given: Any, **variables: str) -> Any:
    """What a script prints as its last line, of what it is given as JSON."""
    with tempfile.TemporaryDirectory() as folder:  # Chainlit writes its settings where it is
        done = subprocess.run(
            [str(python), str(FOLDER / script), *arguments],
            cwd=folder,
            env={**os.environ, **variables},
            input=json.dumps(given),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def _call(*command: str) -> None:
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
