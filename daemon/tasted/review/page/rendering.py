"""A page from a template of this folder. Reads the templates; nothing else is touched.

The environment is that of the page of results: everything is escaped, and what is not seen is
shown as an escape.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tasted.outbox.page.templates import environment
from tasted.review.api.schemas import Problem
from tasted.review.page import words
from tasted.review.page.frame import PageFrame

_HERE = Path(__file__).parent


def rendered(template: str, frame: PageFrame, page: object, **more: Any) -> str:
    """Return a page.

    Args:
        template: name of the template, without its ending.
        frame: what every page has.
        page: what this one shows.
        more: further names for the template.
    """
    made = environment(_HERE).get_template(f"{template}.html.j2")
    return made.render(frame=frame, page=page, **more)


def told(
    title: str, text: str, *, remedy: str = "", link: tuple[str, str] | None = None, again: str = ""
) -> str:
    """Return a page that says one thing.

    Args:
        title: what happened.
        text: the sentence.
        remedy: what to do, as a command.
        link: where to go from here, and the words of it.
        again: where the browser goes by itself, at once.
    """
    made = environment(_HERE).get_template("told.html.j2")
    return made.render(title=title, text=text, remedy=remedy, link=link, again=again)


def problem_page(problem: Problem, path: str) -> str:
    """Return the page that tells a person why a request was refused.

    Whoever comes from a file, as from the page of results, is another site's visitor to the
    browser, which keeps the cookie back; a page of ours that leads on is not.
    """
    if problem.type == "urn:tasted:unauthorized":
        again = "/review" if path == "/" else ""
        title, text = words.EXPIRED
        return told(title, problem.detail, remedy=problem.remedy or text, again=again)
    return told(
        problem.title, problem.detail, remedy=problem.remedy, link=("/review", "Back to Review")
    )


def json_text(value: BaseModel | list[Any]) -> str:
    """Return JSON in ASCII, which no filter for unseen characters changes."""
    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    return json.dumps(plain, separators=(",", ":"), allow_nan=False)
