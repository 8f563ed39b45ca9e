"""Makes .venv from the locked requirements, compiles translations, joins scripts and styles. For bin/_env only.

Standard library only: it runs before anything is installed. A kill at any moment leaves no stamp, so the next
command begins again.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = ("requirements/run.txt", "requirements/dev.txt")


def say(sentence: str) -> None:
    """Progress goes to stderr: a command's answer may be one line of JSON."""
    print(sentence, file=sys.stderr, flush=True)


def sums() -> str:
    """What bin/_env compares: the same words from the same program."""
    told = subprocess.run(["cksum", *LOCKS], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return f"{told}{ROOT}"


def is_current(kind: str) -> bool:
    """Whether the installed packages are those of the lock files as they are now."""
    stamps = (VENV / ".parvis-dev", VENV / f".parvis-{kind}")
    return PYTHON.exists() and any(s.exists() and s.read_text().strip() == sums().strip() for s in stamps)


def make_venv() -> None:
    """A virtual environment with pip; where Debian keeps ensurepip apart, installs it or says what to install."""
    if (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0
    ):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if has_ensurepip() or (os.geteuid() == 0 and install_ensurepip()):
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    sys.exit(f"Python's venv module is incomplete: run  sudo apt install {package}  and start again.")


def has_ensurepip() -> bool:
    """Asked of a new interpreter: after an installation this one would not see it."""
    return subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True).returncode == 0


def install_ensurepip() -> bool:
    """As root on Debian or the like: the package that completes this Python."""
    if not shutil.which("apt-get"):
        return False
    versioned = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    say(f"Installing {versioned}…")
    quiet = {"stdout": subprocess.DEVNULL, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-qq"], **quiet, check=False)
    for package in (versioned, "python3-venv"):
        subprocess.run(["apt-get", "install", "-y", "-qq", package], **quiet, check=False)
        if has_ensurepip():
            return True
    return False


def install(kind: str) -> None:
    """Installs exactly what the lock file names, each checked against its hash."""
    make_venv()
    say("Installing Parvis's libraries (once; a minute or two)…")
    done = subprocess.run(
        [
            PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
            "--require-hashes", "--only-binary", ":all:", "-r", f"requirements/{kind}.txt",
        ],
        cwd=ROOT,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        sys.exit("The libraries could not be installed; pip's message is above.")
    # So that any program of the environment (pytest, mypy) finds our code, from wherever it is started.
    for site in (VENV / "lib").glob("python*/site-packages"):
        (site / "parvis.pth").write_text(f"{ROOT}\n")
    (VENV / f".parvis-{kind}").write_text(sums())


def build() -> None:
    """What is made from sources in the repository: .mo files, one stylesheet, one script."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    for module, *words in (["parvis.cli.messages", "--compile"], ["parvis.web.assets"]):
        done = subprocess.run(
            [PYTHON, "-m", module, *words], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode != 0:
            sys.exit(f"{module} failed; the reason is above.")


def main(kind: str) -> None:
    """Brings the environment up to date, one process at a time."""
    with (ROOT / ".env.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current(kind):
            install(kind)
        built = VENV / ".parvis-built"
        fresh = VENV / ".parvis-built.new"
        fresh.touch()
        build()
        fresh.replace(built)


if __name__ == "__main__":
    main(sys.argv[1])
