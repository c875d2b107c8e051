"""A hook of MkDocs: the checkout's own pages beside those of docs/, and links that fit both.

Pages link to each other as they stand in the checkout, where editors follow them. On the site
README is the front page; a link to a file that is no page leads to the repository, where
AGENTSTORE_REPOSITORY_URL says where that is, and is plain text otherwise.
"""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

CHECKOUT = Path(__file__).parents[2]
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "reporting.md",
    "benchmarks/results/bench.md": "benchmarks.md",
    "benchmarks/results/scale.md": "large-store.md",
    "benchmarks/results/latency.md": "network.md",
    "benchmarks/results/load.md": "under-load.md",
    "benchmarks/results/lists.md": "users-list.md",
    "benchmarks/results/transfer.md": "imports-and-copies.md",
}
"""Where the site has what stands outside of docs/."""

PICTURES = ["benchmarks/results/bench.png"]
REPOSITORY = os.environ.get("AGENTSTORE_REPOSITORY_URL", "").rstrip("/")

_SOURCES = {page: source for source, page in PAGES.items()}
_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?![a-z+]+:|#)([^)\s#]+)(#[^)\s]+)?\)")
_FENCED = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)


def on_files(files: Files, config: Any) -> Files:
    """Add the pages and pictures from outside of docs/."""
    for source, page in PAGES.items():
        text = (CHECKOUT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text))
    for picture in PICTURES:
        name = posixpath.basename(picture)
        files.append(File.generated(config, name, abs_src_path=str(CHECKOUT / picture)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn the page's links into those of the site."""
    uri = page.file.src_uri
    if uri == "index.md":
        page.meta["hide"] = ["navigation"]  # which would be the page itself
    source = _SOURCES.get(uri, f"docs/{uri}")
    parts = _FENCED.split(markdown.replace("[parameters:", "\\[parameters:"))
    parts[::2] = [
        _LINK.sub(lambda found: site_link(found, source, uri), part) for part in parts[::2]
    ]
    return "".join(parts)


def site_link(link: re.Match[str], source: str, uri: str) -> str:
    """A link of a file of the checkout, as the page ``uri`` has to have it."""
    mark, text, target, anchor = link[1], link[2], link[3], link[4] or ""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
    if path in PICTURES:
        found = posixpath.basename(path)
    elif path in PAGES:
        found = PAGES[path]
    elif path.startswith("docs/") and (CHECKOUT / path).is_file():
        found = path.removeprefix("docs/")
    elif REPOSITORY and (CHECKOUT / path).exists():
        return f"{mark}[{text}]({REPOSITORY}/blob/HEAD/{path}{anchor})"
    elif (CHECKOUT / path).exists():
        return text if "`" in text else f"`{text}`" if "/" in text or "." in text else text
    else:
        return link[0]  # which the strict build refuses
    return f"{mark}[{text}]({posixpath.relpath(found, posixpath.dirname(uri) or '.')}{anchor})"
