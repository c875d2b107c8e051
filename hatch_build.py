"""What the project's metadata says of its repository, where AGENTSTORE_REPOSITORY_URL names it.

README's links are those of the checkout. On PyPI there is none: whoever releases gives the
address, by which the links become absolute and [project.urls] is filled.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

PLACES = {
    "Documentation": "tree/HEAD/docs",
    "Changelog": "blob/HEAD/CHANGELOG.md",
    "Security": "blob/HEAD/SECURITY.md",
}


class RepositoryMetadataHook(MetadataHookInterface):
    """Adds the long description and the URLs."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Put README in, with the links of where the repository is."""
        url = os.environ.get("AGENTSTORE_REPOSITORY_URL", "").rstrip("/")
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        if url:
            text = absolute(text, url, Path(self.root))
            places = {name: f"{url}/{place}" for name, place in PLACES.items()}
            metadata["urls"] = {"Repository": url, **places}
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def absolute(text: str, url: str, root: Path) -> str:
    """Markdown whose links lead into the repository at a URL."""

    def lead(link: re.Match[str]) -> str:
        kind = "tree" if (root / link[1]).is_dir() else "blob"
        return f"]({url}/{kind}/HEAD/{link[1]}{link[2] or ''})"

    return re.sub(r"\]\((?![a-z]+:|#)([^)\s#]+)(#[^)\s]+)?\)", lead, text)
