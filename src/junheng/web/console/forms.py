"""What people type into pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from django import forms
from django.conf import settings

from junheng.base.people import Department, Role
from junheng.explain.words import Words
from junheng.operations.evidence import words as evidence_words
from junheng.operations.rounds import Terms
from junheng.rulebook.loader import list_rulebooks, load_rulebook
from junheng.store.queries.events import Asked
from junheng.web.wording import say, word, wording

_LONGEST_NAME, _LONGEST_REASON = 64, 500


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _label(key: str) -> str:
    return word("labels", key)


def number_of(text: str) -> float | None:
    """Return a number somebody typed, with or without commas; None if it is no finite one."""
    try:
        number = float(text.replace(",", "").strip())
    except ValueError:
        return None
    return number if isfinite(number) else None


class SignInForm(forms.Form):
    """Who, and how he proves it."""

    username = forms.CharField(max_length=_LONGEST_NAME)
    password = forms.CharField(max_length=128, widget=forms.PasswordInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 Django's own
        """Put the labels."""
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _label("login")
        self.fields["password"].label = _label("password")
        self.fields["username"].widget.attrs |= {"autocomplete": "username", "autofocus": True}
        self.fields["password"].widget.attrs |= {"autocomplete": "current-password"}


class CodeForm(forms.Form):
    """The six digits of the moment."""

    code = forms.RegexField(regex=r"^\d{6}$", max_length=6)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 Django's own
        """Put the label."""
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _label("code")
        self.fields["code"].error_messages["invalid"] = say("wrong_code")
        self.fields["code"].widget.attrs |= {
            "autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True,
        }  # fmt: skip


class JoinForm(forms.Form):
    """Who somebody will be."""

    name = forms.CharField(max_length=_LONGEST_NAME)
    login = forms.RegexField(regex=r"^[\w.@+-]{3,64}$", max_length=_LONGEST_NAME)
    email = forms.EmailField(required=False)
    password = forms.CharField(max_length=128, widget=forms.PasswordInput)
    password_again = forms.CharField(max_length=128, widget=forms.PasswordInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 Django's own
        """Put the labels."""
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = _label(name)
        for name in ("password", "password_again"):
            self.fields[name].widget.attrs["autocomplete"] = "new-password"

    def clean(self) -> dict[str, Any] | None:
        """Refuse two passwords that differ."""
        cleaned = super().clean()
        typed = self.cleaned_data
        if typed.get("password") != typed.get("password_again"):
            self.add_error("password_again", say("passwords_differ"))
        return cleaned


class InviteForm(forms.Form):
    """Whom to invite to be what."""

    name = forms.CharField(max_length=_LONGEST_NAME)
    role = forms.ChoiceField()
    department = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:  # noqa: ANN401
        """Offer the roles that may be given here."""
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = _label(name)
        self.fields["role"].choices = [(one.value, word("roles", one)) for one in roles]  # type: ignore[attr-defined]
        self.fields["department"].choices = [("", say("no_department"))] + [  # type: ignore[attr-defined]
            (one.value, word("departments", one)) for one in Department
        ]


class RoundForm(forms.Form):
    """What a round collects, and when."""

    round_name = forms.CharField(max_length=_LONGEST_NAME)
    rulebook = forms.ChoiceField()
    on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    opens_at = forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    deadline = forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 Django's own
        """Put labels and rulebooks."""
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = _label(name)
        named = [(one, Words(load_rulebook(one).labels).rulebook) for one in list_rulebooks()]
        self.fields["rulebook"].choices = named  # type: ignore[attr-defined]
        self.fields["rulebook"].initial = settings.RULEBOOK

    def terms(self) -> Terms:
        """Return what was typed."""
        typed = self.cleaned_data
        return Terms(
            name=typed["round_name"], rulebook=typed["rulebook"], on=typed["on"],
            opens_at=typed["opens_at"], deadline=typed["deadline"],
        )  # fmt: skip


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(max_length=_LONGEST_REASON)


class EventsForm(forms.Form):
    """Which events."""

    words = forms.CharField(required=False, max_length=100)
    action = forms.ChoiceField(required=False)
    person = forms.CharField(required=False, max_length=_LONGEST_NAME)
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 Django's own
        """Put labels and actions."""
        super().__init__(*args, **kwargs)
        for name in ("words", "action", "since", "until"):
            self.fields[name].label = _label(name)
        self.fields["person"].label = _label("actor")
        choices = [("", say("any_action")), *wording()["actions"].items()]
        self.fields["action"].choices = choices  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        """Return the events meant; what was typed wrongly does not matter."""
        self.is_valid()
        typed = self.cleaned_data
        return Asked(
            words=typed.get("words") or "",
            action=typed.get("action") or "",
            actor=typed.get("person") or "",
            since=typed.get("since"),
            until=typed.get("until"),
        )


class FreezeForm(forms.Form):
    """Under which name a round is frozen, and whether the county stands for it."""

    name = forms.CharField(max_length=_LONGEST_NAME)
    kind = forms.ChoiceField(choices=lambda: list(wording()["snapshot_kinds"].items()))
    note = forms.CharField(max_length=_LONGEST_REASON, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 Django's own
        """Put the labels."""
        super().__init__(*args, **kwargs)
        for name in ("name", "kind", "note"):
            self.fields[name].label = _label(f"snapshot_{name}")


class LateForm(forms.Form):
    """Who may report late, until when, and why."""

    school = forms.ChoiceField()
    until = forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    reason = forms.CharField(max_length=_LONGEST_REASON)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        schools: Sequence[tuple[str, str]],
    ) -> None:
        """Put labels and choices."""
        super().__init__(data)
        self.fields["school"].choices = schools  # type: ignore[attr-defined]
        for name in ("school", "until", "reason"):
            self.fields[name].label = _label(f"late_{name}")


class EvidenceForm(forms.Form):
    """What is said of a paper; the files come beside it."""

    title = forms.CharField(max_length=_LONGEST_NAME)
    kind = forms.ChoiceField(choices=lambda: list(evidence_words()["kinds"].items()))
    issuer = forms.CharField(max_length=120, required=False)
    period_from = forms.DateField(required=False, widget=_day())
    period_to = forms.DateField(required=False, widget=_day())
    expires_on = forms.DateField(required=False, widget=_day())

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 Django's own
        """Put the labels."""
        super().__init__(*args, **kwargs)
        for name in self.fields:
            self.fields[name].label = _label(f"evidence_{name}")
