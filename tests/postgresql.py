"""A PostgreSQL server of one's own, in a throw-away folder, that listens on a socket there."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

# Nothing here outlives the run, so nothing need reach the disk.
CARELESS = ("-c fsync=off", "-c full_page_writes=off")


class Server:
    """Make a server, start it, stop it, and start it again with what it held."""

    def __init__(self, more: Sequence[str] = CARELESS) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not programs:
            raise SystemExit("没有装 PostgreSQL（apt-get install postgresql）")
        self.folder = Path(tempfile.mkdtemp(prefix="junheng-pg-"))
        self._programs = programs[-1]
        self._more = more
        # The server refuses to be run by root.
        as_whom = {"user": "postgres"} if os.geteuid() == 0 else {}
        if as_whom:
            shutil.chown(self.folder, "postgres")
        self._run = {**as_whom, "stdout": subprocess.DEVNULL, "cwd": self.folder}
        subprocess.run(
            [self._programs / "initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "trust",
             "-E", "UTF8", "--locale=C.UTF-8"], check=True, **self._run,
        )  # fmt: skip

    @property
    def url(self) -> str:
        """The address as `JUNHENG_DATABASE` takes it."""
        socket = str(self.folder).replace("/", "%2F")
        return f"postgresql://postgres@{socket}/postgres"

    def _control(self, *words: str | Path, check: bool = True) -> None:
        command = [self._programs / "pg_ctl", "-D", self.folder / "data", "-w", *words]
        subprocess.run(command, check=check, **self._run)

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' {' '.join(self._more)}"
        self._control("-o", options, "-l", self.folder / "log", "start")

    def stop(self, how: str = "immediate") -> None:
        self._control("-m", how, "stop", check=False)

    def remove(self) -> None:
        """Stop it and delete what it held."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
