"""Check of the page for judging: who listens, and whether its secrets are private. Pure."""

import shlex

from tasted.doctor.facts import Facts
from tasted.doctor.finding import Finding, fine, note, wrong


def check_page(facts: Facts) -> list[Finding]:
    """Check whether the page can be reached by its owner, and by nobody else."""
    page = facts.page
    if page.open_files:
        folder = shlex.quote(str(facts.home / ".tasted" / "web"))
        what = f"Other users of this computer may read {page.open_files[0]}."
        why = "Whoever can read it may judge your pictures in your name."
        return [wrong("page", what, why, f"chmod -R go= {folder} && tasted token --renew")]
    if page.port is None:
        return [fine("page", "Nobody asked for the page yet, and no port is open.")]
    if facts.owner is None and page.is_listened_on:
        what = f"Another program listens on the port of the page, {page.port}."
        why = "tasted will take another port, and open tabs will not find it."
        return [note("page", what, why, "tasted review, once tasted runs")]
    if facts.owner is not None and not page.is_listened_on:
        what = f"tasted runs, but nothing listens on the port of the page, {page.port}."
        return [note("page", what, "Open tabs cannot reach it.", "tasted review")]
    when = "" if facts.owner is not None else ", when tasted runs"
    return [fine("page", f"At http://127.0.0.1:{page.port}{when}; from this computer only.")]
