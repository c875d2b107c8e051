"""Packages of another suite are unpacked once, whole, and without touching the machine's own."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agentstore.testing import (
    MariaDBServer,
    MySQLServer,
    PostgresServer,
    Server,
    ServerError,
    unpacked,
)
from agentstore.testing.unpacked import UnpackedPackages

PROGRAMS = {
    "dpkg": "echo riscv64",
    # As apt-get: says where the machine's lists come from, and fetches one package.
    "apt-get": """
        case "$*" in *--print-uris*)
            echo "'http://mirror.example/debian-security/dists/x/InRelease' x 0"
            echo "'http://mirror.example/debian/dists/x/InRelease' x 0"
            exit ;;
        esac
        for option; do case $option in
            -oDir::Etc::sourcelist=*) sources=${option#*=} ;;
            -oDir::Cache::archives=*) archives=${option#*=} ;;
        esac; done
        case "$*" in *download-only*)
            sleep 0.2; cat "$sources" >> "$FETCHED"; touch "$archives/p_1.deb" ;;
        esac
    """,
    "dpkg-deb": """
        mkdir -p "$3/usr/sbin" "$3/usr/lib/riscv64-linux-gnu"
        touch "$3/usr/lib/riscv64-linux-gnu/ld-linux-riscv64-lp64d.so.1" "$3/usr/sbin/served"
        chmod +x "$3/usr/sbin/served"
    """,
}


@pytest.fixture
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the machine's programs, which do as if, were asked to fetch."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in PROGRAMS.items():
        (programs / name).write_text(f"#!/bin/sh\nset -e\n{text}")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("FETCHED", str(tmp_path / "fetched"))
    monkeypatch.setenv(unpacked.CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(unpacked, "_keyring", lambda: Path("/keys.gpg"))
    return tmp_path / "fetched"


@pytest.fixture
def packages() -> UnpackedPackages:
    return UnpackedPackages("Served", suite="sid", packages=["served"], instead="Do without.")


def test_many_runs_fetch_once(fetched: Path, packages: UnpackedPackages, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        roots = set(threads.map(lambda _: packages.made(), range(4)))
    assert roots == {tmp_path / "cache" / "served-sid"}
    wanted = "deb [arch=riscv64 signed-by=/keys.gpg] http://mirror.example/debian sid main\n"
    assert fetched.read_text(encoding="utf-8") == wanted
    left = {path.name for path in (tmp_path / "cache").iterdir()}
    assert left == {"served-sid", "served-sid.lock"}


@pytest.mark.usefixtures("fetched")
def test_a_program_is_run_by_its_own_loader(packages: UnpackedPackages) -> None:
    loader, option, libraries, program = packages.command("served")
    assert loader == f"{libraries}/ld-linux-riscv64-lp64d.so.1"
    assert option == "--library-path"
    assert program == str(packages.folder / "usr/sbin/served")
    with pytest.raises(ServerError, match="made anew"):
        packages.command("no-such-program")


@pytest.mark.usefixtures("fetched")
def test_what_others_start_is_started_by_its_own_path() -> None:
    packages = UnpackedPackages(
        "Served", suite="sid", packages=["served"], instead="Do without.", launched=["served"]
    )
    [launcher] = packages.command("served")
    assert launcher == str(packages.folder / "usr/sbin/served")
    assert os.access(launcher, os.X_OK)
    libraries = packages.folder / "usr/lib/riscv64-linux-gnu"
    assert Path(launcher).read_text(encoding="utf-8") == (
        f"#!/bin/sh\nexec {libraries}/ld-linux-riscv64-lp64d.so.1 --library-path {libraries} "
        f'--argv0 "$0" {launcher}.elf "$@"\n'
    )


def test_what_was_killed_half_way_is_made_anew(fetched: Path, packages: UnpackedPackages) -> None:
    half_made = packages.folder.with_suffix(".part")
    (half_made / "root/usr/sbin").mkdir(parents=True)
    packages.made()
    assert fetched.exists()
    assert not half_made.exists()


@pytest.mark.usefixtures("fetched")
def test_what_cannot_be_had_says_what_to_do(
    packages: UnpackedPackages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FETCHED", "/no/such/folder/fetched")
    with pytest.raises(ServerError, match=r"apt-get served failed(.|\n)*Do without\."):
        packages.made()
    assert not packages.folder.exists()
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ServerError, match=r"no apt-get(.|\n)*Do without\."):
        packages.made()


@pytest.mark.parametrize("kind", [PostgresServer, MariaDBServer])
def test_a_server_of_another_suite(
    kind: type[Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is unpacked where a variable names the suite, and never the machine's in its place."""
    assert kind.suite_variable is not None
    monkeypatch.setenv(kind.suite_variable, "trixie")
    monkeypatch.setenv(unpacked.CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ServerError) as caught:
        kind().start()
    for word in (f"{kind.name} of Debian's suite trixie", str(tmp_path), kind.url_variable):
        assert word in str(caught.value)


def test_a_missing_mysql_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(unpacked.CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ServerError) as caught:
        MySQLServer().start()
    for word in (str(tmp_path), "AGENTSTORE_TEST_MYSQL8_URL", "AGENTSTORE_TEST_MYSQL=none"):
        assert word in str(caught.value)
