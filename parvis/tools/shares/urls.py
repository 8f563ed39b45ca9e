"""Addresses of this tool. Not here: the views."""
space_routes = []
thing_routes = []
