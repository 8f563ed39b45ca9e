"""Registers the `web` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "parvis.web"
    label = "web"

    def ready(self) -> None:
        from parvis.kernel.fetch import install_inside
        from parvis.web.ways_out import inside_hosts

        install_inside(inside_hosts)
