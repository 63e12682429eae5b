"""A client of the API of a daemon that runs, with what `tasted token` says."""

import json

import httpx

from kit.daemons import tasted
from kit.waiting import eventually
from tasted.home.layout import Home
from tasted.home.lock import lock_owner


def client_of(home: Home) -> httpx.Client:
    """Return a client, once the home has its daemon."""
    eventually(lambda: lock_owner(home), within_seconds=60)
    said = tasted(home, "token", "--json")
    assert said.returncode == 0, said.stderr
    token = json.loads(said.stdout)
    return httpx.Client(
        base_url=f"http://127.0.0.1:{token['port']}",
        headers={"authorization": f"Bearer {token['token']}"},
        timeout=60,
    )
