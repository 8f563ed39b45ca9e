"""The shell's addresses, one module for each area; parvis.web.urls gathers them. Not here: views."""
