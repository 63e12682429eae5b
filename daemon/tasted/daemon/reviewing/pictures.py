"""Pictures for the page: found by content, made anew by the engine. Never the file itself."""

from tasted.daemon.reviewing.results_view import ResultsView
from tasted.errors import ServiceFault
from tasted.rpc.review_messages import GivePicture, PictureGiven


class Pictures:
    """Has pictures made.

    Args:
        results: finds the file of a content.
    """

    def __init__(self, results: ResultsView) -> None:
        self._results = results

    def given(self, number: int, call: GivePicture) -> PictureGiven:
        """Return a picture.

        Raises:
            NotFound: when there is none of this content.
            ServiceFault: when the engine cannot make it.
        """
        self._results.document(call.content)
        raise ServiceFault(f"No picture can be made for call {number} yet.")
