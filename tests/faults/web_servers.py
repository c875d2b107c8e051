"""Web servers that fork after the application was loaded: uWSGI, whose forks are made in C, and
gunicorn."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import agentstore
from agentstore.testing.programs import find_or_install

FOLDER = Path(__file__).parent / "hosts"
PROCESSES = 3

SERVERS: dict[str, list[str]] = {
    "uwsgi": ["uwsgi-core"],
    "uwsgi, hooks": ["uwsgi-core", "--py-call-osafterfork"],
    "uwsgi, threads": ["uwsgi-core", "--enable-threads", "--threads", "3"],
    "uwsgi, threads, hooks": [
        "uwsgi-core", "--enable-threads", "--threads", "3", "--py-call-osafterfork"
    ],
    "gunicorn": ["gunicorn", "--threads", "3"],
}  # fmt: skip


@contextmanager
def serving(name: str, url: str, folder: Path) -> Iterator[str]:
    """Serve the application on a database; gives the address.

    Args:
        name: one of `SERVERS`.
        url: the database.
        folder: where packages for the server's own Python may be put.
    """
    address = _free_address()
    program, *arguments = SERVERS[name]
    packages = ""
    if program == "gunicorn":
        command = [sys.executable, "-m", "gunicorn", "--preload"]
        command += ["--workers", str(PROCESSES), "--bind", address, *arguments]
        command.append("application:application")
    else:
        command = [*_uwsgi(), "--master", "--die-on-term", "--http-socket", address]
        command += ["--processes", str(PROCESSES), *arguments]
        command += ["--wsgi-file", str(FOLDER / "application.py")]
        packages = _packages_for_system_python(folder)
    with _running(command, address, [str(FOLDER), packages], {"STORE_URL": url}, folder):
        yield address


@contextmanager
def serving_by_file(program: str, ini: str, url: str, folder: Path) -> Iterator[str]:
    """Serve a program, which is the module chat, by a file of options for uWSGI.

    Args:
        program: its text.
        ini: the file's.
        url: the database.
        folder: where they, and packages for the server's own Python, may be put.
    """
    address = _free_address()
    (folder / "chat.py").write_text(program, encoding="utf-8")
    (folder / "chat.ini").write_text(ini, encoding="utf-8")
    command = [*_uwsgi(), "--ini", str(folder / "chat.ini"), "--http-socket", address]
    path = [str(folder), _packages_for_system_python(folder)]
    with _running(command, address, path, {"DATABASE_URL": url}, folder):
        yield address


def _free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"127.0.0.1:{probe.getsockname()[1]}"


@contextmanager
def _running(
    command: list[str], address: str, path: list[str], variables: dict[str, str], folder: Path
) -> Iterator[None]:
    checkout = str(Path(agentstore.__file__).parent.parent)
    variables |= {"PYTHONPATH": os.pathsep.join(filter(None, [*path, checkout]))}
    with (folder / "server.txt").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, env=os.environ | variables, stdout=log, stderr=log)
        try:
            _wait_for(address, process, folder / "server.txt")
            yield
        finally:
            process.terminate()
            process.wait(60)


def _uwsgi() -> list[str]:
    program = find_or_install(
        "uwsgi-core", ["/usr/bin"], package="uwsgi-core", instead="leave this test out"
    )
    if not list(Path("/usr/lib/uwsgi/plugins").glob("python3*_plugin.so")):
        find_or_install(
            "uwsgi_python3",
            ["/usr/bin"],
            package="uwsgi-plugin-python3",
            instead="leave this test out",
        )
    return [program, "--plugin", "python3", "--need-app"]


def _packages_for_system_python(folder: Path) -> str:
    """A folder with what the application needs, for the Python that uWSGI was built with."""
    version = subprocess.run(
        ["/usr/bin/python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    if version == sysconfig.get_python_version():
        return sysconfig.get_path("purelib")
    packages = folder / "packages"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(packages)]
    install += ["--python-version", version, "--only-binary=:all:"]
    install += ["psycopg[binary]", "pymysql", "yoyo-migrations"]
    subprocess.run(install, check=True)
    return str(packages)


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(address):
            return
        time.sleep(0.05)
    raise AssertionError(f"the server does not answer:\n{log.read_text(encoding='utf-8')[-4000:]}")


def _answers(address: str) -> bool:
    host, port = address.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True
