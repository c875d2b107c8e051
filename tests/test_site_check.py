"""What `make docs` looks for in the built site is found; the site itself needs MkDocs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHECK = Path(__file__).parent.parent / "docs" / "_site" / "check.py"


def check(site: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, CHECK, site], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "planted",
    [
        '<a href="gone.html">gone</a>',
        '<a href="other.html#gone">no anchor</a>',
        '<a href="#gone">nor here</a>',
        '<a href="https:// example.org/">a blank</a>',
        '<a href="https://localhost-of-nobody/">no host of the world</a>',
        '<script src="https://cdn.example.org/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example.org/css">',
        '<img src="https://example.org/x.png">',
        '<pre class="mermaid"><code>flowchart TD</code></pre>',
    ],
)
def test_what_is_wrong_is_found(planted: str, tmp_path: Path) -> None:
    (tmp_path / "other.html").write_text("<h1 id='there'>Other</h1>", encoding="utf-8")
    page = tmp_path / "index.html"
    good = '<a href="other.html#there">other</a> <a href="https://example.org/x#y">far</a>'
    page.write_text(good, encoding="utf-8")
    assert check(tmp_path).returncode == 0
    page.write_text(good + planted, encoding="utf-8")
    found = check(tmp_path)
    assert (found.returncode, found.stderr.count("\n")) == (1, 1)
