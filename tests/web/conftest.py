"""A browser that has signed in as somebody of the world, second factor included."""

import pytest
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from junheng.base.people import PRIVILEGED
from world import make_world


@pytest.fixture
def world(db):  # noqa: ARG001 a fixture that must be there first
    return make_world()


@pytest.fixture
def browser(world):
    def signed_in(role, *, inside=True):
        client, user = Client(), world.users[role, inside]
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        if role in PRIVILEGED:
            device, _ = TOTPDevice.objects.get_or_create(user=user, confirmed=True)
            session = client.session
            session[DEVICE_ID_SESSION_KEY] = device.persistent_id
            session.save()
        return client

    return signed_in
