"""URLs that name several servers of this machine."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit


def of_hosts(url: str, *ports: int) -> str:
    """A URL with other hosts in place of its own."""
    parts = urlsplit(url)
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@{hosts}"))
