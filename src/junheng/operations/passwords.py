"""What a password must be beside what Django asks."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError


class Hasher(Argon2PasswordHasher):
    """Argon2id with the first of the settings OWASP recommends: 46 MiB, one pass, one lane.

    Django's own take four times the processor: on the last evening of a round a county's small
    server would do little else. Older hashes are renewed when their owner signs in.
    """

    time_cost = 1
    memory_cost = 47104
    parallelism = 1


class LongEnough:
    """Refuses short passwords, in Chinese, which Django's own validator lacks."""

    def __init__(self, min_length: int) -> None:
        """Keep the least number of characters."""
        self.min_length = min_length

    def validate(self, password: str, user: object = None) -> None:
        """Refuse a short one.

        Raises:
            ValidationError: it is too short.
        """
        del user
        if len(password) < self.min_length:
            raise ValidationError(self.get_help_text(), code="password_too_short")

    def get_help_text(self) -> str:
        """Return what is asked."""
        file = Path(__file__).parent / "passwords.zh_Hans.toml"
        words = tomllib.loads(file.read_text(encoding="utf-8"))
        return str(words["too_short"]).format(least=self.min_length)
