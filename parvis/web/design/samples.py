"""People, communities and contributions invented for the style guide. Not here: the demo organisation."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from markupsafe import Markup

Sample = dict[str, Any]


def _person(name: str, title: str = "", site: str = "", **more: Any) -> Sample:
    return {"name": name, "id13": name, "url": "#", "title": title, "site": site, **more}


def _space(name: str, hue: int, purpose: str = "", **more: Any) -> Sample:
    return {"name": name, "hue": hue, "url": "#", "purpose": purpose, "initial": name[0], **more}


CLAIRE = _person(
    "Claire Moreau", "Responsable atelier", "Lyon", subjects=["Lean", "Accueil des alternants", "Planning"]
)
AMINE = _person(
    "Amine Belkacem", "Ingénieur méthodes", "Grenoble", subjects=["Robotique", "Python", "Tutorat"]
)
SOPHIE = _person(
    "Sophie Nguyen", "Directrice des ressources humaines", "Siège", subjects=["Parcours", "Mobilité"]
)
TOM = _person(
    "Tom Whitaker", "Customer support lead", "London", subjects=["Onboarding", "Écriture claire"], is_new=True
)
INES = _person(
    "Inès Carvalho", "Acheteuse", "Nantes", subjects=["Contrats", "Achats responsables"], is_new=True
)
PAUL = _person("Paul-Henri Gautier", "Technicien maintenance", "Lyon", subjects=["Presses", "Vélo"])
PEOPLE = [CLAIRE, AMINE, SOPHIE, TOM, INES, PAUL]

MANAGERS = _space(
    "Managers",
    0,
    "S'entraider entre responsables d'équipe, sans langue de bois.",
    member_count=42,
    theme_label="Professionnelle",
    access_label="Sur demande",
    access_icon="key-round",
    hosts=[CLAIRE, AMINE],
)
VELO = _space(
    "À vélo",
    3,
    "Trajets, réparations et sorties du dimanche.",
    member_count=118,
    theme_label="Centre d'intérêt",
    access_label="Ouverte",
    access_icon="door-open",
    hosts=[PAUL],
)
QUALITY = _space(
    "Qualité au quotidien",
    1,
    "Ce qui a raté, ce qui a marché, et ce que nous en gardons.",
    member_count=203,
    theme_label="Professionnelle",
    access_label="Ouverte",
    access_icon="door-open",
    hosts=[AMINE],
)
CHOIR = _space(
    "La chorale de midi",
    4,
    "On chante le jeudi, même faux.",
    member_count=31,
    theme_label="Centre d'intérêt",
    access_label="Ouverte",
    access_icon="door-open",
    hosts=[INES],
)
SPACES = [MANAGERS, QUALITY, VELO, CHOIR]


def _ago(**distance: float) -> datetime:
    return timezone.now() - timedelta(**distance)


# What the buttons of a card shown here lead to: nowhere.
ACTS = {"react_url": "#", "save_url": "#", "menu_url": "#", "url": "#"}


def cards() -> list[Sample]:
    """One card of each sort, as the home stream shows them."""
    topic = _topic()
    return [_question(), topic, _note(), _post(), _solved(), _share(topic)]


def _question() -> Sample:
    return {
        **ACTS,
        "id13": "q",
        "kind": "question",
        "kind_label": _("Question"),
        "kind_icon": "messages-square",
        "title": "Comment préparez-vous l'entretien annuel d'une personne qui doute d'elle ?",
        "excerpt": "C'est ma première campagne et je crains de dire des généralités. Je cherche des phrases concrètes, "
        "des questions qui ouvrent, et ce que vous évitez. J'ai déjà relu le guide, il ne dit rien de ce cas.",
        "author": INES,
        "space": MANAGERS,
        "at": _ago(minutes=26),
        "why": "Une question de votre communauté, sans réponse",
        "reaction_count": 3,
        "reply_verb": _("Answer"),
    }


def _topic() -> Sample:
    return {
        **ACTS,
        "id13": "t",
        "kind": "topic",
        "kind_label": _("Discussion"),
        "kind_icon": "messages-square",
        "title": "Les dix minutes du lundi : on garde, on change ?",
        "excerpt": "Après six semaines, la moitié des équipes a pris l'habitude. Voici ce que disent les autres, et deux "
        "variantes à essayer.",
        "author": AMINE,
        "space": QUALITY,
        "at": _ago(hours=3),
        "why": "Votre communauté",
        "reply_count": 14,
        "reply_word": _("replies"),
        "unread_count": 3,
        "is_unread": True,
        "reaction_count": 9,
        "own_reaction": "useful",
        "faces": [CLAIRE, PAUL, TOM],
        "tags": [{"name": "rituels", "url": "#"}],
    }


def _post() -> Sample:
    return {
        **ACTS,
        "id13": "p",
        "kind": "post",
        "kind_label": _("Post"),
        "kind_icon": "feather",
        "title": "Ce que j'ai appris en passant une nuit à l'atelier",
        "excerpt": "Quand Paul-Henri m'a proposé de venir voir une relève à quatre heures du matin, j'ai dit oui trop vite. "
        "Voici cinq choses que je n'aurais jamais vues depuis le siège, et une décision.",
        "author": SOPHIE,
        "space": _space("Le carnet de Sophie", 7),
        "at": _ago(hours=20),
        "why": "Vous suivez Sophie Nguyen",
        "why_icon": "feather",
        "reply_count": 22,
        "reply_word": _("comments"),
        "reaction_count": 64,
        "reactions": ["bravo"],
        "is_saved": True,
    }


def _note() -> Sample:
    return {
        **ACTS,
        "id13": "n",
        "kind": "note",
        "author": TOM,
        "space": VELO,
        "at": _ago(days=1, hours=2),
        "html": Markup(
            "<p>Merci à celle ou celui qui a laissé une chambre à air sur mon guidon ce matin. "
            "Vous m'avez évité six kilomètres à pied.</p>"
        ),
        "why": "Première contribution de Tom : un mot de bienvenue lui ferait plaisir",
        "why_icon": "hand-heart",
        "reaction_count": 17,
        "reactions": ["smile"],
        "reply_count": 5,
    }


def _share(topic: Sample) -> Sample:
    return {
        **ACTS,
        "id13": "s",
        "kind": "share",
        "author": CLAIRE,
        "space": MANAGERS,
        "at": _ago(days=2),
        "why": "Votre communauté",
        "html": Markup("<p>À lire avant notre réunion de jeudi : le point 3 nous concerne.</p>"),
        "inner": topic,
    }


def _solved() -> Sample:
    return {
        **ACTS,
        "id13": "a",
        "kind": "question",
        "kind_label": _("Answered"),
        "kind_icon": "circle-check",
        "title": "Où trouver les gabarits de la presse 12 ?",
        "excerpt": "Le classeur de l'atelier date de 2019.",
        "answer": "Ils sont dans Documents › Presses › Gabarits, et l'affiche a été corrigée.",
        "author": PAUL,
        "space": QUALITY,
        "at": _ago(days=3),
        "why": "Vous savez des choses sur « presses »",
        "why_icon": "lightbulb",
        "reply_count": 4,
        "reaction_count": 6,
    }


def replies() -> list[Sample]:
    """A thread: an accepted answer, an answer to an answer, a removed one, the reader's own."""
    acts = {"react_url": "#", "reply_url": "#", "menu_url": "#"}
    inner = {
        **acts,
        "id13": "r2",
        "author": INES,
        "at": _ago(hours=2),
        "to": "Claire Moreau",
        "reaction_count": 2,
        "html": Markup(
            "<p>Merci, « racontez-moi une journée dont vous êtes contente » change tout. J'essaie demain.</p>"
        ),
    }
    first = {
        **acts,
        "id13": "r1",
        "author": CLAIRE,
        "at": _ago(hours=4),
        "is_accepted": True,
        "reaction_count": 11,
        "own_reaction": "useful",
        "is_edited": True,
        "html": Markup(
            "<p>Je commence par trois faits précis que la personne a oubliés. Puis une seule question :</p>"
            "<blockquote><p>Racontez-moi une journée dont vous êtes sortie contente.</p></blockquote>"
            "<p>Ensuite je me tais. Ce que j'évite : <em>« il faut prendre confiance »</em>. "
            "<a class='mention' href='#'>@Amine Belkacem</a> a une grille, elle tient sur une page.</p>"
        ),
        "children": [inner],
    }
    removed = {"id13": "r3", "author": PAUL, "is_removed": True}
    tom = {
        **acts,
        "id13": "r4",
        "author": TOM,
        "at": _ago(minutes=40),
        "html": Markup(
            "<p lang='en'>We send the two questions a week before. People arrive with their own answers, and the talk "
            "is shorter and kinder.</p>"
        ),
        "reaction_count": 1,
    }
    own = {
        **acts,
        "id13": "r5",
        "author": AMINE,
        "at": _ago(minutes=12),
        "is_own": True,
        "html": Markup("<p>Voici la grille, avec les deux questions de Tom ajoutées.</p>"),
    }
    return [first, removed, tom, own]


