"""What leaves as files: every stored file to its readers alone; in the network's bundle, the columns it promises and no more."""

from __future__ import annotations

import zipfile

import pytest

from parvis.accounts.models import Session, SignInLink
from parvis.people.models import Person
from parvis.transfer.dump import export_bundle
from tests.canary_exemptions import EXEMPT, FILE
from tests.planting import WORD, Planted, plant, plant_files
from tests.sweeping import Sweep, sweep_files
from tests.world import World

# What an export of the whole network holds (docs of the bundle). REVIEWED BY PEOPLE: a column comes in here by decision only.
LEAVES = {
    "ballots_choice.text", "calendar_answer.word", "calendar_event.link", "calendar_event.place",
    "calendar_occurrence.word", "documents_document.lives_in", "documents_document.owner", "documents_folder.name",
    "documents_version.note", "contributions_attachment.alt", "contributions_attachment.sha256", "contributions_body.source",
    "contributions_contribution.title", "contributions_reply.source", "contributions_tag.label",
    "forum_category.name", "forum_idea.cluster", "forum_idea.retained_because",
    "forum_topic.closed_because", "people_person.bio", "people_person.department",
    "people_person.display_name", "people_person.hello", "people_person.job_title",
    "people_person.languages", "people_person.site", "people_profilefield.label_fr",
    "pages_version.note", "pages_version.source",
    "people_profilevalue.value", "people_subject.label", "spaces_space.category", "spaces_space.name",
    "spaces_space.purpose", "spaces_space.tags", "spaces_space.welcome", "spaces_spacetool.replaces",
}  # fmt: skip


@pytest.fixture(scope="module")
def planted(world: World) -> Planted:
    planted = plant(world)
    plant_files(world, planted)
    return planted


@pytest.fixture(scope="module")
def files(world: World, planted: Planted) -> Sweep:
    return sweep_files(world)


def test_a_file_is_given_to_whoever_may_read_what_shows_it(planted: Planted, files: Sweep) -> None:
    leaks = files.leaks(planted)
    assert not leaks, "\n".join(leaks[:40])


def test_every_kind_of_file_reaches_a_reader(planted: Planted, files: Sweep) -> None:
    wanted = {column for column, reason in EXEMPT.items() if reason == FILE}
    assert wanted <= files.columns(planted)


@pytest.fixture(scope="module")
def bundle(world: World, planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> str:
    """All the text of an export of the whole network, files included."""
    path = tmp_path_factory.mktemp("export") / "network.zip"
    export_bundle(path)
    with zipfile.ZipFile(path) as found:
        return "\n".join(found.read(name).decode(errors="replace") for name in found.namelist())


def test_the_bundle_of_the_network_holds_the_columns_it_promises_and_no_more(
    planted: Planted, bundle: str
) -> None:
    assert {planted.where[word] for word in WORD.findall(bundle)} == LEAVES


def test_no_unpublished_thing_and_no_secret_leaves_in_the_bundle(
    world: World, planted: Planted, bundle: str
) -> None:
    for space in world.names.values():
        for name in ("draft", "later", "binned"):
            assert space[name] not in bundle
    hashes = {
        *Person.objects.values_list("password", flat=True),
        *Session.objects.values_list("session_key", flat=True),
        *SignInLink.objects.values_list("token_hash", flat=True),
    }
    assert [one for one in hashes if one and one in bundle] == []
