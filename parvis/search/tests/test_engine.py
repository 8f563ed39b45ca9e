"""What is found, how it is ranked, what forgives: through actions, on real rows."""

from __future__ import annotations

import pytest

from parvis.contributions import actions, entries, marking, moving, replies
from parvis.contributions.models import Contribution, Entry, Reply
from parvis.kernel import clock
from parvis.kernel.db import count_statements, read
from parvis.people.models import Person
from parvis.search import finding, vocabulary
from parvis.search.asking import parse
from parvis.search.engine import Answer, search, suggest
from parvis.search.vocabulary import is_one_off
from parvis.testing.cast import Cast, build_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return build_cast()


def write(cast: Cast, title: str, body: str, space: str = "open", **more: object) -> Contribution:
    return actions.publish("post", getattr(cast, space), title=title, body=body, by=cast.author, **more)  # type: ignore[arg-type]


def found(text: str, person: Person) -> list[int]:
    return [hit.contribution_id for hit in search(parse(text), person).hits]


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("Nous avons réuni les équipes connectées", "équipe connecté"),
        ("Nous avons réuni les équipes connectées", "equipes connectee"),
        ("REUNIONS SANS ACCENTS", "réunion"),
        ("Une œuvre d’art à l’accueil", "oeuvre accueil"),
        ("Une oeuvre d'art", "œuvre"),
        ("La co-construction, c'est le plan n° 12", "co-construction 12"),
        ("Les salarié·e·s votent", "salarié"),
        ("Decomposed: e\u0301le\u0301ment", "élément"),
        ("Le programmateur d'arrosage", "progra"),
    ],
)
def test_accents_stems_and_beginnings_are_forgiven(cast: Cast, body: str, asked: str):
    row = write(cast, "Titre", body)
    write(cast, "Autre", "Rien de tel")
    assert found(asked, cast.member) == [row.id]


def test_english_is_stemmed_as_english(cast: Cast):
    row = write(
        cast, "How we measure", "We were measuring the lamps that flickered and the meetings about them"
    )
    assert row.language == "en"
    assert found("flickering meeting measures", cast.member) == [row.id]


def test_phrases_and_what_must_be_missing(cast: Cast):
    one = write(cast, "Une", "La mise en place du four de peinture")
    other = write(cast, "Deux", "La place du four, puis la mise à jour de la peinture")
    assert found('"mise en place"', cast.member) == [one.id]
    assert found("four peinture -jour", cast.member) == [one.id]
    assert set(found("four peinture", cast.member)) == {one.id, other.id}


def test_a_title_beats_a_text_beats_a_reply(cast: Cast):
    in_reply = write(cast, "Une question", "Que faire ici")
    replies.reply(in_reply, body="Regardez le chalumeau", by=cast.member)
    in_text = write(cast, "Une autre", "Que faire du chalumeau, demain, dans la cour")
    in_title = write(cast, "Le chalumeau", "Que faire demain dans la cour")
    assert found("chalumeau", cast.member) == [in_title.id, in_text.id, in_reply.id]


def test_the_reply_that_says_it_is_opened_and_marked(cast: Cast):
    row = write(cast, "Une question", "Que faire ici")
    replies.reply(row, body="Rien du tout", by=cast.member)
    said = replies.reply(row, body="Essayez les chalumeaux du bâtiment C", by=cast.member)
    hit = search(parse("chalumeau"), cast.member).hits[0]
    assert (hit.reply_id, hit.why, hit.author_name) == (said.id, "reply", cast.member.name)
    assert f"reply={said.key}" in hit.url
    assert ("chalumeaux", True) in hit.excerpt
    assert search(parse("question"), cast.member).hits[0].reply_id is None


def test_words_may_be_spread_over_a_thread_and_some_may_be_missing(cast: Cast):
    row = write(cast, "Toner", "La machine est vide")
    replies.reply(row, body="Il y en a au deuxième étage", by=cast.member)
    assert found("toner étage", cast.member) == [row.id]
    answer = search(parse("toner étage cyclotron"), cast.member)
    assert [hit.contribution_id for hit in answer.hits] == [row.id]
    assert answer.is_loose


def test_what_has_helped_comes_first_and_imported_totals_do_not(cast: Cast):
    plain = write(cast, "Soudure", "Comment souder")
    helped = write(cast, "Soudure", "Comment souder")
    fresh = write(cast, "Soudure", "Comment souder")
    Contribution.objects.all().update(published_at=clock.now())
    assert found("soudure", cast.member) == [fresh.id, helped.id, plain.id]
    for person in (cast.member, cast.host, cast.cohost):
        marking.react(helped, "useful", by=person)
    assert found("soudure", cast.member)[0] == helped.id
    read(
        "INSERT INTO contributions_total (id, contribution_id, space_id, audience, name, count) "
        "SELECT 1, id, space_id, audience, 'agree', 100000 FROM contributions_contribution WHERE id = %s", [plain.id],
    )  # fmt: skip
    assert found("soudure", cast.member)[0] == helped.id


