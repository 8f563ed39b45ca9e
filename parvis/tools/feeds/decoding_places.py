"""Where pictures stand in an article's HTML; loaded by the decoder too, so nothing else is here."""

from __future__ import annotations

# The address of a file that nobody can have: only the number after it is read, when the item is shown.
PICTURE_PLACE = "/files/0000000000000/"
MOST_PICTURES = 6  # of one item
