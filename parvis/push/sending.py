"""A notice on its way to a device: said in its reader's words and rights of that moment, encrypted, posted, once.

Not here: the transport and its bounds (kernel.post), how much may be said (mailing.levels by mailing.letters).
"""

from __future__ import annotations

import json
import logging
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from parvis.accounts import mail
from parvis.attention.classes import classes
from parvis.attention.models import Notice
from parvis.config import config
from parvis.journal.jobs import enqueue_later
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.errors import Refused
from parvis.kernel.fetch import FetchFailed
from parvis.kernel.ids import encode
from parvis.kernel.markdown import excerpt
from parvis.kernel.post import Poster, site_poster
from parvis.mailing.letters import compose
from parvis.mailing.picking import for_you
from parvis.mailing.sending import speaking_to
from parvis.people.models import PersonState
from parvis.push.devices import hosts_of, is_offered, key_of, may_call, switch
from parvis.push.encryption import LONGEST, authorization, encrypt
from parvis.push.models import Device, Switch
from parvis.toolkit.notices import FOR_YOU

logger = logging.getLogger(__name__)

WAITS = (60, 600, 3600)  # seconds before each further try
KEPT_FOR = 86_400  # seconds that a service keeps a message for a device that is off
QUOTED = 160

WHO = """
SELECT n.id AS notice_id, d.id AS device_id FROM attention_notice n
  JOIN push_device d ON d.person_id = n.person_id
WHERE n.activity_id = %(activity)s AND n.seen_at IS NULL AND n.category = ANY(%(classes)s)"""
CLAIM = """
INSERT INTO push_told (device_id, notice_id) SELECT d.id, %(notice)s FROM push_device d WHERE d.id = %(device)s
ON CONFLICT DO NOTHING RETURNING notice_id"""


def who_is_told(activity_id: int) -> list[dict[str, int]]:
    """Notices of one activity that are for somebody, with each of their devices. One or two statements."""
    if not is_offered():
        return []
    personal = [one.slug for one in classes() if one.level == FOR_YOU or one.insists]
    rows = read(WHO, {"activity": activity_id, "classes": personal})
    return [{"notice_id": row.notice_id, "device_id": row.device_id} for row in rows]


def send(notice_id: int, device_id: int, *, attempt: int = 0, poster: Poster | None = None) -> None:
    """Pushes one notice to one device, if it still waits and may still be seen; run again, it sends nothing."""
    row = switch()
    if not is_offered(row):
        return
    if not attempt and not read(CLAIM, {"device": device_id, "notice": notice_id}):
        return
    alive = Device.objects.filter(person__state=PersonState.ACTIVE, session__expire_date__gt=clock.now())
    device = alive.filter(id=device_id).select_related("person").first()
    notice = Notice.objects.filter(id=notice_id, seen_at=None).first()
    if device is None or notice is None or notice.person_id != device.person_id:
        return
    with speaking_to(device.person):
        payload = payload_of(notice, device)
    if payload is None:
        return
    status = _post(device, payload, notice, row, poster or site_poster())
    if status in (401, 403, 404, 410):
        device.delete()  # the browser asked to be left alone, or asked under another key
    elif (status == 0 or status == 429 or status >= 500) and attempt < len(WAITS):
        enqueue_later(
            "push.send", WAITS[attempt], notice_id=notice_id, device_id=device_id, attempt=attempt + 1
        )


def payload_of(notice: Notice, device: Device) -> dict[str, Any] | None:
    """What a device shows, in the active language; None when its reader may not see the thing any more."""
    found = for_you([notice], device.person)
    if not found:
        return None
    words = {"lang": get_language() or "fr", "tag": encode(notice.id)}
    items = [] if device.is_silent else compose(device.person, found).items
    if not items:
        title = mail.network_row().name
        return words | {
            "title": title,
            "body": _("Something new is waiting for you."),
            "url": "/notifications/",
            "tag": "new",
        }
    item = items[0]
    quoted = excerpt(" ".join(item.paragraphs[:1]), QUOTED)
    lines = [part for part in (item.title, item.place, quoted) if part]
    return words | {"title": item.lead, "body": "\n".join(lines), "url": item.url.removeprefix(config.url)}


def _post(device: Device, payload: dict[str, Any], notice: Notice, row: Switch, poster: Poster) -> int:
    """The service's answer; 0 when none came, 410 for a service that may not be called (any more)."""
    parts = urlsplit(device.endpoint)
    allowed = hosts_of(row)
    if not may_call(parts.hostname or "", allowed):
        return 410
    text = json.dumps(payload, ensure_ascii=False).encode()
    if len(text) > LONGEST:
        text = json.dumps(payload | {"body": excerpt(payload["body"], QUOTED)}, ensure_ascii=False).encode()
    expires = int(clock.now().timestamp()) + 12 * 3600
    signed = authorization(
        key_of(row), audience=f"{parts.scheme}://{parts.netloc}", contact=config.url, expires=expires
    )
    headers = {
        "Authorization": signed,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_FOR),
        "Topic": str(payload["tag"]),
        "Urgency": "normal",
    }
    body = encrypt(text, device.public_key, device.auth)
    try:
        return poster.post(device.endpoint, role="push", body=body, headers=headers)
    except (FetchFailed, Refused) as failure:
        logger.info("push failed: reason=%s", getattr(failure, "reason", "refused"))
        return 0
