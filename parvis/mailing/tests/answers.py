"""Answers as mail programs write them, in French and English, and what of each is their writer's own.

Addresses and people are invented; the layout is each program's. Not here: the tests (test_cutting.py).
"""

from __future__ import annotations

from dataclasses import dataclass

TOKEN = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnop"
DASHES = "-- "
REPLY = f"reponses+{TOKEN}@maison.example"
STOP = "https://reseau.maison.example/mail/stop/WyIwYWJjIiwiYXRfb25jZSJd:x1/"
LETTER = f"""Nadia Belkacem vous a répondu
Où est la clé de l'atelier ?
Dans Atelier

> Je crois qu'elle est chez le gardien. Qui peut y passer avant midi ?

https://reseau.maison.example/go/0abcdefghijkm/

Répondez à ce mail, et votre réponse paraît dans la discussion, sous votre nom.

{DASHES}
Vous recevez ce mail parce que vous l'avez demandé.

Maison Lumen : https://reseau.maison.example/
Choisir ce qui vient, et quand : https://reseau.maison.example/settings/notifications/
Arrêter ces mails : {STOP}
"""
QUOTED = "\n".join(f"> {line}".rstrip() for line in LETTER.rstrip().split("\n"))
# As Outlook turns our HTML into text: no sign before the lines.
BARE = f"""Nadia Belkacem vous a répondu
Où est la clé de l'atelier ?<https://reseau.maison.example/go/0abcdefghijkm/>
Dans Atelier
Je crois qu'elle est chez le gardien. Qui peut y passer avant midi ?
Ouvrir Maison Lumen<https://reseau.maison.example/>
Vous recevez ce mail parce que vous l'avez demandé.
Choisir ce qui vient, et quand<https://reseau.maison.example/settings/notifications/> · Arrêter ces mails<{STOP}>
"""

# fmt: off


@dataclass(frozen=True)
class Answer:
    """A letter: the program, its text, what is published (Markdown), how the part is declared."""

    program: str
    text: str
    own: str
    kind: str = "text/plain; charset=utf-8"


