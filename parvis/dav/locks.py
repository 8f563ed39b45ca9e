"""Where WsgiDAV keeps its locks: rows all page processes share, told to the file itself, whose page shows who edits it.

The other way round, a file held on its page looks locked to everybody else's program. Not here: what a lock forbids
(WsgiDAV decides; the tools' actions ask once more).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from wsgidav.lock_man.lock_manager import generate_lock_token, normalize_lock_root

from parvis.dav.models import Lock
from parvis.dav.refusals import Said, saying
from parvis.dav.session import CURRENT, Session
from parvis.kernel import clock
from parvis.toolkit import files

LONGEST = 60 * 60  # seconds; programs ask again before the end
USUAL = 10 * 60
MOST = 500  # locks of one person at a time
OF_PAGE = "opaquelocktoken:page-"

Told = dict[str, Any]  # a lock as WsgiDAV knows it


class Storage:
    """What WsgiDAV's lock manager asks for. Every call is inside one request."""

    def open(self) -> None:
        """Nothing: the database is open."""

    def close(self) -> None:
        """Nothing."""

    def cleanup(self) -> None:
        """Ended locks go by a job."""

    def clear(self) -> None:
        """Nobody ends everybody's locks."""

    def get(self, token: str) -> Told | None:
        session = CURRENT.get()
        asked = [told for told in _known(session) if told["token"] == token]
        return next(iter(_valid(session, asked)), None)

    def create(self, path: str, lock: Told) -> Told:
        session, root = CURRENT.get(), normalize_lock_root(path)
        if sum(told["principal"] == str(session.person.id) for told in _known(session)) >= MOST:
            raise Said(507, _("Your programs hold too many locks: close some files, and try again."))
        timeout = _seconds(lock.get("timeout"))
        until = clock.now() + timedelta(seconds=timeout)
        member = session.find(unquote(root))
        holds = files.is_file(member) and lock["scope"] == "exclusive"
        if files.is_file(member) and holds:
            with saying():
                member.hold(until)
        owner = lock["owner"].decode(errors="replace") if isinstance(lock["owner"], bytes) else lock["owner"]
        row = Lock.objects.create(
            token=generate_lock_token(),
            root=root,
            person_id=session.person.id,
            scope=lock["scope"],
            depth=lock["depth"],
            owner=owner if len(owner) <= 2000 else "",
            seconds=timeout,
            expires_at=until,
            holds=holds,
        )
        lock.update(_told(row))
        _forget(session)
        return lock

    def refresh(self, token: str, *, timeout: float) -> Told:
        session = CURRENT.get()
        row = Lock.objects.get(token=token)
        row.seconds = _seconds(timeout)
        row.expires_at = clock.now() + timedelta(seconds=row.seconds)
        member = session.find(unquote(row.root))
        if row.holds and files.is_file(member):
            with saying():
                member.hold(row.expires_at)
        row.save(update_fields=["seconds", "expires_at"])
        _forget(session)
        return _told(row)

    def delete(self, token: str) -> bool:
        session = CURRENT.get()
        row = Lock.objects.filter(token=token).first()
        if row is None:
            return False
        row.delete()
        member = session.find(unquote(row.root))
        is_mine = row.holds and row.person_id == session.person.id
        if is_mine and files.is_file(member) and member.holding is not None:
            with saying():
                member.hold(None)
        _forget(session)
        return True

    def get_lock_list(
        self, path: str, *, include_root: bool, include_children: bool, token_only: bool
    ) -> list[Any]:
        session, root = CURRENT.get(), normalize_lock_root(path)
        asked = [
            told
            for told in _known(session)
            if (include_root and told["root"] == root)
            or (include_children and told["root"].startswith(f"{root}/"))
        ]
        found = _valid(session, asked)
        if include_root and not found:
            found = _of_page(session, root)
        return [told["token"] for told in found] if token_only else found


def hold_written(session: Session, path: str) -> None:
    """A name locked before there was anything: once it is a file, the file is held."""
    member = session.find(path)
    if not files.is_file(member):
        return
    mine = Lock.objects.filter(person_id=session.person.id, scope="exclusive", expires_at__gt=clock.now())
    for row in mine.filter(root=quote(path), holds=False):
        member.hold(row.expires_at)
        row.holds = True
        row.save(update_fields=["holds"])
        _forget(session)


def _known(session: Session) -> list[Told]:
    """All locks whose time isn't over, read once a request."""
    if session.locks is None:
        session.locks = [_told(row) for row in Lock.objects.filter(expires_at__gt=clock.now())]
    return session.locks


def _valid(session: Session, asked: list[Told]) -> list[Told]:
    """Those that hold: one that was ended on the file's page holds no more. Each file is looked for, so ask of few."""
    return [told for told in asked if not told["holds"] or _still_held(session, told)]


def _still_held(session: Session, told: Told) -> bool:
    member = session.find(unquote(told["root"]))
    if not files.is_file(member):
        return False
    return member.holding is not None and str(member.holding.person_id) == told["principal"]


def _of_page(session: Session, root: str) -> list[Told]:
    """The lock of a file's page, for everybody but who holds it."""
    member = session.find(unquote(root))
    held = member.holding if files.is_file(member) else None
    if held is None or held.person_id == session.person.id:
        return []
    return [
        {
            "root": root,
            "type": "write",
            "scope": "exclusive",
            "depth": "0",
            "owner": f'<D:owner xmlns:D="DAV:">{escape(held.name)}</D:owner>'.encode(),
            "principal": str(held.person_id),
            "token": f"{OF_PAGE}{held.person_id}",
            "timeout": max(1, int((held.until - clock.now()).total_seconds())),
            "expire": held.until.timestamp(),
            "holds": False,
        }
    ]


def _told(row: Lock) -> Told:
    return {
        "root": row.root,
        "type": "write",
        "scope": row.scope,
        "depth": row.depth,
        "owner": row.owner.encode(),
        "principal": str(row.person_id),
        "token": row.token,
        "timeout": row.seconds,
        "expire": row.expires_at.timestamp(),
        "holds": row.holds,
    }


def _seconds(asked: Any) -> int:
    asked = int(asked or USUAL)
    return LONGEST if asked < 0 else min(asked, LONGEST)


def _forget(session: Session) -> None:
    session.locks = None
    session.forget()
