"""The composer's markup as a page gives it: the contract of static/js/README.md, for the tests."""

from __future__ import annotations

KINDS = (
    ("note", "none"),
    ("discussion", "required"),
    ("question", "required"),
    ("article", "required"),
)
TOOLS = ("bold", "italic", "heading", "link", "list", "numbers", "tasks", "quote", "code", "image")


def composer(
    *, attributes: str = 'data-saved-at=""', body: str = "", kind: str = "note", more: str = ""
) -> str:
    """An `<x-composer>` with every part it knows; `attributes` are added to the element."""
    kinds = "".join(
        f'<label><input type="radio" name="kind" value="{name}" data-title="{title}"'
        f"{' checked' if name == kind else ''}>{name}</label>"
        for name, title in KINDS
    )
    tools = "".join(
        f'<button type="button" data-md="{tool}" aria-label="{tool}">{tool}</button>' for tool in TOOLS
    )
    return f"""
<x-composer data-people-url="/pick/people" data-tags-url="/pick/tags" data-upload-url="/upload"
  data-draft-url="/draft" data-preview-url="/preview" data-audience-url="/audience"
  data-similar-url="/similar" {attributes}>
<form method="post" action="/published">
  <input type="hidden" name="csrfmiddlewaretoken" value="tok">
  <fieldset><legend>Kind</legend>{kinds}</fieldset>
  <label>Where <select name="space"><option value="s1">Managers</option><option value="s2">Everyone</option></select></label>
  <div data-title-field><label>Title <input name="title"></label></div>
  <div data-similar></div>
  <fieldset data-only="article"><legend>Cover</legend><input name="cover" required></fieldset>
  <div role="toolbar" data-toolbar hidden aria-label="Formatting">{tools}</div>
  <button type="button" data-preview-button hidden>Preview</button>
  <label for="body">Your text</label>
  <textarea id="body" name="body" required rows="3">{body}</textarea>
  <input type="file" data-files multiple hidden aria-label="Files">
  <div data-preview hidden></div>
  <p data-warning hidden></p>
  <p data-audience>Visible by the 42 members of Managers</p>
  <p data-status></p>
  <label>When <input type="datetime-local" name="publish_at"></label>
  <button data-publish data-later="Schedule" name="do" value="publish">Publish</button>
</form></x-composer>{more}"""
