"""What administrators decide for the whole network: its look, its rules, ways in, mail, legal notice.

Not here: the first screen's checklist (web.opening) and what stands beside the stream (web.home_blocks).
"""

from __future__ import annotations

import io
import smtplib
from email.message import EmailMessage
from email.utils import formataddr
from typing import Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.accounts import mail
from parvis.accounts.standing import checked_address
from parvis.config import config
from parvis.exchanges import actions as exchanges
from parvis.journal.actions import record
from parvis.kernel import clock, images, markdown
from parvis.kernel.errors import NotAllowed, Refused
from parvis.kernel.files import site_store
from parvis.membership.everyone import ensure_everyone, set_posting, translate_everyone
from parvis.people.models import Person
from parvis.web import brand
from parvis.web.models import Network, SiteText

WAYS = ("password", "code", "link")
WHO_CREATES = ("everyone", "admins")
SECURITIES = ("starttls", "tls", "none")
LOGO_SIDE = 256  # pixels
SECRET_KEPT = "•" * 8  # what the form shows of a password that is set


def network_row() -> Network:
    """The network's row, locked for the write that follows; made when missing."""
    row = Network.objects.select_for_update().filter(id=1).first()
    return row or Network.objects.create(id=1)


def note(verb: str, *, by: Person, **payload: Any) -> None:
    """Administration is written down, and is nobody's news."""
    record(f"network.{verb}", thing_kind="network", thing_id=1, by=by, payload=payload, is_silent=True)


def set_look(
    *,
    name: str,
    colour: str,
    language: str,
    by: Person,
    promise: str = "",
    logo: bytes | None = None,
    removes_logo: bool = False,
) -> Network:
    """Name, colour, language and logo. The colour gives its hue; readable shades are derived from it.

    Who may: administrators. Raises Refused (name, colour, language, logo) for what can't be.
    """
    require("site.administer", by=by)
    row = network_row()
    row.name = " ".join(name.split())[:80]
    if not row.name:
        raise Refused(_("Give the network a name."), field="name")
    if language not in ("fr", "en"):
        raise Refused(_("Choose one of those offered."), field="language")
    try:
        row.hue = brand.palette_of(brand.hue_of(colour)).hue
    except Refused as refusal:
        raise Refused(refusal.sentence, field="colour") from None
    row.language, row.promise = language, " ".join(promise.split())[:240]
    if logo is not None or removes_logo:
        row.logo = _kept_logo(logo) if logo else ""
    row.save()
    note("look_changed", by=by)
    return row


def _kept_logo(data: bytes) -> str:
    try:
        made = images.prepare(data, max_side=LOGO_SIDE, format="png")
    except Refused as refusal:
        raise Refused(refusal.sentence, field="logo") from None
    return (
        site_store().store(io.BytesIO(made.data), name="logo.png", max_bytes=images.MAX_SOURCE_BYTES).sha256
    )


def colour_of(hue: int) -> str:
    """The colour that the form shows for the hue kept."""
    return brand.palette_of(hue).light["accent"]


def end_set_up(*, by: Person, own_name: str = "", own_email: str = "", language: str = "") -> None:
    """The first screen is done: the administrator has a name and an address, the community of everyone exists.

    Both were made in the language of the terminal: they take the one chosen here. Who may: administrators. Raises
    Refused (own_name, own_email).
    """
    require("site.administer", by=by)
    row = network_row()
    if language and row.set_up_at is None:
        by.language = language
    _introduce(by, own_name, own_email)
    ensure_everyone(language=language or row.language)
    if language and row.set_up_at is None:
        translate_everyone(language)
    if row.set_up_at is None:
        row.set_up_at = clock.now()
        row.save(update_fields=["set_up_at"])
        note("set_up", by=by)


def _introduce(person: Person, name: str, email: str) -> None:
    name = " ".join(name.split())[:120]
    if name:
        person.display_name = name
    if email.strip() and email.strip() != person.email:
        try:
            person.email = checked_address(email, besides=person)
        except Refused as refusal:
            raise Refused(refusal.sentence, field="own_email") from None
    person.save()


