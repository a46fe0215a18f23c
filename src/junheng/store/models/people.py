"""People, what they are where, and invitations to become it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from junheng.base.people import Department, Role
from junheng.store.models.regions import Region

_ROLES = [(one.value, one.value) for one in Role]
_DEPARTMENTS = [(one.value, one.value) for one in Department]


class UserManager(BaseUserManager["User"]):
    """Finds people by what they sign in with, whatever the capitals."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the person of a sign-in name."""
        return self.get(login__iexact=username)


class User(AbstractBaseUser):
    """One person. What he may do is in his memberships alone; there is no superuser."""

    login = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=64)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()
    toured_at = models.DateTimeField(null=True)  # when he had read how one begins

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        """Two people do not differ by capitals alone."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("login"), name="one_login_any_case")
        ]

    def __str__(self) -> str:
        return self.name


def _only_department_users_have_one(name: str) -> models.CheckConstraint:
    is_one = Q(role=Role.DEPARTMENT_USER.value)
    return models.CheckConstraint(
        condition=(is_one & ~Q(department="")) | (~is_one & Q(department="")), name=name
    )


class Membership(models.Model):
    """What a person is at a region, and so for everything below it, from one moment to another."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    region = models.ForeignKey(Region, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=32, choices=_ROLES)
    department = models.CharField(max_length=32, choices=_DEPARTMENTS, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        """Nobody is the same thing twice at one place."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "region", "role", "department"],
                condition=Q(until__isnull=True),
                name="one_standing_membership",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[one.value for one in Role]), name="known_member_role"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="membership_ends_after_it_begins",
            ),
            _only_department_users_have_one("member_department_if_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.region_id}"


class Invitation(models.Model):
    """A link by which one person becomes something at a region, once and for some days.

    Of the link only the hash of its secret is kept.
    """

    secret_sha256 = models.CharField(max_length=64, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=32, choices=_ROLES)
    department = models.CharField(max_length=32, choices=_DEPARTMENTS, blank=True)
    name = models.CharField(max_length=64)
    invited_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="invitations_given"
    )  # null: from the command line of the machine
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="invitations_taken"
    )
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """It is accepted by somebody at some time, and not if withdrawn."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True, accepted_at__isnull=True)
                | Q(accepted_by__isnull=False, accepted_at__isnull=False),
                name="accepted_by_somebody_sometime",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="not_accepted_and_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[one.value for one in Role]), name="known_invited_role"
            ),
            _only_department_users_have_one("invited_department_if_user"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.role}"


class Reminder(models.Model):
    """A letter that reminded somebody on a day; there is one a day at most."""

    user = models.ForeignKey(User, models.PROTECT, related_name="reminders")
    day = models.DateField()
    count = models.IntegerField()  # of what waits for him

    class Meta:
        """One a person and day."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "day"], name="one_reminder_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}"
