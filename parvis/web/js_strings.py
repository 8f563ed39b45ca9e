"""The words our scripts show, by group; the layout and macros put them in `data-strings` attributes.

English sources for gettext, so that French is kept with every other string. Not here: words that templates
draw themselves. `static/js/STRINGS.md` says which group goes where.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

# For <body>: every page.
BODY: Final[dict[str, str | Promise]] = {
    "close": _("Close"),
    "cancel": _("Cancel"),
    "remove": _("Remove"),
    "copied": _("Link copied"),
    "copy_failed": _("The link could not be copied. Here it is:"),
    "new_items_one": _("{n} new"),
    "new_items_other": _("{n} new"),
    "new_replies_one": _("{n} new reply"),
    "new_replies_other": _("{n} new replies"),
    "unread": _("unread"),
    "notices_one": _("{n} unread notification"),
    "notices_other": _("{n} unread notifications"),
    "quoted": _("Quote added to your reply"),
    "quote": _("Quote"),
    "failed": _("That did not work. Please try again."),
    "signed_out": _("You are signed out. Sign in again in another tab; nothing is lost."),
    "suggestions_one": _("{n} suggestion"),
    "suggestions_other": _("{n} suggestions"),
    "suggestions_label": _("Suggestions"),
    "picked": _("{name} added"),
    "unpicked": _("{name} removed"),
    "remove_name": _("Remove {name}"),
    "points_left_one": _("{n} point left"),
    "points_left_other": _("{n} points left"),
    "no_points_left": _("You have used all your points"),
    "file_sending": _("Sending {name}"),
    "file_sent": _("{name} sent"),
    "file_failed": _("{name} could not be sent. Please try again."),
    "file_too_large": _("{name} is too large."),
}

# For <x-composer>: pages where people write.
COMPOSER: Final[dict[str, str | Promise]] = {
    "bold_text": _("important"),
    "italic_text": _("emphasis"),
    "strike_text": _("no longer true"),
    "code_text": _("code"),
    "link_text": _("link text"),
    "cannot_see_short": _("can't see this place"),
    "cannot_see_one": _("{names} can't see this place, and won't be notified."),
    "cannot_see_other": _("{names} can't see this place, and won't be notified."),
    "alt_title": _("Describe the picture"),
    "alt_label": _("What does it show?"),
    "alt_hint": _("For those who can't see it. One sentence is enough."),
    "alt_insert": _("Add the picture"),
    "alt_none": _("It is only decoration"),
    "saved": _("Saved {time}"),
    "not_saved": _("Not saved yet. Keep this page open."),
    "kept_here": _("Kept on this device. It will be saved when the connection is back."),
    "restored": _("Your draft of {time} is back"),
    "restored_here": _("Your text kept on this device is back"),
    "other_device": _("This draft was changed on another device."),
    "use_this_device": _("Use the text of this device"),
    "offline_publish": _("No connection. Your text is kept; publish when it is back."),
    "out_kept": _("Kept on this device. It will be sent when you are back online."),
    "out_stop": _("Don't send it"),
    "out_stopped": _("It will not be sent by itself. Your text is kept here."),
    "out_gone": _("Your text has been sent."),
    "audience_unknown": _("The audience could not be checked. Please try again."),
    "preview_failed": _("The preview is not available right now."),
    "preview_shown": _("Preview shown"),
    "rich_loading": _("Opening the editor…"),
    "rich_failed": _("The rich editor could not be opened. You can go on writing here."),
    "rich_refused": _("This text uses something the rich editor can't keep exactly. It opens as Markdown."),
    "rich_on": _("Rich text"),
    "rich_off": _("Markdown"),
}

# For <x-files>: pages where files are brought.
FILES: Final[dict[str, str | Promise]] = {
    "file_stop": _("Stop sending"),
    "file_again": _("Send again"),
    "file_forget": _("Forget it"),
    "file_waiting": _("The connection is lost: it goes on by itself as soon as it is back."),
    "file_left": _("{part} of {name} has come already: choose it again to send the rest."),
}

# For <x-together>: a text that several write at once.
TOGETHER: Final[dict[str, str | Promise]] = {
    "together_joining": _("Opening the shared text…"),
    "together_kept": _("Everything written here is kept."),
    "together_keeping": _("Keeping what you write…"),
    "together_alone": _("You are writing alone just now."),
    "together_here": _("Writing here now:"),
    "together_came": _("{name} is writing here too"),
    "together_offline": _(
        "The connection is lost. Go on writing: it is kept on this device, and joins the others' text when the "
        "connection is back."
    ),
    "together_failed": _(
        "The others can't be reached just now. Write here: when you save, your text and theirs are brought together."
    ),
    "together_unfit": _(
        "This text uses something that can't be written by several at once. It opens as Markdown."
    ),
    "together_large": _(
        "This page has become too long to be written by several at once. Copy your last words, and go on in Markdown."
    ),
    "together_over": _("You are signed out. Copy what you still need before you leave this page."),
    "together_denied": _("You can't write this page any more. Copy what you still need before you leave it."),
    "together_broken": _("The shared text could not be followed. Open the page again to go on."),
}

# For <x-kept>: every page of somebody signed in.
KEPT: Final[dict[str, str | Promise]] = {
    "out_sent": _("What you wrote without connection has been sent."),
    "out_see": _("See it"),
    "out_back": _(
        "A text written without connection could not be sent. It is kept on this device, in its box."
    ),
    "out_open": _("Open the box"),
    "out_leave": _(
        "Texts kept on this device could not be sent. If you sign out now, they are lost. Sign out all the same?"
    ),
}

# For the rich editor, given by <x-composer> too when it has data-editor-url.
EDITOR: Final[dict[str, str | Promise]] = {
    "ed_strike": _("Strikethrough"),
    "ed_h2": _("Heading"),
    "ed_numbers": _("Numbered list"),
    "ed_tasks": _("Task list"),
    "ed_codeblock": _("Code block"),
    "ed_rule": _("Line"),
    "ed_link_address": _("Address of the link"),
    "ed_link_remove": _("Remove the link"),
    "ed_apply": _("Apply"),
    "ed_table": _("Table"),
    "ed_row_add": _("Add a row"),
    "ed_row_remove": _("Remove the row"),
    "ed_column_add": _("Add a column"),
    "ed_column_remove": _("Remove the column"),
    "ed_table_remove": _("Remove the table"),
    "ed_undo": _("Undo"),
    "ed_redo": _("Redo"),
    "ed_task_done": _("Done"),
}


def js_strings(*groups: dict[str, str | Promise]) -> str:
    """JSON for a `data-strings` attribute, in the active language; the template must escape it."""
    joined = {key: str(text) for group in groups or (BODY,) for key, text in group.items()}
    return json.dumps(joined, ensure_ascii=False, separators=(",", ":"))


def writing_strings() -> str:
    """JSON for the `data-strings` of a composer, its rich editor included."""
    return _writing_strings(get_language() or "en")


def files_strings() -> str:
    """JSON for the `data-strings` of a part that receives files."""
    return js_strings(FILES)


def kept_strings() -> str:
    """JSON for the `data-strings` of what sends texts kept on the device."""
    return _kept_strings(get_language() or "en")


@lru_cache(maxsize=4)
def _kept_strings(language: str) -> str:
    return js_strings(KEPT)


def together_strings() -> str:
    """JSON for the `data-strings` of a text that several write at once."""
    return js_strings(TOGETHER)


@lru_cache(maxsize=4)
def _writing_strings(language: str) -> str:
    return js_strings(COMPOSER, EDITOR)