def test_a_typo_is_forgiven_where_the_right_word_stands(cast: Cast):
    row = write(cast, "L'étalonnage", "Des instruments")
    vocabulary.learn()
    for typo in ("etalonage", "etalonnnage", "étalonnaje", "etalonngae"):
        answer = search(parse(typo), cast.member)
        assert [hit.contribution_id for hit in answer.hits] == [row.id], typo
        assert answer.corrected == ((typo, "étalonnage"),)
    assert search(parse("étalonnage"), cast.member).corrected == ()


def test_operators_narrow_and_one_that_names_nothing_finds_nothing(cast: Cast):
    one = write(cast, "Lampe", "Texte", tags=["Outil"])
    other = actions.publish("note", cast.on_request, title="", body="Lampe", by=cast.host, needs_title=False)
    replies.reply(one, body="Ma lampe", by=cast.member)
    assert found("lampe author:aude", cast.member) == [one.id]
    assert found("lampe auteur:moi", cast.host) == [other.id]
    assert found(f"lampe in:{cast.on_request.slug}", cast.member) == [other.id]
    assert found("lampe kind:post", cast.member) == [one.id]
    assert found("lampe type:billet", cast.member) == [one.id]
    assert search(parse("lampe kind:reply"), cast.member).hits[0].reply_id is not None
    assert found("lampe tag:outil", cast.member) == [one.id]
    assert found("tag:outil", cast.member) == [one.id]
    assert found("lampe before:2001", cast.member) == []
    assert set(found("lampe after:2001", cast.member)) == {one.id, other.id}
    assert found("lampe author:personnedecenom", cast.member) == []
    assert found(f"lampe in:{cast.secret.slug}", cast.stranger) == []


def test_facets_count_what_the_reader_may_see_and_ask_again(cast: Cast):
    write(cast, "Lampe", "Texte")
    write(cast, "Lampe", "Texte", space="secret")
    actions.publish("note", cast.open, title="", body="Lampe", by=cast.host, needs_title=False)
    kinds = {one.value: one for one in facet(search(parse("lampe"), cast.member), "kind")}
    assert {value: one.count for value, one in kinds.items()} == {"post": 2, "note": 1}
    assert {one.value: one.count for one in facet(search(parse("lampe"), cast.stranger), "kind")} == {
        "post": 1,
        "note": 1,
    }
    narrowed = search(parse(kinds["note"].ask), cast.member)
    assert narrowed.count == 1
    assert [one.is_chosen for one in facet(narrowed, "kind")] == [True]
    assert facet(narrowed, "kind")[0].ask == "lampe"
    assert next((one.person.id, one.count) for one in search(parse("lampe"), cast.member).writers) == (
        cast.author.id,
        2,
    )


def facet(answer: Answer, name: str) -> list:
    return [choice for one in answer.facets if one.name == name for choice in one.choices]


def test_people_communities_and_tags_are_found_by_name(cast: Cast):
    write(cast, "Une", "Deux", tags=["Étalonnage"])
    assert [one.id for one in search(parse("helene"), cast.member).people] == [cast.host.id]
    assert [one.id for one in search(parse("hélène hôtte"), cast.member).people] == [cast.host.id]
    assert [one.label for one in search(parse("étalonnage"), cast.member).tags] == ["Étalonnage"]
    assert cast.open.id in [one.id for one in search(parse(cast.open.name), cast.stranger).spaces]
    assert cast.secret.id not in [one.id for one in search(parse(cast.secret.name), cast.stranger).spaces]
    groups = {line.group for line in suggest("étal", cast.member)}
    assert {"tag", "thing"} <= groups
    Person.objects.filter(id=cast.host.id).update(is_hidden=True)
    assert search(parse("helene"), cast.member).people == ()


def test_what_is_hidden_removed_moved_or_changed_is_found_as_it_now_stands(cast: Cast):
    row = write(cast, "Le chalumeau", "Texte")
    said = replies.reply(row, body="Une enclume", by=cast.member)
    replies.hide_reply(said, by=cast.host)
    assert found("enclume", cast.member) == []
    replies.show_reply(said, by=cast.host)
    assert found("enclume", cast.member) == [row.id]
    replies.revise_reply(said, body="Un marteau", by=cast.member)
    assert (found("enclume", cast.member), found("marteau", cast.member)) == ([], [row.id])
    actions.revise(row, title="Le fer", body="Texte", by=cast.author)
    assert (found("chalumeau", cast.member), found("fer", cast.member)) == ([], [row.id])
    other = write(cast, "Ailleurs", "Texte", space="secret")
    moving.move_replies(row, [said.id], other, by=cast.host)
    assert (found("marteau", cast.member), found("marteau", cast.stranger)) == ([other.id], [])
    actions.hide(row, reason="Non", by=cast.host)
    assert found("fer", cast.member) == []
    draft = write(cast, "Un brouillon", "Texte", is_draft=True)
    assert found("brouillon", cast.author) == []
    actions.publish_draft(draft, by=cast.author)
    assert found("brouillon", cast.stranger) == [draft.id]
    assert Entry.objects.get(id=draft.id).at == Contribution.objects.get(id=draft.id).published_at


