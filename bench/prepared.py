"""A site of its own for a bench: prepared in a folder that is gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


def on_a_site(look: Callable[[Path], bool]) -> None:
    """Prepare a site, look at it, and exit 1 if what was seen is not good."""
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top)
        os.environ |= {
            "JUNHENG_HOME": str(folder / "site"),
            "JUNHENG_HTTPS": "0", "DJANGO_SETTINGS_MODULE": "junheng.settings",
        }  # fmt: skip
        junheng = Path(sys.executable).with_name("junheng")
        subprocess.run([junheng, "site", "prepare"], check=True, stdout=subprocess.DEVNULL)
        import django  # noqa: PLC0415 once the environment says which site

        django.setup()
        is_good = look(folder)
    sys.exit(not is_good)
