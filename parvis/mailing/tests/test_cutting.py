"""What of an answer by mail is its writer's own: letters of common programs, and any text at all."""

from __future__ import annotations

import json
import re
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.mailing.cutting import Ours, own_words
from parvis.mailing.decoding import decode
from parvis.mailing.tests.answers import ANSWERS, BARE, QUOTED, REPLY, STOP, TOKEN, Answer

OURS = Ours(
    "https://reseau.maison.example", ("fil@maison.example",), ("Stop these mails", "Arrêter ces mails"), "reponses+", "@maison.example"
)  # fmt: skip
GIVEN = json.dumps(
    {"url": OURS.url, "senders": OURS.senders, "ends": OURS.ends, "first": OURS.first, "last": OURS.last, "host": "reseau.maison.example"}
).encode()  # fmt: skip


def letter(text: str, kind: str = "text/plain; charset=utf-8", **headers: str) -> bytes:
    top = {"From": "Marc Tellier <marc@maison.example>", "Subject": "Re: La cle", "Message-ID": "<m1@maison.example>"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }  # fmt: skip
    lines = [f"{name}: {value}" for name, value in top.items()]
    head = "\r\n".join(
        [*lines, "MIME-Version: 1.0", f"Content-Type: {kind}", "Content-Transfer-Encoding: 8bit"]
    )
    return head.encode() + b"\r\n\r\n" + text.replace("\n", "\r\n").encode()


def read(data: bytes) -> dict[str, object]:
    found: dict[str, object] = json.loads(decode(GIVEN + b"\n" + data))
    return found


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda one: one.program)
def test_only_the_writers_own_words_are_kept(answer: Answer):
    assert read(letter(answer.text, answer.kind))["text"] == answer.own


def test_no_letter_of_the_corpus_gives_away_a_key():
    for answer in ANSWERS:
        found = read(letter(answer.text + f"\n{REPLY}\n{STOP}", answer.kind))
        for said in (str(found["text"]), str(found["typed"])):
            assert "/mail/stop/" not in said
            assert REPLY not in said


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["", "Bonjour Nadia", "> Qui vient ?", "-- ", "--", "Marc", "De : x", "Le 3 mai à 10:12, Paul a écrit :", "Envoyé de mon iPhone", "a" * 90]), max_size=14))  # fmt: skip
def test_without_a_trace_of_our_letter_only_signatures_go(lines: list[str]):
    kept = own_words("\n".join(lines), OURS).split("\n")
    body = [line for line in lines if line.startswith(("Bonjour", "De :", "aaa"))]
    dashes = next((at for at, line in enumerate(lines) if line in ("-- ", "--")), len(lines))
    told = [line for line in lines[:dashes] if line in body]
    announced = any("a écrit" in line for line in lines)
    assert announced or [line for line in kept if line in body][: len(told)] == told


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")),
        min_size=1,
        max_size=300,
    )
)
def test_what_is_written_above_our_letter_is_never_lost(words: str):
    own = " ".join(words.split())
    mark = f"Début {own} fin."
    for below in (QUOTED, BARE):
        said = own_words(
            f"{mark}\n\nLe lun. 23 nov. 2026 à 10:12, Maison Lumen <fil@maison.example> a écrit :\n\n{below}",
            OURS,
        )
        assert re.sub(r"\s+", " ", said) == re.sub(r"\s+", " ", mark)


@pytest.mark.parametrize(
    "rewritten",
    [
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Freseau.maison.example%2Fmail%2Fstop%2FWyIwYWJj%3Ax1%2F&data=05",
        "https://a.example/?u=https%253A%252F%252Freseau.maison.example%252Fmail%252Fstop%252FWyIwYWJj",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__reseau.maison.example_mail_stop_WyIwYWJj-3Ax1_&d=x",
        f"mailto:{REPLY.upper()}",
    ],
)
def test_no_key_gets_out_in_another_spelling(rewritten: str):
    for text in (
        f"Oui.\n{rewritten}\nNon.",
        f"Oui.\n\n> {rewritten}\n\nNon.",
        f"Oui [ici]({rewritten}) et là",
    ):
        said = own_words(text, OURS)
        assert "WyIwYWJj" not in said and TOKEN not in said.lower()
        assert said.startswith("Oui") and said.endswith(("Non.", "là"))


def test_an_empty_plain_part_gives_way_to_html():
    message = EmailMessage()
    message["From"] = "marc@maison.example"
    message.set_content("\n")
    message.add_alternative("<p>Oui, <i>volontiers</i>.</p>", subtype="html")
    assert read(message.as_bytes())["text"] == "Oui, *volontiers*."


def test_a_signed_letter_is_read():
    signed = 'multipart/signed; boundary=s; protocol="application/pgp-signature"'
    body = "--s\nContent-Type: text/plain; charset=utf-8\n\nSigné.\n--s\nContent-Type: application/pgp-signature; name=signature.asc\n\nxx\n--s--\n"
    found = read(letter(body, signed))
    assert (found["text"], found["files"]) == ("Signé.", 0)


def test_letters_of_machines_are_ignored():
    ignored: list[dict[str, str]] = [
        {"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "auto-generated"}, {"Precedence": "bulk"}, {"Precedence": "list"},
        {"X_Autoreply": "yes"}, {"List_Id": "<a.b.example>"}, {"Return_Path": "<>"}, {"Subject": "Réponse automatique : absent"},
        {"Subject": "Automatic reply: Out"}, {"Message_ID": "<notice.0abc@reseau.maison.example>"},
        {"Message_ID": "<answer.0abc@reseau.maison.example>"}, {"From": "Maison Lumen <fil@maison.example>"},
    ]  # fmt: skip
    for headers in ignored:
        assert "ignored" in read(letter("Je suis absent.", **headers)), headers
    assert "ignored" in read(letter("x", "multipart/report; boundary=a"))
    assert "ignored" in read(letter("x", "text/calendar; method=REPLY"))
    assert read(letter("Je suis là.", Auto_Submitted="no"))["text"] == "Je suis là."


def test_one_sender_and_no_other():
    assert read(letter("x"))["sender"] == "marc@maison.example"
    for bad in ("a@maison.example, b@maison.example", "", "pas une adresse", "<>", "A <a@b@c.example>"):
        assert read(letter("x", From=bad))["sender"] in ("", "c.example")
    assert (
        read(letter("x", From='"marc@maison.example" <autre@ailleurs.example>'))["sender"]
        == "autre@ailleurs.example"
    )


def test_files_are_counted_and_pictures_of_signatures_are_not():
    message = EmailMessage()
    message["From"], message["Subject"] = "marc@maison.example", "La clé"
    message.set_content("Voici le plan.")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="plan.pdf")
    message.add_attachment(
        b"GIF89a", maintype="image", subtype="gif", filename="logo.gif", disposition="inline", cid="<logo>"
    )
    found = read(message.as_bytes())
    assert (found["text"], found["files"]) == ("Voici le plan.", 1)


def test_outlooks_own_alphabet_is_read():
    data = (
        letter("x", "text/plain; charset=windows-1252").rpartition(b"\r\n\r\n")[0]
        + b"\r\n\r\n\xc9t\xe9 \x80 l\x92atelier"
    )
    assert read(data)["text"] == "Été € l’atelier"
