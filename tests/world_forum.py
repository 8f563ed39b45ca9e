"""What the generated tests find of discussions in each space: topics of each mode and state, ideas, something shared.

Not here: the rest of the world (world), the other tools (world_tools).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parvis.contributions import replies
from parvis.contributions.models import Contribution
from parvis.kernel.ids import encode
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.testing.cast import Cast
from parvis.tools.forum import actions as forum
from parvis.tools.forum import categories, ideas
from parvis.tools.notes.actions import publish_note
from parvis.tools.shares.actions import share
from tests.world_tools import seen

Words = Callable[[str], str]


def forum_here(cast: Cast, space: Space, host: Person, words: Words) -> dict[str, str]:
    """Topics of each mode and state, and ideas; a share of something that everybody may read."""
    author = cast.author
    shelf = categories.add_category(space, words("Ateliers"), by=host)

    def topic(title: str, mode: str = "discussion") -> Contribution:
        return forum.open_topic(
            space,
            title=words(title),
            body=words("Qui sait ?"),
            by=author,
            options={"mode": mode, "category": encode(shelf.id)},
        )

    question, answered, closed, decided = (
        topic("Quelle ampoule", "question"),
        topic("Quel fil", "question"),
        topic("Vieux sujet"),
        topic("Que choisir"),
    )
    solving = replies.reply(seen(question, cast.member), body=words("La bleue"), by=cast.member)
    solved = replies.reply(seen(answered, cast.member), body=words("Le rouge"), by=cast.member)
    forum.accept(seen(answered, author), solved, by=author)
    forum.close(seen(closed, author), because=words("Réglé depuis"), by=author)
    forum.conclude(seen(decided, author), outcome=words("Décidé : la verte"), by=author)
    storm = topic("Idées de lampes", "brainstorm")
    idea = ideas.add_idea(
        seen(storm, author), title=words("Lampe solaire"), body=words("Au soleil"), by=author
    )
    second = ideas.add_idea(
        seen(storm, author), title=words("Lampe à pied"), body=words("Au pied"), by=author
    )
    kept = ideas.add_idea(
        seen(storm, author), title=words("Lampe de poche"), body=words("En poche"), by=author
    )
    ideas.group_ideas(seen(storm, host), [idea.id, second.id], name=words("Portables"), by=host)
    ideas.retain(seen(kept, host), because=words("Simple et utile"), by=host)
    ideas.give(seen(idea, cast.member), 2, by=cast.member)
    named: dict[str, Any] = {
        "question": question, "answered": answered, "closed": closed, "decided": decided, "storm": storm,
        "idea": idea, "second_idea": second, "kept_idea": kept, "solving": solving, "solved": solved, "category": shelf,
    }  # fmt: skip
    if not space.is_everyone:
        origin = publish_note(cast.everyone, body=words(f"Pour tous {space.access}"), by=author)
        named["share"] = share(seen(origin, author), space, comment=words("À lire ici aussi"), by=author)
        named["sharable"] = publish_note(cast.everyone, body=words("Pour tous encore"), by=author)
    return {name: encode(row.id) for name, row in named.items()}
