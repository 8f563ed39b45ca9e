"""The files of the demonstration: small ones, made here, in folders of a few communities. Not here: the tool."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel import clock
from parvis.people.models import Person
from parvis.spaces.models import Space, SpaceTool
from parvis.tools.documents import actions, folders
from parvis.tools.documents.models import Document, Folder, Version

RETURNS = "Mois;Lampes vendues;Retours;Première cause\nAoût;1840;31;Interrupteur\nSeptembre;2115;38;Interrupteur\nOctobre;2390;29;Câble\n"
ROUND = (
    "TOURNÉE QUALITÉ DU MARDI\n\n1. Poste 2 : compter les rayures sur dix abat-jour, à la lumière du jour.\n"
    "2. Poste 4 : essayer vingt interrupteurs, noter ceux qui accrochent.\n"
    "3. Poste 7 : relire l'étiquette avec la personne qui la colle.\n4. Dix minutes debout, tous ensemble, avant midi.\n"
)
MINUTES = "COMPTE RENDU\n\nDate :\nPrésents :\n\nCe que nous avons décidé\n- \n\nQui fait quoi, pour quand\n- \n\nCe qui reste ouvert\n- \n"
SOWING = "Légume;Semer;Repiquer;Récolter\nFèves;novembre;;mai\nLaitue;février;mars;avril\nTomates;mars;mai;juillet\nCourges;avril;mai;septembre\n"
POSTS = (
    "Poste 1 : câblage, 4 personnes",
    "Poste 2 : abat-jour, 3 personnes",
    "Poste 4 : interrupteurs, 2 personnes",
    "Poste 7 : emballage, 5 personnes",
)


def file_documents() -> None:
    """Gives two communities their folders and files, of several ages, one in its second version, one a model."""
    if "documents" not in settings.TOOLS:
        return
    quality, garden = Space.objects.get(slug="quality"), Space.objects.get(slug="kitchen-garden")
    for space in (quality, garden):
        SpaceTool.objects.get_or_create(space=space, slug="documents")
    nadia, thomas = _host(quality, "nadia-benali"), _host(garden, "")
    plans = folders.add_folder(quality, "Tournées", by=nadia)
    figures = folders.add_folder(quality, "Chiffres", by=nadia)
    _bring(quality, "Plan des postes.pdf", _sheet("Atelier de Nantes", POSTS), nadia, 34, plans)
    _bring(quality, "Tournée du mardi.txt", ROUND.encode(), nadia, 20, plans)
    returns = _bring(quality, "Retours 2026.csv", RETURNS.encode(), nadia, 41, figures)
    newer = SimpleUploadedFile("retours.csv", (RETURNS + "Novembre;2204;24;Câble\n").encode())
    actions.add_version(find_contribution(returns.id, nadia), newer, note="Novembre ajouté", by=nadia)
    model = _bring(quality, "Compte rendu de tournée.txt", MINUTES.encode(), nadia, 27)
    actions.set_model(find_contribution(model.id, nadia), True, by=nadia)
    link = actions.add_link(
        quality, title="Manuel qualité", url="https://ged.lumen.example/manuel", lives_in="la GED", owner="Service qualité", by=nadia
    )  # fmt: skip
    _date(link, 50)
    _bring(garden, "Calendrier des semis.csv", SOWING.encode(), thomas, 15)
    _bring(garden, "Plan du potager.png", _beds(), thomas, 12)


def _host(space: Space, handle: str) -> Person:
    found = Person.objects.filter(username=handle, memberships__space=space).first() if handle else None
    row = space.memberships.filter(role="host").select_related("person").order_by("joined_at", "id").first()
    assert row is not None
    return found or row.person


def _bring(
    space: Space, name: str, data: bytes, by: Person, days: int, folder: Folder | None = None
) -> Contribution:
    made = actions.upload(space, SimpleUploadedFile(name, data), by=by, folder=folder)
    _date(made, days)
    return made


def _date(made: Contribution, days: int) -> None:
    """As if it had come so many days ago."""
    at = clock.now() - timedelta(days=days, hours=3)
    Contribution.objects.filter(id=made.id).update(published_at=at, last_activity_at=at)
    Version.objects.filter(contribution_id=made.id).update(created_at=at)
    Document.objects.filter(contribution_id=made.id).update(changed_at=at)


def _sheet(title: str, lines: tuple[str, ...]) -> bytes:
    """One page of PDF: a heading and lines, in a typeface that every reader has."""
    drawn = [f"BT /F1 26 Tf 72 760 Td ({title}) Tj ET"]
    drawn += [f"BT /F1 15 Tf 92 {700 - 60 * n} Td ({line}) Tj ET" for n, line in enumerate(lines)]
    drawn += [f"72 {682 - 60 * n} 450 46 re S" for n in range(len(lines))]
    content = "\n".join(drawn).encode("cp1252")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    data, offsets = b"%PDF-1.4\n", list[int]()
    for number, part in enumerate(parts, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(parts) + 1
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n%s%s" % (size, table, trailer)


def _beds() -> bytes:
    """A plan of six garden beds."""
    image = Image.new("RGB", (900, 560), "#e9e2d0")
    draw = ImageDraw.Draw(image)
    for n, colour in enumerate(("#6f9a4e", "#8fb35f", "#c9673f", "#d9a441", "#557f45", "#a7c07a")):
        left, top = 50 + n % 3 * 280, 50 + n // 3 * 250
        draw.rounded_rectangle(
            (left, top, left + 240, top + 200), 14, fill=colour, outline="#6b5a3c", width=5
        )
    target = BytesIO()
    image.save(target, "PNG")
    return target.getvalue()
