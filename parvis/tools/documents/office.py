"""Pages of office files: LibreOffice, where it is installed, turns them into a PDF inside the sandbox for programs.

Not here: drawing that PDF (decoders), what is shown (showing).
"""

from __future__ import annotations

import functools
import json
import shutil
from pathlib import Path

from parvis.kernel.sandbox import DecoderFailed
from parvis.kernel.sandbox_programs import HERE, run_program

CPU_SECONDS, SECONDS = 20, 60
MEMORY = 512 * 1024 * 1024
LARGEST_PDF = 64 * 1024 * 1024
MOST_PAGES = 20  # as many as are drawn
# Where Debian keeps what an installation has besides: registry, extensions (python3-uno brings one).
ITS_OWN = ("/etc/libreoffice", "/var/lib/libreoffice", "/var/spool/libreoffice")
RESTART = 81  # LibreOffice's word for "begin me once more", said with each new profile

# By media type: the extension that chooses the filter in, and the filter out.
KINDS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx", "writer"),
    "application/vnd.oasis.opendocument.text": ("odt", "writer"),
    "application/msword": ("doc", "writer"),
    "application/rtf": ("rtf", "writer"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx", "calc"),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods", "calc"),
    "application/vnd.ms-excel": ("xls", "calc"),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx", "impress"),
    "application/vnd.oasis.opendocument.presentation": ("odp", "impress"),
    "application/vnd.ms-powerpoint": ("ppt", "impress"),
    "application/vnd.oasis.opendocument.graphics": ("odg", "draw"),
}
# No macro ever runs, and nothing outside the file is looked for, whatever it asks.
_SCRIPTING = "/org.openoffice.Office.Common/Security/Scripting"
_PROFILE = f"""<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="{_SCRIPTING}"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="{_SCRIPTING}"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="{_SCRIPTING}"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="{_SCRIPTING}"><prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


@functools.cache
def program() -> Path | None:
    """LibreOffice's own program, without the shell script around it; None where there is none."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    inner = Path(found).resolve().with_name("soffice.bin") if found else None
    return inner if inner is not None and inner.is_file() else None


def as_pdf(data: bytes, media_type: str) -> bytes:
    """The file's first pages as a PDF. Raises DecoderFailed, also where LibreOffice isn't installed."""
    office, kind = program(), KINDS.get(media_type)
    if office is None or kind is None:
        raise DecoderFailed("absent")
    extension, module = kind
    pages = json.dumps({"PageRange": {"type": "string", "value": f"1-{MOST_PAGES}"}})
    return run_program(
        office,
        [
            f"-env:UserInstallation=file://{HERE}/profile",
            "--headless",
            "--norestore",
            "--convert-to",
            f"pdf:{module}_pdf_Export:{pages}",
            "--outdir",
            f"{HERE}/out",
            f"{HERE}/file.{extension}",
        ],
        files={f"file.{extension}": data, "profile/user/registrymodifications.xcu": _PROFILE.encode()},
        result="out/file.pdf",
        reads=[str(office.parent.parent), *ITS_OWN],
        cpu_seconds=CPU_SECONDS,
        memory_bytes=MEMORY,
        seconds=SECONDS,
        output_bytes=LARGEST_PDF,
        again_on=RESTART,
    )
