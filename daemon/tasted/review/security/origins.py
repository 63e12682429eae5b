"""Where a request comes from: our own page, another one, or no page at all. Pure.

A name that leads to 127.0.0.1 (DNS rebinding) is found by the Host header, another page by the
headers that browsers add and pages cannot forge (Origin, Sec-Fetch-Site). Cookies tell neither.
"""

from tasted.plain_dataclass import dataclass

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Place:
    """The one address under which the page is served."""

    port: int

    @property
    def host(self) -> str:
        """As in the Host header."""
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """As in the Origin header."""
        return f"http://{self.host}"

    @property
    def other_host(self) -> str:
        """What people type instead; it is sent on."""
        return f"localhost:{self.port}"


def value_of(headers: Headers, name: bytes) -> str | None:
    """Return the value of a header; None when it is missing or there twice."""
    values = [value for held, value in headers if held == name]
    return values[0].decode("latin-1") if len(values) == 1 else None


def has_header(headers: Headers, name: bytes) -> bool:
    """Return whether a header is there at all."""
    return any(held == name for held, _value in headers)


def may_read(headers: Headers) -> bool:
    """Tell whether what a browser says of a request allows it to see an answer.

    A page of another program on this machine is the same site, for sites have no ports: it gets the
    cookie sent along. It may lead here, but embed nothing.
    """
    site = value_of(headers, b"sec-fetch-site")
    if site is None:
        # no browser, or an old one: what it may see is up to the cookie and the headers of ours
        return not has_header(headers, b"sec-fetch-site")
    if site in {"same-origin", "none"}:
        return True
    is_visit = value_of(headers, b"sec-fetch-mode") == "navigate"
    return is_visit and value_of(headers, b"sec-fetch-dest") == "document"


def may_write(headers: Headers, place: Place) -> bool:
    """Tell whether a request that changes something comes from our own page.

    A request with a cookie has to say so: browsers send Origin with every POST.
    """
    if value_of(headers, b"origin") != place.origin:
        return False
    if not has_header(headers, b"sec-fetch-site"):
        return True
    return value_of(headers, b"sec-fetch-site") == "same-origin"
