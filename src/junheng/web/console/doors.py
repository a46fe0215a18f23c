"""In and out: sign in, second factor, invitations, and what outsiders see."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as confirm
from django_otp.plugins.otp_totp.models import TOTPDevice

from junheng.base.errors import JunhengError
from junheng.operations import doors, people
from junheng.store.queries.people import OpenInvitation, find_invitation, get_actor
from junheng.web.access import origin_of
from junheng.web.console.forms import CodeForm, JoinForm, SignInForm
from junheng.web.wording import say

_GET_POST = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(_GET_POST)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask who it is; five wrong answers close the door for a while."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if user is not None:
            login(request, user)
            actor = get_actor(user_id=user.pk, origin=origin_of(request))
            doors.note_sign_in(actor=actor, now=timezone.now())
            return redirect(_next(request))
        doors.note_failure(
            name=form.cleaned_data["username"], origin=origin_of(request), now=timezone.now()
        )
        minutes = int(settings.AXES_COOLOFF_TIME * 60)
        form.add_error(None, say("wrong_login", limit=settings.AXES_FAILURE_LIMIT, minutes=minutes))
    status = 200 if request.method != "POST" else 422
    return render(
        request, "console/sign_in.html", {"form": form, "next": _next(request)}, status=status
    )


def _next(request: HttpRequest) -> str:
    """Return where to go after the door: a page of this site, or the first one."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else "/"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Go out."""
    logout(request)
    messages.success(request, say("signed_out"))
    return redirect("sign-in")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorPage:
    """What console/second_factor.html may use; picture and key only while it is being set up."""

    picture: str = ""
    key: str = ""


@never_cache
@require_http_methods(_GET_POST)
def second_factor(request: HttpRequest) -> HttpResponse:
    """Set up the second factor, or ask for it."""
    user = request.user
    if not user.is_authenticated:
        return redirect("sign-in")
    device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    waiting = device or TOTPDevice.objects.get_or_create(user=user, confirmed=False)[0]
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actor = get_actor(user_id=user.pk, origin=origin_of(request))
        if doors.confirm_code(actor=actor, device=waiting, code=form.cleaned_data["code"],
                              now=timezone.now()):  # fmt: skip
            confirm(request, waiting)
            return redirect("home")
        form.add_error("code", say("wrong_code"))
    page = SecondFactorPage()
    if device is None:
        picture = segno.make(waiting.config_url).svg_data_uri(scale=5, border=2)
        page = SecondFactorPage(picture=picture, key=waiting.key)
    status = 200 if request.method != "POST" else 422
    context = {"page": page, "form": form}
    return render(request, "console/second_factor.html", context, status=status)


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinPage:
    """What console/join.html may use."""

    invitation: OpenInvitation
    signed_in_as: str


@never_cache
@require_http_methods(_GET_POST)
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Let in whoever holds an invitation: as a new person, or beside what he is."""
    now = timezone.now()
    invitation = find_invitation(secret_sha256=people.hash_of_secret(secret), now=now)
    if invitation is None:
        return render(request, "console/join_gone.html", status=404)
    form = JoinForm(request.POST or None, initial={"name": invitation.name})
    known = request.user.is_authenticated
    if request.method == "POST" and (known or form.is_valid()):
        try:
            _accept(request, secret, form)
        except JunhengError as error:
            form.add_error(None, error.in_chinese())
        else:
            messages.success(request, say("joined"))
            return redirect("home" if known else "sign-in")
    page = JoinPage(invitation=invitation, signed_in_as=str(request.user) if known else "")
    status = 200 if request.method != "POST" else 422
    return render(request, "console/join.html", {"page": page, "form": form}, status=status)


def _accept(request: HttpRequest, secret: str, form: JoinForm) -> None:
    now, origin = timezone.now(), origin_of(request)
    if request.user.is_authenticated:
        actor = get_actor(user_id=request.user.pk, origin=origin)
        people.accept_as_known(secret=secret, actor=actor, now=now)
        return
    typed = form.cleaned_data
    newcomer = people.Newcomer(
        login=typed["login"], name=typed["name"], email=typed["email"], password=typed["password"]
    )
    people.accept_as_new(secret=secret, newcomer=newcomer, origin=origin, now=now)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is nothing here, whether or not there is for others."""
    del exception
    return render(request, "console/not_found.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that this is somebody else's to do."""
    del exception
    return render(request, "console/not_allowed.html", status=403)
