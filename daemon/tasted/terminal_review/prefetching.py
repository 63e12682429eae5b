"""Fetches the pictures of the next cards while one is looked at. One thread, with its own client.

They stay in memory alone, and only those of the cards at hand.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from tasted.terminal_review.api_client import ApiClient

PictureData = bytes


class PicturePrefetcher:
    """Has pictures ready.

    Args:
        client: of its thread alone.
        size: as the API has it.
    """

    def __init__(self, client: ApiClient, size: str) -> None:
        self._client = client
        self._size = size
        self._threads = ThreadPoolExecutor(1, "pictures")
        self._held: dict[str, Future[PictureData]] = {}

    def foresee(self, contents: Sequence[str]) -> None:
        """Fetch these, the most urgent first, and let go of all others."""
        for content in self._held.keys() - set(contents):
            self._held.pop(content).cancel()
        for content in contents:
            if content not in self._held:
                self._held[content] = self._threads.submit(self._fetch, content)

    def get(self, content: str) -> PictureData:
        """Return a picture, when it has come.

        Raises:
            NotReachable, Refused: as `ApiClient` does; the next call asks again.
        """
        if content not in self._held:
            self._held[content] = self._threads.submit(self._fetch, content)
        try:
            return self._held[content].result()
        except Exception:
            self._held.pop(content, None)
            raise

    def close(self) -> None:
        """Let everything go."""
        self._threads.shutdown(cancel_futures=True)
        self._client.close()

    def _fetch(self, content: str) -> PictureData:
        return self._client.picture(f"/api/pictures/{content}/whole?size={self._size}")
