"""What templates may rely on: missing values are errors, and words of others stay words."""

import subprocess
import sys
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from tasted.outbox.page.templates import environment


def test_a_page_of_another_folder_builds_on_the_same_frame(tmp_path: Path) -> None:
    """It has the policy and the style, and may ask for a policy of its own."""
    (tmp_path / "other.html.j2").write_text(
        '{% extends "base.html.j2" %}{% block title %}Other{% endblock %}'
        "{% block policy %}default-src 'self'{% endblock %}"
        "{% block body %}<p>{{ word }}</p>{% endblock %}",
        "utf-8",
    )
    page = environment(tmp_path).get_template("other.html.j2").render(word="<b>\u202e")
    assert "content=\"default-src 'self'\"" in page
    assert "<title>Other</title>" in page
    assert "prefers-color-scheme" in page
    assert "<p>&lt;b&gt;\\u202e</p>" in page


def test_a_value_that_is_missing_is_an_error(tmp_path: Path) -> None:
    """No page is shown with a hole in it."""
    (tmp_path / "hole.html.j2").write_text("{{ nobody }}", "utf-8")
    with pytest.raises(UndefinedError, match="nobody"):
        environment(tmp_path).get_template("hole.html.j2").render()


def test_who_writes_no_page_does_not_wait_for_its_library() -> None:
    """What `tasted run` and the other commands import leaves out jinja2."""
    code = (
        "import sys, tasted.cli.main, tasted.cli.commands.run, tasted.daemon.supervisor\n"
        "print('jinja2' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
