"""The app whose templates and assets these are."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Web."""

    name = "junheng.web"