def test_the_index_can_be_lost_and_built_again(cast: Cast):
    row = write(cast, "Le chalumeau", "Texte", tags=["fer"])
    said = replies.reply(row, body="Une enclume", by=cast.member)
    hidden = replies.reply(row, body="Un marteau", by=cast.member)
    before = dict(Entry.objects.values_list("id", "words"))
    Entry.objects.exclude(id=hidden.id).delete()
    Reply.objects.filter(id=hidden.id).update(state="hidden")
    assert set(entries.astray()) == {*before}
    entries.rebuild(entries.astray())
    assert entries.astray() == []
    del before[hidden.id]
    assert dict(Entry.objects.values_list("id", "words")) == before
    assert (said.id in before, hidden.id in before) == (True, False)


def test_few_statements_and_no_more_for_more_hits(cast: Cast):
    for number in range(25):
        replies.reply(write(cast, f"Lampe {number}", "Texte"), body="Oui, la lampe", by=cast.member)
    search(parse("lampe"), cast.member)
    with count_statements() as asked:
        answer = search(parse("lampe"), cast.member)
    assert (answer.count, len(answer.hits), answer.has_next) == (25, 20, True)
    assert len(asked) <= 4, asked.texts
    assert len(search(parse("lampe"), cast.member, page=2).hits) == 5
    with count_statements() as asked:
        suggest("lam", cast.member)
    assert len(asked) <= 3


def test_very_many_are_told_as_more_than(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(finding, "ENOUGH", 5)
    row = finding.find(
        finding.ask(parse("lampe")), finding.Within(), cast.member, least=1, page=1, limit=20, enough=5
    )
    assert row.candidates == 0
    rows = [write(cast, "Lampe", "Texte") for _number in range(8)]
    row = finding.find(
        finding.ask(parse("lampe")), finding.Within(), cast.member, least=1, page=1, limit=20, enough=5
    )
    assert row.candidates == 6
    assert {int(hit["id"]) for hit in row.hits} == {one.id for one in rows[-6:]}


@pytest.mark.parametrize("is_large", [False, True])
def test_the_same_rows_come_whichever_span_of_weeks_held_them(cast: Cast, is_large: bool):
    """A large site looks at its newest rows, then at wider spans: what is found mustn't tell which."""
    rows = [write(cast, "Lampe", "Texte") for _number in range(12)]
    for place, row in enumerate(rows):  # from today back over four years
        old = row.id - (place * 4 * 604_800_000 << 22)
        read("DELETE FROM contributions_entry WHERE id = %s", [row.id])
        read(
            "INSERT INTO contributions_entry (id, contribution_id, is_reply, space_id, audience, kind, author_id, at, words) "
            "SELECT %s, id, false, space_id, audience, kind, author_id, published_at, "
            "contributions_words(%s, author_id, kind, 'fr', title, '', '') FROM contributions_contribution WHERE id = %s",
            [old, old, row.id],
        )
    for enough in (1, 3, 7, 50):
        got = read(
            "SELECT contribution_id FROM search_matching('lampe'::tsquery, NULL, '{}', %s, %s, NULL, NULL, NULL, false, NULL, %s, %s)",
            [cast.member.id, ["post"], enough, is_large],
        )
        assert {row.contribution_id for row in got} == {row.id for row in rows[:enough]}


def test_the_rights_are_a_part_of_the_one_function(cast: Cast):
    """Nothing else reads the words to find: what comes later under row-level policies needs one function only."""
    write(cast, "Lampe", "Texte", space="secret")
    sql = "SELECT 1 FROM search_matching('lampe'::tsquery, NULL, '{}', %s, %s, NULL, NULL, NULL, false, NULL, 10)"
    assert len(read(sql, [cast.member.id, ["post"]])) == 1
    for person in (cast.stranger, cast.ex_member, cast.suspended, cast.administrator, cast.unclaimed):
        assert read(sql, [person.id, ["post"]]) == []
    assert read(sql, [cast.member.id, ["topic"]]) == []
    assert read(sql, [0, ["post"]]) == []


@pytest.mark.parametrize(
    ("one", "other", "is_near"),
    [("lampe", "lampes", True), ("lampe", "ampe", True), ("lampe", "lmape", True), ("lampe", "rampe", True),
     ("lampe", "lampe", True), ("lampe", "rampes", False), ("lampe", "lapmes", False), ("abcd", "badc", False)],
)  # fmt: skip
def test_one_letter_away(one: str, other: str, is_near: bool):
    assert is_one_off(one, other) is is_near


def test_words_that_stand_nowhere_are_forgotten(cast: Cast):
    row = write(cast, "Le chalumeau", "Texte")
    vocabulary.learn()
    assert vocabulary.near("chalumau") == ["chalumeau"]
    Contribution.objects.filter(id=row.id).delete()
    vocabulary.forget()
    assert vocabulary.near("chalumau") == []
