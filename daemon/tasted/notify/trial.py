"""A notification for trying out whether any arrive. Shows it through `desktop`."""

from dataclasses import dataclass

from tasted.notify.desktop import Desktop, NotShown

TEXT = "This is how notifications of tasted look."
_ON_A_MAC = (
    "If none appeared: System Settings > Notifications > Script Editor, allow notifications; "
    "Focus may hide them too."
)
_ELSEWHERE = "If none appeared, look at the notification settings of your desktop."


@dataclass(frozen=True, slots=True)
class Trial:
    """How a test notification fared.

    Attributes:
        is_handed_over: whether the program took it; only eyes can tell whether it was shown.
        message: what happened.
        remedy: what to do when none appeared.
    """

    is_handed_over: bool
    message: str
    remedy: str


def try_out(desktop: Desktop) -> Trial:
    """Show one notification now, whatever the settings say."""
    try:
        desktop.show(TEXT)
    except NotShown as error:
        return Trial(is_handed_over=False, message=str(error), remedy=error.remedy)
    remedy = _ON_A_MAC if desktop.program == "osascript" else _ELSEWHERE
    return Trial(
        is_handed_over=True,
        message=f"A notification was handed to {desktop.program}.",
        remedy=remedy,
    )
