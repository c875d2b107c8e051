"""Programs of another Debian suite than the machine's, in a folder of the tests' own.

apt fetches the packages, with all that they depend on down to the C library, and dpkg unpacks them;
the suite's own loader runs them from there. That takes neither root nor a chroot, installs nothing
and leaves the machine's sources as they are. The folder is kept between runs; who wants a newer
version removes it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from agentstore.testing.programs import ServerError

CACHE_VARIABLE = "AGENTSTORE_TEST_CACHE"

_DEFAULT_MIRROR = "http://deb.debian.org/debian"
_KEYRING = "/usr/share/keyrings/debian-archive-keyring"


class UnpackedPackages:
    """Debian packages of a suite, fetched when first asked for.

    Args:
        name: what they bring, for the folder's name and for errors.
        suite: as ``sid``.
        packages: their names.
        instead: what else could be done, for the error.
        folders: where their programs are, a ``*`` standing for any version.
        launched: the programs that are started by others of them, by their own path, or that look
            for what they need beside themselves.
    """

    def __init__(
        self,
        name: str,
        *,
        suite: str,
        packages: Sequence[str],
        instead: str,
        folders: Sequence[str] = ("usr/*bin",),
        launched: Sequence[str] = (),
    ) -> None:
        self._name = name
        self._suite = suite
        self._packages = list(packages)
        self._instead = instead
        self._folders = list(folders)
        self._launched = list(launched)

    @property
    def folder(self) -> Path:
        """Where they are, or will be: the root of a file system with nothing else in it."""
        return cache_folder() / f"{self._name.lower()}-{self._suite}"

    def command(self, program: str) -> list[str]:
        """How to run one of their programs: what comes before its arguments.

        Raises:
            ServerError: they are not there and could not be fetched; says what else to do.
        """
        root = self.made()
        path = self._find(root, program)
        if _is_script(path):
            return [str(path)]
        return [*_by_loader(root), str(path)]

    def _find(self, root: Path, program: str) -> Path:
        for folder in self._folders:
            for path in root.glob(f"{folder}/{program}"):
                if os.access(path, os.X_OK):
                    return path
        raise ServerError(f"{root} has no {program}: remove it, and it is made anew")

    def made(self) -> Path:
        """The folder, which is made where it is missing: whole or not at all, by one of many."""
        if not self.folder.exists():
            try:
                self._make()
            except (OSError, ServerError) as error:
                raise ServerError(
                    f"{self._name} of Debian's suite {self._suite} could not be unpacked into "
                    f"{self.folder} ({CACHE_VARIABLE} names another folder than {cache_folder()}): "
                    f"{error}\n{self._instead}"
                ) from error
        return self.folder

    def _make(self) -> None:
        for program in ("apt-get", "dpkg", "dpkg-deb"):
            if shutil.which(program) is None:
                raise ServerError(f"this machine has no {program}")
        cache_folder().mkdir(parents=True, exist_ok=True)
        with _locked(self.folder.with_suffix(".lock")):
            if self.folder.exists():  # another run has made it meanwhile
                return
            half_made = self.folder.with_suffix(".part")
            shutil.rmtree(half_made, ignore_errors=True)  # of a run that was killed
            root = half_made / "root"
            root.mkdir(parents=True)
            for package in self._fetched(half_made):
                _run("dpkg-deb", "--extract", str(package), str(root))
            for program in self._launched:
                _put_launcher(self._find(root, program), root, self.folder)
            root.rename(self.folder)
            shutil.rmtree(half_made)

    def _fetched(self, folder: Path) -> list[Path]:
        """The packages and what they depend on, as files."""
        for part in ("lists/partial", "archives/partial", "no-parts"):
            (folder / part).mkdir(parents=True)
        (folder / "status").touch()  # as on a machine where nothing is installed
        sources = folder / "sources.list"
        architecture = _run("dpkg", "--print-architecture").strip()
        sources.write_text(
            f"deb [arch={architecture} signed-by={_keyring()}] {_mirror()} {self._suite} main\n"
        )
        settings = {
            "Acquire::Languages": "none",
            "Acquire::Retries": 3,
            "APT::Sandbox::User": "root",  # as an account of its own it may not reach the folder
            "Debug::NoLocking": "true",  # the locks are those of the machine's packages
            "Dir::Cache": folder,
            "Dir::Cache::archives": folder / "archives",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": folder / "no-parts",
            "Dir::Etc::sourcelist": sources,
            "Dir::Etc::sourceparts": folder / "no-parts",
            "Dir::State": folder,
            "Dir::State::lists": folder / "lists",
            "Dir::State::status": folder / "status",
        }
        apt_get = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in settings.items())]
        _run(*apt_get, "update")
        _run(*apt_get, "install", "-y", "--no-install-recommends", "--download-only",
             *self._packages)  # fmt: skip
        return sorted((folder / "archives").glob("*.deb"))


def _by_loader(root: Path) -> list[str]:
    """What comes before the path of a program, so that the suite's own loader runs it."""
    loaders = list(root.glob("usr/lib/*/ld-linux*.so.*"))
    if not loaders:
        raise ServerError(f"{root} has no loader: remove it, and it is made anew")
    return [str(loaders[0]), "--library-path", str(loaders[0].parent)]


def _put_launcher(program: Path, root: Path, later: Path) -> None:
    """Put a script in a program's place, which it tells that it was started by that path.

    Args:
        program: its path.
        root: the folder that it is in.
        later: what that folder will be called.
    """
    moved = program.with_name(f"{program.name}.elf")
    program.rename(moved)
    loader = [str(later / Path(word).relative_to(root)) if word.startswith("/") else word
              for word in _by_loader(root)]  # fmt: skip
    words = shlex.join([*loader, "--argv0"])
    program.write_text(
        f'#!/bin/sh\nexec {words} "$0" {shlex.quote(str(later / moved.relative_to(root)))} "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)


def _is_script(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"#!"


def cache_folder() -> Path:
    """What is kept between runs: of root in a place that a server's own account can reach."""
    if CACHE_VARIABLE in os.environ:
        return Path(os.environ[CACHE_VARIABLE]).absolute()
    if os.geteuid() == 0:
        return Path("/var/cache/agentstore-tests")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "agentstore-tests"


def _mirror() -> str:
    """The mirror of Debian that the machine is set up with, else the one for everybody."""
    # Asked of apt itself: there are two forms of its files, and it may never have fetched a list.
    uris = re.findall(r"^'(.+?)/dists/", _run("apt-get", "update", "--print-uris"), re.MULTILINE)
    mirrors = [uri for uri in uris if re.search(r"/debian(\.list)?(/|$)", uri)]
    return mirrors[0] if mirrors else _DEFAULT_MIRROR


def _keyring() -> Path:
    for ending in (".pgp", ".gpg"):
        keyring = Path(_KEYRING + ending)
        if keyring.exists():
            return keyring
    raise ServerError("Debian's keys are missing: apt-get install debian-archive-keyring")


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(*command: str) -> str:
    done = subprocess.run(
        command,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    output = done.stdout.decode(errors="replace")
    if done.returncode:
        raise ServerError(f"{command[0]} {command[-1]} failed with:\n{output[-4000:]}")
    return output