def events() -> list[Sample]:
    """What comes next."""
    days = (
        (2, "Atelier : alléger nos réunions", "Salle Ravel, et à distance", 0),
        (5, "Sortie des bords de Saône", "Départ 9 h 30", 3),
        (9, "Accueil des nouvelles personnes", "Siège", 7),
    )
    return [
        {
            "title": title,
            "url": "#",
            "starts_at": timezone.now() + timedelta(days=n),
            "where": where,
            "hue": hue,
        }
        for n, title, where, hue in days
    ]


def everything() -> Sample:
    """The context of all sample pages."""
    return {
        "network": SimpleNamespace(name="Maison Lumen", hue=260, logo="", logo_url="", icon_url=""),
        "brand_url": "",
        "viewer": viewer(),
        "nav": [
            {"label": _("Home"), "url": "/", "icon": "house", "current": True},
            {"label": _("Communities"), "url": "/communities/", "icon": "users", "current": False},
            {"label": _("People"), "url": "/people/", "icon": "contact", "current": False},
        ],
        "here": "home",
        "messages": [],
        "publish_menu": publish_menu(),
        "cards": cards(),
        "replies": replies(),
        "events": events(),
        "people": PEOPLE,
        "spaces": SPACES,
        "community": {**MANAGERS, "tabs": tabs()},
        "claire": CLAIRE,
        "amine": AMINE,
        "sophie": SOPHIE,
        "tom": TOM,
        "ines": INES,
        "now": timezone.now(),
    }


