"""Hosts inside that an administrator named: the only ones there that this server calls. Not here: the list (web), the call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_network

from parvis.kernel import addresses
from parvis.kernel.addresses import Network

_NAME = re.compile(r"(?=.{1,100}\Z)(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*", re.ASCII)
_LARGEST = {4: 16, 6: 48}  # the shortest prefix of a network that may be named


@dataclass(frozen=True)
class Inside:
    """One host by its name, or the addresses of one network as they are typed; at one port each.

    A network answers for addresses only, never for names that lead into it: whoever owns a name decides where it leads.
    """

    port: int
    host: str = ""
    network: Network | None = None

    def names(self, host: str, port: int) -> bool:
        """Whether this entry names a host and its port."""
        if port != self.port:
            return False
        address = addresses.literal(host)
        if self.network is not None:
            return address is not None and address in self.network
        return address is None and host == self.host


class BadPlace(ValueError):
    """No host or network that may be named; the argument is a word for it: "shape", "large", "never"."""


def parse_inside(place: str, port: int) -> Inside:
    """The entry for a name, an address or a network. Raises BadPlace."""
    text = place.strip().lower().rstrip(".")
    if not 1 <= port <= 65535:
        raise BadPlace("shape")
    try:
        network = ip_network(text)
    except ValueError:
        if (
            not _NAME.fullmatch(text)
            or re.fullmatch(r"[0-9.]+|0x[0-9a-f]+", text.rpartition(".")[2])
            or text == "localhost"
        ):
            raise BadPlace("shape") from None
        return Inside(port=port, host=text)
    if network.prefixlen < _LARGEST[network.version]:
        raise BadPlace("large")
    if not any(network.version == wide.version and network.subnet_of(wide) for wide in addresses.INSIDE):  # type: ignore[arg-type]
        raise BadPlace("never")
    return Inside(port=port, network=network)
