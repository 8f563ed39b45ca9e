"""What answers by mail give back: no planted word reaches who may not read it, whatever they answer, published or refused.

Each actor answers each contribution and each reply there is, with an address that was good. Not here: the letters that are
answered (test_canary_mails, test_canary_digests).
"""

from __future__ import annotations

import pytest

from parvis.accounts.models import Message
from parvis.contributions.models import Contribution, Reply
from parvis.kernel.db import SYSTEM, declare_actor
from parvis.mailing.models import Rhythm
from parvis.mailing.receiving import Arrived, _answer
from parvis.mailing.reply_tokens import address_for
from parvis.mailing.sending import speaking_to
from parvis.testing.letters import choose
from parvis.toolkit import mailroom
from tests.planting import Planted, plant
from tests.sweeping import Sweep
from tests.world import World


@pytest.fixture(scope="module")
def planted(world: World) -> Planted:
    return plant(world)


@pytest.fixture(scope="module")
def sweep(world: World, planted: Planted) -> Sweep:
    found = Sweep()
    things = [(key, None) for key in Contribution.objects.values_list("id", flat=True)]
    replies = [*Reply.objects.values_list("contribution_id", "id")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.PARVIS_MAIL_IN_ADDRESS", "reponses@maison.example", raising=False)
        for name, person in world.people().items():
            if person is None or not person.email:
                continue
            choose(Rhythm.WEEKLY, person)
            Message.objects.all().delete()
            for contribution_id, reply_id in [*things, *replies]:
                _slug, token = mailroom.check(address_for(person, contribution_id, reply_id))
                with speaking_to(person):
                    _answer(
                        person, token, Arrived(person.email, "<a@b.example>", "Mot à moi", "Mot à moi", 1)
                    )
                declare_actor(SYSTEM)
            for message in Message.objects.filter(subject__gt=""):
                found.pages += 1
                assert message.person_id == person.id
                found.note(
                    f"{message.subject}\n{message.text}\n{message.headers}",
                    name,
                    "what an answer by mail gives back",
                )
    return found


def test_nothing_that_goes_back_tells_what_its_reader_may_not_read(planted: Planted, sweep: Sweep) -> None:
    leaks = sweep.leaks(planted)
    assert not leaks, f"{len(leaks)} words:\n" + "\n".join(leaks[:60])


def test_every_answer_really_got_its_word(world: World, sweep: Sweep) -> None:
    answered = Contribution.objects.count() + Reply.objects.exclude(source="Mot à moi").count()
    assert sweep.pages >= 8 * answered
    assert Reply.objects.filter(source="Mot à moi").exists()
