"""A client of the API of a daemon that runs, with what `tasted token` says."""

import json
from typing import Any

import httpx

from kit.daemons import tasted
from kit.waiting import eventually
from tasted.home.layout import Home
from tasted.home.lock import lock_owner


def client_of(home: Home) -> httpx.Client:
    """Return a client, once the home has its daemon."""
    eventually(lambda: lock_owner(home))
    said = tasted(home, "token", "--json")
    assert said.returncode == 0, said.stderr
    token = json.loads(said.stdout)
    return httpx.Client(
        base_url=f"http://127.0.0.1:{token['port']}",
        headers={"authorization": f"Bearer {token['token']}"},
        timeout=60,
    )


def scored(client: httpx.Client, count: int) -> list[dict[str, Any]]:
    """Wait until so many results are there, and return them."""

    def seen() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = client.get("/api/results").json()["items"]
        return items if len(items) >= count else []

    return eventually(seen)
