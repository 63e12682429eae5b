"""An object store on this machine (moto's server): a process that ends with its input.

`python -m kit.object_stores` runs one, and prints its port. What it stores lies in its memory.
"""

import contextlib
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

# no secret: the server takes any
_NOBODY = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing"}


@contextlib.contextmanager
def object_store(files: Mapping[str, bytes], bucket: str = "pictures") -> Iterator[dict[str, str]]:
    """Run a store with some objects, and give the variables by which programs reach it.

    Args:
        files: contents by key.
        bucket: in which they lie.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "kit.object_stores"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        endpoint = f"http://127.0.0.1:{int(process.stdout.readline())}"
        put(endpoint, bucket, b"")
        for key, content in files.items():
            put(endpoint, f"{bucket}/{key}", content)
        yield {**_NOBODY, "AWS_ENDPOINT_URL": endpoint, "AWS_REGION": "us-east-1"}
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(30)


def put(endpoint: str, place: str, content: bytes) -> None:
    """Make a bucket, or an object in one."""
    url = f"{endpoint}/{quote(place)}"
    headers = {"Content-Type": "application/octet-stream"}
    request = urllib.request.Request(  # noqa: S310 - http
        url, data=content or None, headers=headers, method="PUT"
    )
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 - http


def main() -> None:
    """Run a store until the input ends."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - takes half a second

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    print(port, flush=True)  # noqa: T201 - what the tests read
    sys.stdin.read()


if __name__ == "__main__":
    main()
