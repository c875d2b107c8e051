"""Checks the built site: ``python docs/_site/check.py site``.

Links and anchors inside it lead somewhere, those that leave it are well-formed, and no page loads
anything from elsewhere. MkDocs itself looks at links of the Markdown alone.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src"}
LOADED_LINKS = {"stylesheet", "preconnect", "preload", "icon", "dns-prefetch", "modulepreload"}
BY_SCRIPT = ("https://unpkg.com/mermaid",)
"""What the theme's script would fetch: only where a page has such a block."""


@dataclass
class Page(HTMLParser):
    """What a page leads to, loads and can be led to."""

    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag names."""
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in LOADING and LOADING[tag] in given:
            self.loaded.append(given[LOADING[tag]])
        elif tag == "link" and LOADED_LINKS & set(given.get("rel", "").split()):
            self.loaded.append(given["href"])
        if "mermaid" in given.get("class", "").split():
            self.loaded.extend(BY_SCRIPT)


def problems(site: Path) -> list[str]:
    """All that is wrong with a site, a line each."""
    pages = {path: read(path) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}
    found = []
    for path, page in pages.items():
        here = path.relative_to(site)
        found += [f"{here} loads {target}" for target in page.loaded if urlsplit(target).netloc]
        found += [
            f"{here}: {link} {why}" for link in page.links if (why := fault(link, path, pages))
        ]
    return found


def read(path: Path) -> Page:
    """A page of the site."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def fault(link: str, path: Path, pages: dict[Path, Page]) -> str:
    """Why a link of a page is none; '' where it leads somewhere."""
    parts = urlsplit(link)
    if parts.scheme == "mailto":
        return ""
    if parts.scheme or parts.netloc:
        known = parts.scheme in ("http", "https") and "." in parts.netloc and " " not in link
        return "" if known else "is no address"
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return "leads nowhere"
    page = pages.get(target)
    if page is not None and parts.fragment and unquote(parts.fragment) not in page.anchors:
        return "has an anchor that is not there"
    return ""


if __name__ == "__main__":
    faults = problems(Path(sys.argv[1]).resolve())
    print("\n".join(faults), file=sys.stderr)
    sys.exit(bool(faults))
