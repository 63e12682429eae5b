"""Homes with settings, for tests of settings and of commands."""

from pathlib import Path

from tasted.home.layout import Home

# pictures of tests have no text, and looking for it takes a second for each
_UNREAD = '[reading]\nengine = "companion"\n'


def home_with(root: Path, toml: str | None = "", env: str | None = None) -> Home:
    """Make a home of this settings file and `.env`; None leaves the file out."""
    home = Home(root.resolve())
    home.make_folders(is_new=True)
    if toml is not None:
        home.config_file.write_text(toml, "utf-8")
    if env is not None:
        home.environment_file.write_text(env, "utf-8")
    return home


def pocket_home(root: Path) -> Home:
    """Make a home that uses the embedded model, as every test without a downloaded one does."""
    return home_with(root, f'[embedder]\nmodel = "pocket"\n{_UNREAD}')


def quick_home(root: Path, toml: str = "") -> Home:
    """Make a home that settles soon and looks often, for `kit.observed_daemon`.

    Args:
        root: the folder.
        toml: more settings.
    """
    watch = "[watch]\nsettle_seconds = 0.1\nrescan_seconds = 0.5\n"
    return home_with(root, f'[embedder]\nmodel = "pocket"\n{watch}{_UNREAD}{toml}')