ANSWERS = [
    Answer(
        "Gmail, French",
        "J'y passe à onze heures.\n\nLe lun. 23 nov. 2026 à 10:12, Maison Lumen <fil@maison.example> a écrit :\n\n" + QUOTED,
        "J'y passe à onze heures.",
    ),
    Answer(
        "Gmail, French, announced over two lines",
        "Merci Nadia !\n\nLe lun. 23 nov. 2026 à 10:12, Maison Lumen <\n" + REPLY + "> a écrit :\n\n" + QUOTED,
        "Merci Nadia \\!",
    ),
    Answer(
        "Gmail, English",
        "I'll be there at eleven.\n\nOn Mon, Nov 23, 2026 at 10:12 AM Maison Lumen <fil@maison.example>\nwrote:\n\n" + QUOTED,
        "I'll be there at eleven.",
    ),
    Answer(
        "Gmail, with a signature",
        "Oui, volontiers.\n\n-- \nMarc Tellier\nAtelier, bâtiment C\n01 23 45 67 89\n\nLe lun. 23 nov. 2026 à 10:12,"
        " Maison Lumen <fil@maison.example> a écrit :\n\n" + QUOTED,
        "Oui, volontiers.",
    ),
    Answer(
        "Gmail, English, answers between the lines",
        "See my answers:\n\nOn Mon, Nov 23, 2026 at 10:12 AM Maison Lumen <fil@maison.example> wrote:\n\n"
        "> Nadia Belkacem vous a répondu\n> Je crois qu'elle est chez le gardien.\n\nNo, I gave it back on Friday.\n\n"
        "> Qui peut y passer avant midi ?\n\nMe.\n\n> Arrêter ces mails : " + STOP + "\n",
        "See my answers:\n\n> Nadia Belkacem vous a répondu\n> Je crois qu'elle est chez le gardien.\n\n"
        "No, I gave it back on Friday.\n\n> Qui peut y passer avant midi ?\n\nMe.",
    ),
    Answer(
        "Outlook, French, by a block of headers",
        "Bonjour,\n\nJe m'en occupe.\n\nBien à vous,\nMarc\n\nDe : Maison Lumen <fil@maison.example>\nEnvoyé : lundi 23 novembre 2026"
        " 10:12\nÀ : Marc Tellier <marc@maison.example>\nObjet : Nadia Belkacem vous a répondu : Où est la clé ?\n\n" + BARE,
        "Bonjour,\n\nJe m'en occupe.\n\nBien à vous,\nMarc",
    ),
    Answer(
        "Outlook, English, by a block of headers",
        "I'll take care of it.\n\nFrom: Maison Lumen <fil@maison.example>\nSent: Monday, November 23, 2026 10:12 AM\nTo: Marc Tellier"
        " <marc@maison.example>\nSubject: Nadia Belkacem vous a répondu\n\n" + BARE,
        "I'll take care of it.",
    ),
    Answer(
        "Outlook, French, old",
        "C'est noté.\n\n-----Message d'origine-----\nDe : Maison Lumen <fil@maison.example> \nEnvoyé : lundi 23 novembre 2026 10:12\n"
        "À : Marc Tellier\nObjet : La clé\n\n" + LETTER,
        "C'est noté.",
    ),
    Answer(
        "Outlook, English, old",
        "Noted.\n\n-----Original Message-----\nFrom: Maison Lumen [mailto:fil@maison.example]\nSent: Monday, November 23, 2026\n"
        "To: Marc\nSubject: The key\n\n" + LETTER,
        "Noted.",
    ),
    Answer(
        "Outlook on the web, French",
        "Je peux y passer.\n________________________________\nDe : Maison Lumen <fil@maison.example>\nEnvoyé : lundi 23 novembre 2026"
        " 10:12\nÀ : Marc Tellier <marc@maison.example>\nObjet : La clé\n\n" + BARE,
        "Je peux y passer.",
    ),
    Answer(
        "Outlook for iOS, French",
        "Ok pour moi\n\nObtenir Outlook pour iOS<https://aka.ms/o0ukef>\n________________________________\nDe : Maison Lumen"
        " <fil@maison.example>\nEnvoyé : Monday, November 23, 2026 10:12:00 AM\nÀ : Marc <marc@maison.example>\nObjet : La clé\n\n" + BARE,
        "Ok pour moi",
    ),
    Answer(
        "Outlook for Android, English",
        "Fine with me\n\nGet Outlook for Android<https://aka.ms/AAb9ysg>\n________________________________\nFrom: Maison Lumen"
        " <fil@maison.example>\nSent: Monday, November 23, 2026 10:12:00 AM\nTo: Marc <marc@maison.example>\nSubject: La clé\n\n" + BARE,
        "Fine with me",
    ),
    Answer(
        "Outlook for Mac, French",
        "Entendu.\n\nDe : Maison Lumen <fil@maison.example>\nDate : lundi, 23 novembre 2026 à 10:12\nÀ : Marc Tellier"
        " <marc@maison.example>\nObjet : La clé\n" + BARE,
        "Entendu.",
    ),
    Answer(
        "Outlook, answered inside our letter: kept whole, without its keys",
        "Mes réponses en rouge ci-dessous.\n\nDe : Maison Lumen <fil@maison.example>\nEnvoyé : lundi 23 novembre 2026\nÀ : Marc\n"
        "Objet : La clé\n\nQui peut y passer avant midi ?\nMoi, à onze heures.\nArrêter ces mails<" + STOP + ">",
        "Mes réponses en rouge ci-dessous.\n\nDe : Maison Lumen \\<fil@maison.example>\nEnvoyé : lundi 23 novembre 2026\nÀ : Marc\n"
        "Objet : La clé\n\nQui peut y passer avant midi ?\nMoi, à onze heures.\nArrêter ces …",
    ),
    Answer(
        "Outlook, the answer below our letter",
        "De : Maison Lumen <fil@maison.example>\nEnvoyé : lundi 23 novembre 2026\nÀ : Marc\nObjet : La clé\n\n" + BARE + "\nMoi, à onze heures.",
        "Moi, à onze heures.",
    ),
    Answer(
        "Apple Mail, French",
        "Je l'ai sur moi.\n\n> Le 23 nov. 2026 à 10:12, Maison Lumen <fil@maison.example> a écrit :\n> \n" + QUOTED,
        "Je l'ai sur moi.",
    ),
    Answer(
        "Apple Mail, English",
        "I have it with me.\n\n> On 23 Nov 2026, at 10:12, Maison Lumen <fil@maison.example> wrote:\n> \n" + QUOTED,
        "I have it with me.",
    ),
    Answer(
        "Apple Mail, French, not indented",
        "Je l'ai sur moi.\n\nLe 23 nov. 2026 à 10:12, Maison Lumen <fil@maison.example> a écrit :\n\n" + QUOTED,
        "Je l'ai sur moi.",
    ),
    Answer(
        "iPhone, French",
        "Moi je peux\n\nEnvoyé de mon iPhone\n\n> Le 23 nov. 2026 à 10:12, Maison Lumen <fil@maison.example> a écrit :\n> \n> ﻿\n" + QUOTED,
        "Moi je peux",
    ),
    Answer(
        "iPhone, English, signature below the quote",
        "I can\n\n> On Nov 23, 2026, at 10:12 AM, Maison Lumen <fil@maison.example> wrote:\n" + QUOTED + "\n\nSent from my iPhone",
        "I can",
    ),
    Answer(
        "Samsung, French",
        "Demain matin alors\n\n\nEnvoyé depuis mon appareil Galaxy\n\n\n-------- Message d'origine --------\nDe : Maison Lumen"
        " <fil@maison.example>\nDate : 23/11/2026 10:12 (GMT+01:00)\nÀ : marc@maison.example\nObjet : La clé\n\n" + BARE,
        "Demain matin alors",
    ),
    Answer(
        "Thunderbird, French, answer below the whole letter",
        "Le 23/11/2026 à 10:12, Maison Lumen a écrit :\n" + QUOTED + "\n\nElle est dans le tiroir du bas.\n\n-- \nMarc\n",
        "Elle est dans le tiroir du bas.",
    ),
    Answer(
        "Thunderbird, English, answer below the part it answers",
        "On 23/11/2026 10:12, Maison Lumen wrote:\n> Qui peut y passer avant midi ?\nI can, at eleven.\n",
        "> Qui peut y passer avant midi ?\n\nI can, at eleven.",
    ),
    Answer(
        "Thunderbird, French, answers between the lines, flowed",
        "Le 23/11/2026 à 10:12, Maison Lumen a écrit :\n> Je crois qu'elle est chez le gardien.\nNon, il est en congé depuis lundi et son"
        " remplaçant ne \nsait pas où elle est.\n> Qui peut y passer avant midi ?\nPersonne.\n",
        "> Je crois qu'elle est chez le gardien.\n\nNon, il est en congé depuis lundi et son remplaçant ne sait pas où elle est.\n\n"
        "> Qui peut y passer avant midi ?\n\nPersonne.",
        "text/plain; charset=utf-8; format=flowed",
    ),
    Answer(
        "Yahoo, French, quote without signs",
        "D'accord.\n\n    Le lundi 23 novembre 2026 à 10:12:00 UTC+1, Maison Lumen <fil@maison.example> a écrit :  \n \n " + BARE.replace("\n", "\n "),
        "D'accord.",
    ),
    Answer(
        "Proton Mail, English",
        "Agreed.\n\nSent with [Proton Mail](https://proton.me/mail/home) secure email.\n\nOn Monday, November 23rd, 2026 at 10:12,"
        " Maison Lumen <fil@maison.example> wrote:\n\n" + QUOTED,
        "Agreed.",
    ),
    Answer(
        "Orange, French",
        "Je m'en charge.\n\nEnvoyé depuis l'application Mail Orange\n\n> Message du 23/11/26 10:12\n> De : \"Maison Lumen\""
        " <fil@maison.example>\n> A : marc@maison.example\n> Objet : La clé\n>\n" + QUOTED,
        "Je m'en charge.",
    ),
    Answer("nothing quoted", "Je m'en charge, à demain.\n", "Je m'en charge, à demain."),
    Answer(
        "a program's line breaks",
        "Bonjour à tous, j'ai retrouvé la clé dans la poche de la veste que je mets\nrarement, elle est revenue au tableau.\n\nMerci\nMarc\n",
        "Bonjour à tous, j'ai retrouvé la clé dans la poche de la veste que je mets rarement, elle est revenue au tableau.\n\nMerci\nMarc",
    ),
    Answer(
        "their own lines and signs",
        "Il faut :\n- la clé\n- le badge\n# 2 exemplaires\n",
        "Il faut :\n\\- la clé\n\\- le badge\n\\# 2 exemplaires",
    ),
    Answer(
        "words that only look like an announcement",
        "Le 3 mai 2026, Paul a écrit :\n\nla clé reste au tableau.\n\nJe suis d'accord avec lui.",
        "Le 3 mai 2026, Paul a écrit :\n\nla clé reste au tableau.\n\nJe suis d'accord avec lui.",
    ),
    Answer(
        "words that only look like headers",
        "De : l'atelier\nÀ : la réserve\nObjet : trois caisses\n\nÀ porter avant jeudi.",
        "De : l'atelier\nÀ : la réserve\nObjet : trois caisses\n\nÀ porter avant jeudi.",
    ),
    Answer(
        "dashes that separate, a long text after them",
        "Première partie.\n--\n" + "\n".join(f"Point {n}, à voir ensemble." for n in range(1, 9)),
        "Première partie.\n\\--\n" + "\n".join(f"Point {n}, à voir ensemble." for n in range(1, 9)),
    ),
    Answer(
        "a quote from elsewhere, kept",
        "Comme dit le règlement :\n\n> La clé reste au tableau.\n",
        "Comme dit le règlement :\n\n> La clé reste au tableau.",
    ),
    Answer(
        "a sentence that begins as telephones' do",
        "Envoyé de la part de Nadia, qui est absente.",
        "Envoyé de la part de Nadia, qui est absente.",
    ),
    Answer(
        "Gmail, HTML only",
        '<div dir="ltr">Je <b>peux</b> y passer.<div><br></div></div><br><div class="gmail_quote"><div class="gmail_attr">Le lun. 23 nov.'
        ' 2026 à 10:12, Maison Lumen &lt;<a href="mailto:fil@maison.example">fil@maison.example</a>&gt; a écrit :<br></div><blockquote>'
        f'<p>Nadia Belkacem vous a répondu</p><p><a href="{STOP}">Arrêter ces mails</a></p></blockquote></div>',
        "Je **peux** y passer.",
        "text/html; charset=utf-8",
    ),
    Answer(
        "Outlook, HTML only",
        '<p>Je m\'en occupe.</p><hr><div><p><b>De :</b> Maison Lumen &lt;fil@maison.example&gt;<br><b>Envoyé :</b> lundi 23 novembre 2026'
        f'<br><b>À :</b> Marc<br><b>Objet :</b> La clé</p></div><p>Nadia vous a répondu</p><p><a href="{STOP}">Arrêter ces mails</a></p>',
        "Je m'en occupe.",
        "text/html; charset=utf-8",
    ),
    Answer("nothing of their own, quoted", "\nLe lun. 23 nov. 2026 à 10:12, Maison Lumen <fil@maison.example> a écrit :\n\n" + QUOTED, ""),
    Answer(
        "nothing of their own, by headers",
        "\nDe : Maison Lumen <fil@maison.example>\nEnvoyé : lundi 23 novembre 2026\nÀ : Marc\nObjet : La clé\n\n" + BARE,
        "",
    ),
]
