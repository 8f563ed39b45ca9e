"""One small network holding something of everything, in every kind of space, for the generated tests.

Made by the house's own actions wherever there is one. Not here: what is asked of it (the tests).
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from parvis.accounts import links, mail, profile
from parvis.accounts.app_passwords import make_app_password
from parvis.accounts.models import Session
from parvis.accounts.sessions import BACKEND
from parvis.contributions import actions, drafts, marking, recurring, replies
from parvis.contributions.attachments import keep_upload
from parvis.contributions.link_cards import LinkCard
from parvis.contributions.models import Contribution
from parvis.journal.jobs import drain, enqueue
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM, acting
from parvis.kernel.files import local_store
from parvis.kernel.ids import encode, new_id
from parvis.mailing.rhythms import DIGEST
from parvis.mailing.stopping import token_for
from parvis.membership import charters, groups, invitations, requests, shaping, templates
from parvis.membership.actions import create_community, set_level
from parvis.membership.models import JoinRequest
from parvis.people.models import Person, ProfileField
from parvis.push.devices import USUAL
from parvis.push.models import Device, Switch
from parvis.search.saved import save_search
from parvis.spaces.models import Level, Space
from parvis.testing.cast import PASSWORD, Cast, build_cast
from parvis.tools.blog.actions import publish_post
from parvis.tools.calendar import feeds
from parvis.tools.notes.actions import publish_note
from parvis.transfer import runs
from parvis.transfer.models import Run
from parvis.web import site_settings, ways_out
from parvis.web.models import Network
from tests.world_exchanges import announcement_here, exchange_here
from tests.world_forum import forum_here
from tests.world_notices import notices_here
from tests.world_tools import (
    calendar_here,
    documents_here,
    feeds_here,
    own_feeds_here,
    pages_here,
    picture,
    polls_here,
    seen,
)
from tests.world_workflow import approvals_here, openings_here

ACTORS = (
    "visitor", "suspended", "stranger", "host_elsewhere", "ex_member", "member", "cohost", "author", "host",
    "administrator",
)  # fmt: skip
SPACES = ("open", "on_request", "secret", "archived", "personal", "everyone")
Words = Callable[[str], str]

# A point of the curve, as browsers give one (that of RFC 8291, section 5).
BROWSER_KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"


@dataclass
class World:
    """The cast, the names by which addresses and payloads speak of what is in each space, the open sessions."""

    cast: Cast
    site: dict[str, str] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def people(self) -> dict[str, Person | None]:
        """The actors of the matrix, and the invitee."""
        every = self.cast.actors()
        return {name: every[name] for name in (*ACTORS, "invitee")}

    def names_for(self, actor: str, space: str = "") -> dict[str, str]:
        """What an address or a payload may name, for an actor in a space."""
        person = self.people()[actor]
        own = {"me": person.key if person else self.cast.member.key, "own_session": "none"}
        if actor in self.sessions and (
            row := Session.objects.filter(session_key=self.sessions[actor]).first()
        ):
            own["own_session"] = row.public_key
        own["own_notice"] = self.site[f"notice_of_{actor}"]
        own["colleague"] = encode((self.cast.host if actor == "member" else self.cast.member).id)
        return {**self.site, **self.names.get(space, {}), **own}

    def client(self, actor: str) -> Client:
        """A browser of that person, as it was before any other request."""
        if actor not in self.clients:
            self.clients[actor] = Client(
                headers={"accept-language": "en"}, raise_request_exception=False, REMOTE_ADDR="127.0.0.1"
            )
        found = self.clients[actor]
        found.cookies.clear()
        if actor in self.sessions:
            found.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[actor]
        return found


def build_world(words: Words = lambda text: text) -> World:
    """Everything, in the running transaction. `words` may make every text unique (the canary does)."""
    Network.objects.update_or_create(
        id=1, defaults={"name": "Maison Lumen", "set_up_at": clock.now(), "language": "fr"}
    )
    cast = build_cast()
    Person.objects.filter(id__in=[row.id for row in cast.actors().values() if row]).update(
        welcomed_at=clock.now(), language="en"
    )
    world = World(cast)
    with acting(SYSTEM):
        _fill_site(world, words)
        for name in ("everyone", "open", "on_request", "secret", "archived", "personal"):
            fill_space(world, name, words)
        set_level(world.cast.personal, Level.FOLLOWING, by=world.cast.member)
        drain()
        notices_here(world)
        # The trial of the bundle, as one that found no fault: only such a one can be loaded.
        Run.objects.update(state=runs.DONE, is_dry_run=True, report={"name": "bundle.zip"})
    _open_sessions(world)
    return world


def _open_sessions(world: World) -> None:
    world.cast.invitee.set_password(PASSWORD)
    world.cast.invitee.save(update_fields=["password"])
    for name, person in [*world.people().items()] * 2:
        if person is not None and person.is_active:
            client = Client()
            client.force_login(person, backend=BACKEND)
            world.sessions[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
    _add_device(world)


def _add_device(world: World) -> None:
    """A network that pushes, and a browser of the author that asked for it."""
    Switch.objects.create(is_on=True)
    author = world.cast.author
    other = Session.objects.filter(person=author).exclude(session_key=world.sessions["author"]).first()
    assert other is not None
    world.site |= {"push_endpoint": f"https://{USUAL[1]}/wpush/v2/abc", "push_key": BROWSER_KEY}
    row = Device.objects.create(
        person=author,
        session=other,
        endpoint=f"https://{USUAL[1]}/wpush/v2/a",
        public_key=BROWSER_KEY,
        auth="A" * 22,
    )
    world.site["own_device"] = encode(row.id)


def _fill_site(world: World, words: Words) -> None:
    cast, site = world.cast, world.site
    admin = Person.objects.get(id=cast.administrator.id)
    network = site_settings.set_look(
        name="Maison Lumen", colour="#0a7d4f", language="fr", by=admin, logo=picture("logo.png").read()
    )
    inside = ways_out.allow("intranet.maison.example", 443, remark=words("Le journal de la maison"), by=admin)
    site_settings.write_legal(words("Mentions de la maison"), by=admin)
    Person.objects.create(email="attend@parvis.test", display_name="Ana Attend", state="unclaimed")
    group = groups.save_group(name=words("Lyonnais"), rule={"site": ["Lyon"]}, by=admin)
    listed = groups.save_group(name=words("Choisis"), by=admin)
    groups.set_people(listed, [cast.member, cast.author], by=admin)
    profile_field = _field(words)
    profile.fill_values(cast.author, {profile_field: words("quai 7")}, by=admin)
    profile.set_photo(cast.author, picture("portrait.png").read(), by=cast.author)
    profile.set_subjects(cast.author, "ask", [words("soudure")], by=cast.author)
    profile.set_subjects(cast.author, "interest", [words("apiculture")], by=cast.author)
    profile.revise_profile(cast.author, by=cast.author, bio=words("Vingt ans de maison"))
    message = mail.send(cast.member.email or "", words("Un mot pour vous"), words("Bonjour Malik"))
    asked = requests.file_community_request(
        {"name": words("Jardiniers"), "purpose": "Planter ensemble", "theme": "interest", "access": "open",
         "tools": ["forum"]},
        by=cast.stranger,
    )  # fmt: skip
    for row in (cast.author, cast.member, cast.administrator):
        row.refresh_from_db()
    site |= {
        "author_key": cast.author.key, "member_key": cast.member.key, "unclaimed_key": cast.unclaimed.key,
        "stranger_key": cast.stranger.key, "host_key": cast.host.key, "person": cast.author.key,
        "photo": cast.author.photo[:12], "logo": f"{network.logo[:16]}.png", "group": encode(group.id), "inside_host": encode(inside.id),
        "listed": encode(listed.id), "field": encode(profile_field.id), "message": encode(message.id),
        "request_id": encode(asked.id), "nobody": encode(new_id()), "job": str(_failed_job(message.id)),
        "feed_token": feeds.make_feed(None, by=cast.invitee)[1], "own_feed": encode(feeds.make_feed(None, by=cast.author)[0].id),
        **_tokens(cast), **_imports(admin), **_elsewhere(cast),
    }  # fmt: skip
    site |= own_feeds_here(cast, words)
    site |= exchange_here(cast, words)
    site |= {"own_search": encode(save_search("lampe", name=words("Mes lampes"), by=cast.author).id)}
    site |= {"mail_token": token_for(cast.member, DIGEST)}
    site |= {"own_program": encode(make_app_password(words("Portable"), "both", by=cast.author)[0].id)}
    drafts.save_draft(
        "new", {"title": [words("À demi écrit")], "body": [words("Brouillon de lampe")]}, by=cast.author
    )
    model = templates.save_as_template(cast.open, name=words("Modèle de qualité"), by=cast.host, texts={})
    site |= {"saved_model": encode(model.id)}


def _field(words: Words) -> ProfileField:
    return ProfileField.objects.create(
        label_fr=words("Bureau"), label_en=words("Office"), type="choice", choices=[words("quai 7"), words("quai 8")],
        is_filter=True,
    )  # fmt: skip


def _tokens(cast: Cast) -> dict[str, str]:
    """One-time links of each purpose, by the last part of their address."""
    issued = {
        "link_token": links.issue_link(cast.member),
        "invitation_token": links.issue_link(cast.unclaimed, purpose=links.INVITATION),
        "reset_token": links.issue_link(cast.member, purpose=links.RESET),
        "email_token": links.issue_link(cast.member, purpose=links.EMAIL, address="malik.neuf@parvis.test"),
    }
    return {name: path.rstrip("/").rpartition("/")[2] for name, path in issued.items()}


def _imports(admin: Person) -> dict[str, str]:
    run = runs.receive(bundle(), by=admin)
    return {"run": encode(run.id)}


def bundle() -> SimpleUploadedFile:
    """A zip, as far as its first letters go; what is inside is judged by the job."""
    return SimpleUploadedFile("bundle.zip", b"PK\x03\x04" + b"\0" * 60, "application/zip")


def _elsewhere(cast: Cast) -> dict[str, str]:
    """Communities in which something is still to be done: an invitation to answer, a place to move to, no host."""
    invited = invitations.invite_person(cast.elsewhere, cast.stranger, by=cast.host_elsewhere)
    _row, token = invitations.make_link(cast.elsewhere, by=cast.host_elsewhere)
    tools = ("forum", "blog", "documents")
    target = create_community(
        name="Cible",
        purpose="Recevoir.",
        theme="professional",
        access="open",
        by=cast.host,
        tools=tools,
        is_silent=True,
    )
    joinable = create_community(
        name="Ouverte à tous", purpose="Essayer.", theme="interest", access="open", by=cast.invitee, tools=tools,
        is_silent=True,
    )  # fmt: skip
    orphan = create_community(
        name="Sans hôte", purpose="Attendre.", theme="interest", access="open", by=cast.member, tools=tools,
        is_silent=True,
    )  # fmt: skip
    orphan.memberships.update(role="member")
    assert invited is not None
    return {
        "invited": encode(invited.id), "invited_token": token, "elsewhere_slug": target.slug,
        "joinable": encode(joinable.id), "orphan": encode(orphan.id), "password": PASSWORD,
    }  # fmt: skip


def _failed_job(message_id: int) -> int:
    """A job that failed, as the worker leaves it."""
    enqueue("accounts.deliver", message_id=message_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM procrastinate_jobs")
        (job,) = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [job])
    return int(job)


def fill_space(world: World, name: str, words: Words) -> None:
    """Something of everything in one space of the cast; the world learns its names."""
    cast = world.cast
    space: Space = Space.objects.get(id=getattr(cast, name).id)
    host = {"personal": cast.author, "everyone": cast.administrator}.get(name, cast.host)
    if name == "archived":
        shaping.restore(space, by=host)
    kept = local_store().store(io.BytesIO(_webp()), name="cover.webp", max_bytes=1 << 20)
    Space.objects.filter(id=space.id).update(cover=kept.sha256)
    found = {
        "slug": space.slug,
        "version": kept.sha256[:12],
        "folder": encode(new_id()),
        "branch": encode(new_id()),
        **_texts(world, space, host, words),
        **announcement_here(space, words, host=host, author=cast.author),
    }
    if name != "personal":
        found |= forum_here(world.cast, space, host, words)
        found |= polls_here(world, space, words)
        found |= calendar_here(world, space, words) if not space.is_everyone else {}
        found |= documents_here(world, space, words) if not space.is_everyone else {}
        found |= pages_here(world, space, words) if not space.is_everyone else {}
        found |= feeds_here(space, words) if not space.is_everyone else {}
        found |= approvals_here(world, space, words) if not space.is_everyone else {}
        found |= openings_here(space, words, host)
        found |= _hosting(world, space, host, words)
    if name == "archived":
        shaping.archive(space, by=host)
    world.names[name] = found


def _webp() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (32, 8), "#335577").save(data, "WEBP")
    return data.getvalue()


def _texts(world: World, space: Space, host: Person, words: Words) -> dict[str, str]:
    """Notes and posts in every state, all by the author, answered by the member where they may."""
    cast, author = world.cast, world.cast.author
    upload = keep_upload(picture(words("plan.png").replace(" ", "-")), alt=words("un plan"), by=author)
    note = publish_note(
        space,
        body=words("Une lampe grésille") + f"\n\n![plan]({upload.url})",
        by=author,
        tags=[words("Lampes")],
    )
    actions.revise(
        seen(note, author), title="", body=words("Une lampe grésillait") + f"\n\n![plan]({upload.url})", by=author,
        tags=[words("Lampes")], needs_title=False,
    )  # fmt: skip
    answerer = author if space.is_personal else cast.member
    answer = replies.reply(seen(note, answerer), body=words("Je passe voir"), by=answerer)
    own = replies.reply(seen(note, author), body=words("Merci d'avance"), by=author)
    replies.revise_reply(own, body=words("Grand merci d'avance"), by=author)
    gone = replies.reply(seen(note, author), body=words("Réponse regrettée"), by=author)
    replies.remove_reply(gone, by=author)
    unseen = replies.reply(seen(note, author), body=words("Réponse déplacée"), by=author)
    replies.hide_reply(unseen, by=host)
    marking.react(seen(note, author), "like", by=author)
    marking.report(seen(note, answerer), reason=words("À regarder"), by=answerer)
    post = publish_post(space, title=words("Bilan du mois"), body=words("Voici le bilan"), by=author)
    draft = publish_post(
        space, title=words("Bilan à venir"), body=words("Pas encore prêt"), by=author, is_draft=True
    )
    later = publish_post(
        space,
        title=words("Bilan suivant"),
        body=words("Pour demain"),
        by=author,
        at=clock.now() + timedelta(days=2),
    )
    hidden = publish_note(space, body=words("Un mot de trop"), by=author)
    actions.hide(seen(hidden, host), reason=words("Hors sujet"), by=host)
    binned = publish_note(space, body=words("Un mot regretté"), by=author)
    actions.retire(seen(binned, author), by=author)
    pinned = publish_note(space, body=words("À lire d'abord"), by=author)
    pin = marking.pin(seen(pinned, host), by=host)
    marking.bookmark(seen(note, author), by=author)
    linked = publish_note(space, body=words("Voyez https://example.org/lampes"), by=author)
    LinkCard.objects.create(
        contribution=linked, space_id=linked.space_id, audience=linked.audience, url="https://example.org/lampes",
        host="example.org", title=words("Des lampes"), description=words("Toutes les lampes"),
        site_name=words("Lampes et fils"),
    )  # fmt: skip
    Contribution.objects.filter(id=linked.id).update(card={"has_link_card": True})
    report = note.reports.first() or marking.report(note, reason="x", by=answerer)
    named = {
        "note": note, "post": post, "draft": draft, "later": later, "hidden": hidden, "binned": binned,
        "pinned_note": pinned, "linked": linked, "answer": answer, "own_reply": own, "gone_reply": gone,
        "unseen_reply": unseen, "reply": answer, "report": report, "pinned": pin, "attachment": upload,
    }  # fmt: skip
    return {name: encode(row.id) for name, row in named.items()} | {"file_name": upload.name}


def _hosting(world: World, space: Space, host: Person, words: Words) -> dict[str, str]:
    """What hosts see: charter, requests, invitations, plans, groups. The everyone space has few of them."""
    cast = world.cast
    plan = recurring.plan(
        space, option="question", title=words("Question du lundi"), body=words("Quoi de neuf"), every="week", day=0,
        hour=9, by=host,
    )  # fmt: skip
    if space.is_everyone:
        return {"plan": encode(plan.id)}
    charters.write_charter(space, words("Soyons bienveillants"), by=host)
    # Made directly: an open community takes people in at once, yet one that was closed before keeps its requests.
    asked = JoinRequest.objects.create(space=space, person=cast.stranger, word=words("Puis-je venir"))
    invited, _why = invitations.invite_email(
        space, "dehors@parvis.test", by=host, word=words("Venez nous voir")
    )
    link, token = invitations.make_link(space, by=host)
    group = groups.save_group(name=words(f"Groupe {space.slug}"), by=cast.administrator)
    grant = groups.grant(space, group, by=host)
    rows: dict[str, Any] = {"plan": plan, "asked": asked, "invitation": invited or link, "grant": grant}
    return {name: encode(row.id) for name, row in rows.items()} | {"invite_token": token}
