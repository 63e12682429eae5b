"""How the embedded model `pocket` is trained; not part of the wheel. See README.md."""
