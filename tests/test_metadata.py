"""What PyPI is told: README whose links live there, and where the project is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parent.parent
URL = "https://git.example.org/agents/agentstore"


def metadata(url: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "metadata"],
        cwd=CHECKOUT,
        env={**os.environ, "AGENTSTORE_REPOSITORY_URL": url},
        capture_output=True,
        text=True,
        check=True,
    )
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def links(text: str) -> set[str]:
    return set(re.findall(r"\]\(([^)\s]+)\)", text))


def test_links_and_addresses_lead_to_the_repository_that_is_named() -> None:
    told = metadata(f"{URL}/")
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    relative = {link for link in links(readme) if not link.startswith("http")}
    assert relative
    absolute = links(told["readme"]["text"])
    assert all(link.startswith("https://") for link in absolute)
    for link in relative:
        kind = "tree" if (CHECKOUT / link).is_dir() else "blob"
        assert f"{URL}/{kind}/HEAD/{link}" in absolute
    assert told["urls"]["Repository"] == URL
    for address in set(told["urls"].values()) - {URL}:
        assert (CHECKOUT / address.split("/HEAD/")[1]).exists()


def test_without_one_nothing_is_made_up() -> None:
    told = metadata("")
    assert "urls" not in told
    assert told["readme"]["text"] == (CHECKOUT / "README.md").read_text(encoding="utf-8")
