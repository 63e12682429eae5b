"""Whether notifications can be shown. Shows one, so this check runs only when asked for."""

from tasted.doctor.finding import Finding, Level, wrong
from tasted.notify.desktop import Desktop, try_out

_CHECK = "notification"


def look_at_notification(desktop: Desktop) -> Finding:
    """Show a test notification and return the outcome; only a person sees whether it appeared."""
    trial = try_out(desktop)
    if trial.is_handed_over:
        return Finding(_CHECK, Level.FINE, trial.message, remedy=trial.remedy)
    why = "Notifications (notify.on) are not shown; the results page and `status` still tell you."
    return wrong(_CHECK, trial.message, why, trial.remedy)
