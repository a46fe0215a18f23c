"""The app whose tables these are."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Store."""

    name = "junheng.store"
    default_auto_field = "django.db.models.BigAutoField"