def viewer(theme: str = "", text_size: str = "") -> SimpleNamespace:
    """Who reads the sample pages, with what the layout asks of a person."""
    return SimpleNamespace(
        **AMINE,
        id=1,
        display_name=AMINE["name"],
        photo="",
        job_title=AMINE["title"],
        unread_count=4,
        theme=theme,
        text_size=text_size,
        is_administrator=True,
        photo_url="",
        initials="AB",
    )


def publish_menu() -> list[Sample]:
    """What one may begin."""
    kinds = (
        ("pen-line", _("A note"), _("A word, a link, a picture")),
        ("messages-square", _("A topic"), _("A question, a discussion")),
        ("feather", _("A post"), _("On a blog, as long as you like")),
    )
    return [{"icon": icon, "label": label, "hint": hint, "url": "#"} for icon, label, hint in kinds]


def tabs() -> list[Sample]:
    """The tabs of a community, in the order that is the same everywhere."""
    found = (
        (_("Stream"), "layout-list", 0),
        (_("Blog"), "feather", 0),
        (_("Forum"), "messages-square", 3),
        (_("Members"), "users", 0),
    )
    return [
        {"label": label, "icon": icon, "url": "#", "count": count, "is_current": n == 0}
        for n, (label, icon, count) in enumerate(found)
    ]
