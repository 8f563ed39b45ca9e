"""The deny table holds for every way to write or wrap an address; URLs are read one way only."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.kernel.addresses import BadUrl, Url, is_public, join_url, parse_networks, parse_url, unwrap

PRIVATE_4 = [
    *(
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.255",
        "168.63.129.16",
    ),
    *(
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
    ),
    *("198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
    "255.255.255.255",
]
PRIVATE_6 = [
    *(
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
    ),
    *(
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "2001:2::1",
    ),
    *(
        "2001:10::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "100::1",
        "3fff::1",
    ),
    *("5f00::1", "2620:4f:8000::1", "4000::1", "fe80::1%1"),
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "172.32.0.1",
    "2606:4700::1111",
    "2a00:1450:4007::200e",
    "::ffff:8.8.8.8",
]


@pytest.mark.parametrize("text", [*PRIVATE_4, *PRIVATE_6])
def test_what_is_not_of_the_open_internet_is_denied(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_what_is_public_is_allowed(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", PRIVATE_4)
def test_wrapping_a_denied_address_does_not_free_it(text: str) -> None:
    inner = int(IPv4Address(text))
    for wrapped in (
        IPv6Address(0xFFFF << 32 | inner),
        IPv6Address(inner),
        IPv6Address(0x64FF9B << 96 | inner),
        IPv6Address(0x2002 << 112 | inner << 80 | 1),
        IPv6Address(0x20010000 << 96 | 0x41360000 << 64 | ~inner & 0xFFFFFFFF),
    ):
        if inner > 1:
            assert unwrap(wrapped) == IPv4Address(text)
        assert not is_public(wrapped)


@settings(deadline=None)
@given(st.ip_addresses(v=6))
def test_an_address_outside_global_unicast_is_public_only_as_a_mapped_one(address: IPv6Address) -> None:
    if is_public(address) and address.ipv4_mapped is None:
        assert address in parse_networks("2000::/3")[0]


def test_the_sites_own_networks_are_denied_also_when_wrapped() -> None:
    own = parse_networks("93.184.0.0/16, 2a00:1450::/32")
    assert is_public(ip_address("93.185.0.1"), also_denied=own)
    for text in ("93.184.215.14", "::ffff:93.184.215.14", "2a00:1450:4007::200e"):
        assert is_public(ip_address(text))
        assert not is_public(ip_address(text), also_denied=own)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("http://example.com", Url("http", "example.com", 80, "/")),
        ("HTTPS://Example.COM.:443/a?b=c#d", Url("https", "example.com", 443, "/a?b=c")),
        (
            "https://例え.jp/é?q=à b".replace(" ", "%20"),
            Url("https", "xn--r8jz45g.jp", 443, "/%C3%A9?q=%C3%A0%20b"),
        ),
        ("http://１.1.1.1/", Url("http", "1.1.1.1", 80, "/")),
        ("http://[2606:4700::1111]/", Url("http", "2606:4700::1111", 80, "/")),
        ("https://r3---sn-x.example.com?x", Url("https", "r3---sn-x.example.com", 443, "/?x")),
    ],
)
def test_a_good_address_is_taken_apart(text: str, parsed: Url) -> None:
    assert parse_url(text) == parsed


BAD = [
    *(
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
    ),
    *("javascript:alert(1)", "http:example.com", "http:/example.com", "http:///example.com", "http://"),
    *("http://user@example.com/", "http://user:pass@example.com/", "http://example.com:pass@evil.org/"),
    *(
        "http://example.com\\@evil.org/",
        "http://exam ple.com/",
        "http://example.com/\r\nX: y",
        "http://example.com/\x00",
    ),
    *("\u00a0http://example.com/", "http://example.com/\u202e", " http://example.com/"),
    *(
        "http://example.com:22/",
        "http://example.com:8080/",
        "http://example.com:/",
        "http://example.com:99999/",
    ),
    *("http://2130706433/", "http://0x7f000001/", "http://017700000001/", "http://127.1/", "http://0/"),
    *("http://127.0.0.0x1/", "http://0177.0.0.1/", "http://1.2.3/", "http://1.2.3.4.5/", "http://256.1.1.1/"),
    *("http://example.1/", "http://example.0x1/", "http://127.0.0.1.\u3002/"),
    *(
        "http://localhost/",
        "http://a.localhost/",
        "http://intranet/",
        "http://printer.local/",
        "http://x.internal/",
    ),
    *(
        "http://[::1/",
        "http://::1/",
        "http://[127.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://[::1]x/",
        "http://[v1.x]/",
    ),
    *("http://exa_mple.com/", "http://-a.com/", "http://a..com/", "http://.com/", "http://exa%6dple.com/"),
    *("http://" + "a" * 64 + ".com/", "http://" + "a." * 130 + "com/", "http://example.com/" + "a" * 2048),
]


@pytest.mark.parametrize("text", BAD)
def test_a_doubtful_address_is_refused(text: str) -> None:
    with pytest.raises(BadUrl):
        parse_url(text)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    for candidate in (text, f"http://{text}", f"http://example.com/{text}"):
        try:
            parsed = parse_url(candidate)
        except BadUrl:
            continue
        assert str(parsed).isascii()
        assert " " not in str(parsed)
        assert parse_url(str(parsed)) == parsed


@pytest.mark.parametrize(
    ("reference", "joined"),
    [
        ("/b", "https://example.com/b"),
        ("b?c", "https://example.com/a/b?c"),
        ("//example.org/x", "https://example.org/x"),
        ("http://example.org", "http://example.org/"),
    ],
)
def test_a_reference_is_joined(reference: str, joined: str) -> None:
    assert str(join_url(parse_url("https://example.com/a/"), reference)) == joined


@pytest.mark.parametrize(
    "reference", ["file:///etc/passwd", "//127.1/", "http://u@example.org/", "//[", "data:,x"]
)
def test_a_reference_is_judged_like_an_address(reference: str) -> None:
    with pytest.raises(BadUrl):
        join_url(parse_url("https://example.com/a/"), reference)
