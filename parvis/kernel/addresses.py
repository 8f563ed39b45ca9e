"""Which addresses the server may call: URLs parsed strictly once, network addresses judged by a deny table.

Not here: the calling (`fetch.py`). Sources: IANA special-purpose registries for IPv4 and IPv6, RFC 3986,
RFC 6052 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo). The standard library's `is_global` is not enough:
on Python 3.11 it calls 64:ff9b::a9fe:a9fe, 2002:7f00:1::, ::127.0.0.1 and 224.0.0.1 global.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote, urljoin

import idna

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_URL_LENGTH = 2048
DEFAULT_PORTS = {"http": 80, "https": 443}

_DENIED_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' shared space; a cloud keeps its metadata there
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's host service, on a public address
        "169.254.0.0/16",  # link-local; clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# IPv6 the other way round: global unicast is one prefix, all else is denied. That alone denies loopback,
# fc00::/7, fe80::/10, fec0::/10, ff00::/8, the IPv4-compatible ::/96 and both NAT64 prefixes.
_GLOBAL_6 = IPv6Network("2000::/3")
_DENIED_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
# Where hosts inside may lie when an administrator names them: private networks, never this machine, a link, or a cloud's
# metadata (in IPv6 some clouds keep it in a private network).
INSIDE: tuple[Network, ...] = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv6Network("fc00::/7"),
)
_NEVER_INSIDE = (IPv6Network("fd00:ec2::/32"), IPv6Network("fd20:ce::/32"))
# Prefixes with an IPv4 address inside, and how many bits it stands from the right.
_EMBEDDING_6 = (
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped
    (IPv6Network("::/96"), 0),  # compatible
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("64:ff9b:1::/48"), 0),  # NAT64, local use
    (IPv6Network("2002::/16"), 80),  # 6to4
)
_TEREDO = IPv6Network("2001::/32")

_URL = re.compile(r"(https?)://([^/?#]+)([^?#]*)(\?[^#]*)?(?:#.*)?", re.I | re.S)
_AUTHORITY = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:@]+)(?::([0-9]{1,5}))?")
# Anything a resolver's old rules may read as a number: 2130706433, 0x7f000001, 127.1, 0177.0.0.1.
_NUMERIC_LABEL = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.I)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# Names that mean this machine or this site, whatever a resolver answers.
_LOCAL_ENDINGS = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "onion", "invalid")


class BadUrl(ValueError):
    """This text is no address we call; the reason is for our logs, never for who gave it."""


@dataclass(frozen=True)
class Url:
    """One address, taken apart once: nothing downstream parses it again."""

    scheme: str
    host: str  # ASCII, lower case; an IPv6 literal without brackets
    port: int
    target: str  # path and query, ASCII

    @property
    def authority(self) -> str:
        """Host and port as the Host header wants them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def _nobody(host: str, port: int) -> bool:
    return False


def parse_url(
    text: str, *, ports: Iterable[int] = (80, 443), named: Callable[[str, int], bool] = _nobody
) -> Url:
    """Take an http or https address apart, strictly.

    Refused (BadUrl): another scheme, user names, another port, numbers for a host unless they are a plain
    address, one-word and local host names, blanks, control characters, backslashes. `named` says which hosts and ports
    an administrator allows all the same, local names and other ports among them.
    """
    if len(text) > MAX_URL_LENGTH:
        raise BadUrl("too long")
    if re.search(r"[\x00-\x20\x7f-\xa0\\\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\ufeff]", text):
        raise BadUrl("blank, control or backslash")
    match = _URL.fullmatch(text)
    if match is None:
        raise BadUrl("not http or https")
    scheme = match[1].lower()
    authority = _AUTHORITY.fullmatch(match[2])
    if authority is None:
        raise BadUrl("bad authority")
    port = int(authority[2]) if authority[2] else DEFAULT_PORTS[scheme]
    host, is_local = _parse_host(authority[1])
    if not named(host, port):
        if port not in set(ports):
            raise BadUrl("port")
        if is_local:
            raise BadUrl("local name")
    target = quote((match[3] or "/") + (match[4] or ""), safe="/?:@!$&'()*+,;=%~-._[]|")
    return Url(scheme, host, port, target)


def join_url(
    base: Url,
    reference: str,
    *,
    ports: Iterable[int] = (80, 443),
    named: Callable[[str, int], bool] = _nobody,
) -> Url:
    """The address a redirect or a link on `base` leads to, parsed as strictly. Raises BadUrl."""
    if len(reference) > MAX_URL_LENGTH:
        raise BadUrl("too long")
    try:
        joined = urljoin(str(base), reference)
    except ValueError:
        raise BadUrl("bad reference") from None
    return parse_url(joined, ports=ports, named=named)


def literal(host: str) -> Address | None:
    """The address a host is, when it is one written plainly."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_public(address: Address, *, also_denied: Iterable[Network] = ()) -> bool:
    """Whether this is an address of the open Internet, and of none of the `also_denied` networks.

    Every IPv4 address hidden in an IPv6 one is judged as well.
    """
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return False
    inner = unwrap(address)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return is_public(inner, also_denied=also_denied)  # the system calls the IPv4 address itself
    if any(form in network for form in {address, inner} for network in also_denied):
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _DENIED_4)
    if address not in _GLOBAL_6 or any(address in network for network in _DENIED_6):
        return False
    return inner == address or is_public(inner, also_denied=also_denied)


def is_inside(
    address: Address, *, networks: Iterable[Network] = INSIDE, also_denied: Iterable[Network] = ()
) -> bool:
    """Whether a named host may lie at this address of a private network; no address hidden in another one may."""
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return False
    if unwrap(address) != address or any(address in network for network in (*_NEVER_INSIDE, *also_denied)):
        return False
    return any(address in network for network in networks)


def unwrap(address: Address) -> Address:
    """The IPv4 address inside a mapped, compatible, NAT64, 6to4 or Teredo one; any other as it is."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TEREDO:
        return IPv4Address(~int(address) & 0xFFFFFFFF)
    for network, shift in _EMBEDDING_6:
        if address in network and int(address) > 1:
            return IPv4Address(int(address) >> shift & 0xFFFFFFFF)
    return address


def parse_networks(text: str) -> tuple[Network, ...]:
    """The networks of a setting, separated by commas. Raises ValueError."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _parse_host(text: str) -> tuple[str, bool]:
    """The host in ASCII, and whether its name means this machine or this site. Raises BadUrl."""
    if text.startswith("["):
        address = literal(text[1:-1])
        if not isinstance(address, IPv6Address):
            raise BadUrl("bad IPv6")
        return str(address), False
    host = text.removesuffix(".").lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, std3_rules=True).decode()
        except (idna.IDNAError, UnicodeError):
            raise BadUrl("bad name") from None
    labels = host.split(".")
    if _NUMERIC_LABEL.fullmatch(labels[-1]):
        # ip_address takes four plain decimal numbers and nothing else; leading zeroes are refused.
        address = literal(host)
        if address is None:
            raise BadUrl("number for a host")
        return str(address), False
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadUrl("bad name")
    is_local = any(host == ending or host.endswith(f".{ending}") for ending in _LOCAL_ENDINGS)
    return host, is_local or len(labels) < 2
