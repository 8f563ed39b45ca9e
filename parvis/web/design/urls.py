"""Addresses of the style guide for a bare URL configuration. Not here: the gated ones (web.routes.design)."""

from __future__ import annotations

from django.urls import path

from parvis.web.design import views

urlpatterns = [
    path("", views.show_guide, name="design"),
    path("pages/<slug:name>/", views.show_sample, name="design_page"),
]
