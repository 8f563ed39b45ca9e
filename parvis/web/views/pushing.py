"""Notifications on devices as pages: asking for them, one's own devices, and the network's switch.

Not here: who may and what is sent (parvis.push), and the page of rules that holds the choices (web.views.notices).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.kernel.errors import Refused
from parvis.kernel.ids import encode
from parvis.push import devices
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.web.views.accounts_browsers import name_browser

SETTINGS = "/settings/notifications/"
NETWORK = "/admin/push/"


def settings_of(request: Request) -> dict[str, Any] | None:
    """What the partial `push/_settings.html` is drawn with, as `push`; None where the network offers nothing."""
    row = devices.switch()
    if not devices.is_offered(row):
        return None
    here = request.session.session_key
    return {
        "key": devices.public_key(row),
        "devices": [
            {
                "key": encode(one.id),
                "name": name_browser(one.session.user_agent),
                "at": one.created_at,
                "is_silent": one.is_silent,
                "is_here": one.session_id == here,
            }
            for one in devices.devices_of(request.viewer)
        ],
    }


def add(request: Request) -> HttpResponse:
    """Tells this browser from now on."""
    given = request.POST
    devices.add_device(
        request.session.session_key or "",
        endpoint=given.get("endpoint", ""),
        public_key=given.get("public_key", ""),
        auth=given.get("auth", ""),
        is_silent=given.get("is_silent", "1") == "1",
        by=request.viewer,
    )
    return go(request, SETTINGS, _("This device will tell you."))


def change(request: Request, device: int) -> HttpResponse:
    """Whether a device says what happened, or only that something did."""
    devices.set_silent(device, request.POST.get("is_silent") == "1", by=request.viewer)
    return go(request, SETTINGS, _("Saved."))


def remove(request: Request, device: int) -> HttpResponse:
    """Tells a device no more."""
    devices.remove_device(device, by=request.viewer)
    return go(request, SETTINGS, _("This device is told no more."))


def edit_network(request: Request) -> HttpResponse:
    """Whether this network pushes at all, and through which services."""
    error: Refused | None = None
    if request.method == "POST":
        try:
            devices.set_switch(
                request.POST.get("is_on") == "1", request.POST.get("hosts", ""), by=request.viewer
            )
        except Refused as refusal:
            error = refusal
        else:
            return go(request, NETWORK, _("Saved."))
    row = devices.switch()
    context = {
        "is_on": request.POST.get("is_on") == "1" if error else row.is_on,
        "hosts": request.POST.get("hosts", "") if error else "\n".join(devices.hosts_of(row)),
        "may_fetch": getattr(settings, "PARVIS_FETCH", False) is True,
        "error": error.sentence if error else "",
    }
    return page(request, "web/push/network.html", status=422 if error else 200, **context)


def change_key(request: Request) -> HttpResponse:
    """Another key: each device has to be asked for again."""
    devices.change_key(by=request.viewer)
    return go(request, NETWORK, _("There is a new key. Devices have to be added again."))