def set_rules(*, who_creates: str, posting: str, by: Person, has_exchanges: bool = True) -> None:
    """Who may open communities and post to everyone, whether there are private exchanges.

    Who may: administrators. Raises Refused.
    """
    require("site.administer", by=by)
    if who_creates not in WHO_CREATES:
        raise Refused(_("Choose one of those offered."), field="who_creates")
    row = network_row()
    row.who_creates = who_creates
    if row.has_exchanges != has_exchanges:
        exchanges.switch(has_exchanges, by=by)
    row.has_exchanges = has_exchanges
    row.save(update_fields=["who_creates", "has_exchanges"])
    everyone = ensure_everyone(language=row.language)
    if everyone.posting != posting:
        set_posting(everyone, posting, by=by)
    note("rules_changed", by=by, who_creates=who_creates, posting=posting, has_exchanges=has_exchanges)


def set_ways_in(ways: list[str], *, by: Person) -> None:
    """By which ways people sign in. Who may: administrators. Raises Refused when nobody could come in any more."""
    require("site.administer", by=by)
    chosen = [way for way in WAYS if way in ways]
    if not chosen:
        raise Refused(_("Keep one way at least."), field="ways")
    if "password" not in chosen and not mail.is_configured():
        raise Refused(
            _("Codes and links need mail, which isn't set up yet. Keep the password until it is."),
            field="ways",
        )
    row = network_row()
    row.signs_in_by = chosen
    row.save(update_fields=["signs_in_by"])
    note("ways_in_changed", by=by, ways=chosen)


def set_mail(
    *, host: str, port: int, security: str, user: str, password: str, sender: str, by: Person
) -> None:
    """Keeps the relay through which mail leaves; an empty host means none. Who may: administrators.

    `password` left as SECRET_KEPT keeps the one there is. Raises Refused, NotAllowed when the operator has set it.
    """
    require("site.administer", by=by)
    relay = checked_relay(
        host=host, port=port, security=security, user=user, password=password, sender=sender
    )
    row = network_row()
    row.mail = relay
    row.save(update_fields=["mail"])
    note("mail_changed", by=by, host=relay.get("host", ""))


def checked_relay(
    *, host: str, port: int, security: str, user: str, password: str, sender: str
) -> dict[str, Any]:
    """The relay as it is kept. Raises Refused with the field at fault, NotAllowed when it is the operator's."""
    if is_operators_mail():
        raise NotAllowed(_("The relay is set by PARVIS_SMTP_URL on the server. Ask whoever runs it."))
    host = host.strip()
    if not host:
        return {}
    if any(letter.isspace() or letter in "/:@" for letter in host):
        raise Refused(_("Only the name of the server, such as smtp.example.org."), field="host")
    if security not in SECURITIES:
        raise Refused(_("Choose one of those offered."), field="security")
    if not 1 <= port <= 65535:
        raise Refused(_("A port is a number from 1 to 65535."), field="port")
    if password == SECRET_KEPT:
        password = str((network_row().mail or {}).get("password", ""))
    return {
        "host": host,
        "port": port,
        "security": security,
        "user": user.strip(),
        "password": password,
        "sender": sender.strip(),
    }


def is_operators_mail() -> bool:
    """Whether the server's own settings name the relay: then this page can't change it."""
    return bool(config.smtp_url.get_secret_value())


def send_test(to: str, *, by: Person) -> None:
    """Hands a short message to the relay now, so that what is wrong shows at once. Raises Refused with what it said."""
    require("site.administer", by=by)
    through = mail.relay()
    if through is None:
        raise Refused(_("Set the mail relay first: then messages can leave."))
    if "@" not in to:
        raise Refused(_("This doesn't look like an e-mail address."), field="to")
    name = network_row().name
    message = EmailMessage()
    message["From"] = formataddr((name, mail.sender_address(through)))
    message["To"], message["Subject"] = to.strip(), _("%(network)s can write to you") % {"network": name}
    message.set_content(
        _("This is the test message of %(network)s. If you read it, mail works.") % {"network": name}
    )
    try:
        mail.submit(through, message)
    except (OSError, smtplib.SMTPException, ValueError) as problem:
        said = (str(problem) or type(problem).__name__)[:200]
        raise Refused(_("The server refused: %(said)s") % {"said": said}) from problem
    note("mail_tested", by=by)


def write_legal(source: str, *, by: Person) -> None:
    """The legal notice, in Markdown. Who may: administrators."""
    require("site.administer", by=by)
    source = source.replace("\x00", "").strip()[:20_000]
    SiteText.objects.update_or_create(
        slug=SiteText.LEGAL,
        defaults={"source": source, "html": markdown.render(source).html if source else ""},
    )
    note("legal_changed", by=by)
