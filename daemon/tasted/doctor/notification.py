"""Whether a notification can be shown. Shows one, so it is looked at only when asked for."""

from tasted.doctor.finding import Finding, Level, wrong
from tasted.notify.desktop import Desktop
from tasted.notify.trial import try_out

_CHECK = "notification"


def look_at_notification(desktop: Desktop) -> Finding:
    """Show a test notification and say what came of it; only a person sees whether it appeared."""
    trial = try_out(desktop)
    if trial.is_handed_over:
        return Finding(_CHECK, Level.FINE, trial.message, remedy=trial.remedy)
    why = "What the setting notify.on asks for is not shown; the page and `status` tell it anyway."
    return wrong(_CHECK, trial.message, why, trial.remedy)
