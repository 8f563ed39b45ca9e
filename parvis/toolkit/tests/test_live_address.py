"""Where the live process is, seen from a page, and which pages may speak to it."""

from __future__ import annotations

import pytest

from parvis.config import config
from parvis.toolkit.live_address import is_own_page, live_origin
from parvis.web.headers import CSP, policy_for


@pytest.mark.parametrize(
    ("url", "live", "host", "expected"),
    [
        ("http://127.0.0.1:8000", "", "127.0.0.1:8000", ""),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8001", "127.0.0.1:8000", "http://127.0.0.1:8001"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8001", "localhost:8000", "http://localhost:8001"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8001", "host.parvis.localhost:8000", "http://host.parvis.localhost:8001"),
        ("http://[::1]:8000", "http://[::1]:8001", "[::1]:8000", "http://[::1]:8001"),
        ("https://net.example", "https://net.example", "net.example", "https://net.example"),
        ("https://net.example", "https://live.example:9000", "net.example", "https://live.example:9000"),
    ],
)  # fmt: skip
def test_the_live_process_is_named_under_the_host_of_the_page(
    monkeypatch: pytest.MonkeyPatch, url: str, live: str, host: str, expected: str
) -> None:
    monkeypatch.setattr(config, "url", url)
    monkeypatch.setattr(config, "live_url", live)
    assert live_origin(host) == expected


@pytest.mark.parametrize(
    ("origin", "host", "is_ours"),
    [
        ("https://net.example", "net.example", True),
        ("https://net.example", "net.example:443", True),
        ("https://net.example:443", "net.example", True),
        ("http://net.example", "net.example", False),
        ("https://net.example:8443", "net.example", False),
        ("https://evil.example", "net.example", False),
        ("https://evil.example", "evil.example", False),
        ("https://net.example.evil.example", "net.example", False),
        ("https://net.example:x", "net.example", False),
        ("null", "net.example", False),
        ("", "net.example", False),
    ],
)
def test_only_pages_of_this_site_under_the_same_name_may_speak(
    monkeypatch: pytest.MonkeyPatch, settings: object, origin: str, host: str, is_ours: bool
) -> None:
    monkeypatch.setattr(config, "url", "https://net.example")
    settings.ALLOWED_HOSTS = ["net.example"]  # type: ignore[attr-defined]
    assert is_own_page(origin, host) is is_ours


def test_a_page_may_connect_to_exactly_the_live_process(monkeypatch: pytest.MonkeyPatch, rf: object) -> None:

    request = rf.get("/", headers={"host": "127.0.0.1:8000"})  # type: ignore[attr-defined]
    assert policy_for(request) == CSP
    monkeypatch.setattr(config, "url", "http://127.0.0.1:8000")
    monkeypatch.setattr(config, "live_url", "http://127.0.0.1:8001")
    assert "connect-src 'self' http://127.0.0.1:8001 ws://127.0.0.1:8001; font-src" in policy_for(request)
    framing = policy_for(request, frames="'self'")
    assert "frame-src 'self'; " in framing
    assert "http://127.0.0.1:8001" in framing
    # A name that isn't ours names nothing.
    assert policy_for(rf.get("/", headers={"host": "evil.example"})) == CSP  # type: ignore[attr-defined]
