"""Settings are followed while the daemon runs, whatever becomes of their file."""

from kit.waiting import eventually
from tasted.config import load_settings
from tasted.daemon.scanning.live_settings import LiveSettings
from tasted.daemon.shared.shared_state import SharedState
from tasted.home.layout import Home
from tasted.outbox.ledger import Ledger


def test_a_file_that_may_not_be_looked_at_keeps_the_last_settings(home: Home) -> None:
    """The system refuses to say whether it is there: that ends no thread, and is reported."""
    settings = load_settings(home, environment={}).settings
    shared = SharedState(settings, Ledger(home.outbox), None)
    live = LiveSettings(home, shared, lambda: load_settings(home, environment={}).settings)
    config = home.config_file.parent
    config.rename(config.with_name("config.away"))
    config.symlink_to("x" * 300)
    eventually(lambda: live.follow() is None and shared.settings_error is not None)
    assert shared.settings is settings
    assert shared.settings_error is not None
    assert "cannot be read" in shared.settings_error.message
    config.unlink()
    config.with_name("config.away").rename(config)
    eventually(lambda: live.follow() is None and shared.settings_error is None)
