"""What every answer carries, so that a browser keeps others out. Pure."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)

_ALWAYS = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode("ascii"),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
_UNLESS_SET = {
    # a form of our own page has to say where it comes from, which `no-referrer` would take away
    b"referrer-policy": b"same-origin",
    b"cache-control": b"no-store",
}


def protected(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with ours; ours win, but for caching and referrers."""
    names = {name.lower() for name, _value in headers}
    kept = [(name, value) for name, value in headers if name.lower() not in _ALWAYS]
    added = [(name, value) for name, value in _UNLESS_SET.items() if name not in names]
    return [*kept, *_ALWAYS.items(), *added]
