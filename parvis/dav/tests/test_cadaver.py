"""A real program, cadaver, over a real connection: what a person does with a folder, and that it is there on the pages."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from parvis.accounts.app_passwords import make_app_password
from parvis.kernel.db import acting
from parvis.testing.browsers import Site
from parvis.testing.cast import build_cast
from parvis.testing.databases import refuse
from parvis.tools.documents.models import Document, Folder
from parvis.web.models import Network

SCRIPT = """
mkcol Quai
put "{one}" "Quai/Plan d'été.txt"
put "{two}" "Quai/Plan d'été.txt"
lock "Quai/Plan d'été.txt"
put "{one}" "Quai/Plan d'été.txt"
unlock "Quai/Plan d'été.txt"
copy "Quai/Plan d'été.txt" "Copie.txt"
move "Copie.txt" "Quai/Note.md"
put "{one}" "Quai/.DS_Store"
get "Quai/Plan d'été.txt" "{back}"
delete "Quai/Note.md"
ls Quai
quit
"""


@pytest.fixture
def cadaver() -> str:
    """The program; where it is absent the test is skipped, in CI failed."""
    path = shutil.which("cadaver")
    if path is None:
        refuse("no cadaver on this machine: install the package cadaver")
        raise AssertionError
    return path


def test_a_folder_in_the_hands_of_cadaver(live_site: Site, cadaver: str, tmp_path: Path):
    with acting(None):
        Network.objects.get_or_create(id=1)
        cast = build_cast()
    with acting(cast.author):
        _kept, secret = make_app_password("cadaver", "files", by=cast.author)
    one, two, back = tmp_path / "un.txt", tmp_path / "deux.txt", tmp_path / "retour.txt"
    one.write_text("Un plan")
    two.write_text("Un plan plus long")
    host = urlsplit(live_site.url).hostname
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"machine {host}\nlogin {cast.author.email}\npassword {secret}\n")
    netrc.chmod(0o600)
    done = subprocess.run(
        [cadaver, live_site / f"/dav/documents/{cast.on_request.slug}/"],
        input=SCRIPT.format(one=one, two=two, back=back), env={"HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "TERM": "dumb"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "failed" not in done.stdout and done.stdout.count("succeeded") >= 12, done.stdout + done.stderr
    assert back.read_text() == "Un plan"
    assert Folder.objects.filter(space=cast.on_request, name="Quai").exists()
    papers = Document.objects.filter(contribution__space=cast.on_request).select_related("contribution")
    states = {paper.name: (paper.contribution.state, paper.version, paper.locked_by_id) for paper in papers}
    assert states == {"Plan d'été.txt": ("published", 3, None), "Note.md": ("removed", 1, None)}
