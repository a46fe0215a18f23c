"""What a password must be beside what Django asks."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.core.exceptions import ValidationError


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
