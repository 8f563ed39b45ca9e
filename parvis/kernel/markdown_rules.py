"""Our rules on top of CommonMark: mentions, tags, bare addresses, own pictures, task lists, tables, heading levels.

Not here: what the rendered text promises to the rest of the house (kernel.markdown).
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from parvis.kernel import ids, sanitise, words

MAX_NESTING = 40
TOP_HEADING = 3  # h1 is the page's title and h2 its sections: a text starts at h3
MAX_TAG = 50

MENTION = re.compile(r"@\[([^\[\]\n]{0,200})\]\(person:([0-9a-z]{13})\)")
_TAG = re.compile(r"#([^\W_][\w-]{0,80})")
_BARE_ADDRESS = re.compile(r"://[^\s<>\[\]\\`\"«»“”|]{3,2000}(?![^\s<>\[\]\\`\"«»“”|])")
_MAY_PRECEDE_TAG = frozenset(" \t\n([{\"'*_~«“‘’,;:!?.…/-–—\u00a0\u202f") - {"/", ".", "-", ":"}
_TRAILING = ".,;:!?'*_~…’"
_TASK = re.compile(r"\[([ xX])\][ \t]+")


def build() -> MarkdownIt:
    """The one parser of the house: CommonMark without HTML, tables, strikethrough, and the rules below."""
    md = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": MAX_NESTING})
    md.enable(["table", "strikethrough"])
    md.validateLink = sanitise.is_safe_link  # type: ignore[method-assign]
    md.inline.ruler.push("mention", _mention)
    md.inline.ruler.push("tag", _tag)
    md.inline.ruler.push("bare_address", _bare_address)
    md.core.ruler.push("headings", _set_heading_levels)
    # Before escapes are joined to their text: `\\[x]` is no task.
    md.core.ruler.before("text_join", "tasks", _mark_tasks)
    md.core.ruler.push("pictures_and_links", _dress_pictures_and_links)
    for name in ("mention", "tag"):
        md.add_render_rule(name, _render_reference)
    md.add_render_rule("image", _render_image)
    md.add_render_rule("table_open", _render_table_open)
    md.add_render_rule("table_close", _render_table_close)
    md.add_render_rule("th_open", _render_cell_open)
    md.add_render_rule("td_open", _render_cell_open)
    for name in ("fence", "code_block"):
        md.add_render_rule(name, _render_code)
    return md


def _mention(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "@" or state.linkLevel:
        return False
    match = MENTION.match(state.src, state.pos)
    if not match:
        return False
    try:
        ids.decode(match[2])
    except ValueError:
        return False
    if not silent:
        token = state.push("mention", "a", 0)
        token.content = match[2]
        token.attrs = {"class": "mention", "href": f"/people/{match[2]}/", "data-person": match[2]}
    state.pos = match.end()
    return True


def _tag(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != "#" or state.linkLevel:
        return False
    if start and state.src[start - 1] not in _MAY_PRECEDE_TAG:
        return False
    match = _TAG.match(state.src, start)
    word = match[1].rstrip("-_") if match else ""
    if not word or len(word) > MAX_TAG or not any(letter.isalpha() for letter in word):
        return False
    if not silent:
        folded = words.fold(word)
        token = state.push("tag", "a", 0)
        token.content = word
        token.meta = {"tag": folded}
        token.attrs = {"class": "tag", "href": f"/tags/{state.md.normalizeLink(folded)}/"}
    state.pos = start + 1 + len(word)
    return True


def _bare_address(state: StateInline, silent: bool) -> bool:
    """Links an address typed as such; at its colon, because letters before it are already in `pending`."""
    pos = state.pos
    if state.src[pos] != ":" or state.linkLevel:
        return False
    scheme = re.search(r"(?<![^\W_])https?\Z", state.src[max(pos - 6, 0) : pos], re.IGNORECASE)
    match = _BARE_ADDRESS.match(state.src, pos) if scheme else None
    if not scheme or not match:
        return False
    rest = trim_address(match[0])
    # Judged before it is normalised too: normalising is slow, and a hostile text can offer thousands of bad ones.
    if not sanitise.is_safe_link(scheme[0] + rest):
        return False
    address = state.md.normalizeLink(scheme[0] + rest)
    if not sanitise.is_safe_link(address):
        return False
    if not silent:
        if not state.pending.endswith(scheme[0]):
            return False
        state.pending = state.pending[: -len(scheme[0])]
        opening = state.push("link_open", "a", 1)
        opening.attrs = {"href": address}
        text = state.push("text", "", 0)
        text.content = scheme[0] + rest
        state.push("link_close", "a", -1)
    state.pos = pos + len(rest)
    return True


def trim_address(text: str) -> str:
    """A bare address without the punctuation of the sentence around it; balanced brackets stay."""
    end = len(text)
    opened, closed = text.count("("), text.count(")")
    while end:
        last = text[end - 1]
        if last == ")" and closed > opened:
            closed -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return text[:end]


def _set_heading_levels(state: StateCore) -> None:
    """Levels start at h3 and never skip one, whatever was typed: readers by ear walk a page by its headings."""
    stack: list[int] = []
    tag = ""
    for index, token in enumerate(state.tokens):
        if token.type == "heading_open":
            level = int(token.tag[1])
            while stack and stack[-1] >= level:
                stack.pop()
            stack.append(level)
            tag = f"h{min(TOP_HEADING - 1 + len(stack), 6)}"
            token.tag = tag
            if not plain_inline(state.tokens[index + 1].children or []).strip():
                token.attrSet("aria-hidden", "true")
        elif token.type == "heading_close":
            token.tag = tag


def _mark_tasks(state: StateCore) -> None:
    """`- [x] …` becomes a ticked box as a character: no form field in a text, and the same in every language."""
    for index in range(2, len(state.tokens)):
        token = state.tokens[index]
        if token.type != "inline" or state.tokens[index - 2].type != "list_item_open":
            continue
        children = token.children or []
        match = _TASK.match(children[0].content) if children and children[0].type == "text" else None
        if match:
            is_done = match[1] != " "
            state.tokens[index - 2].attrSet("class", "task is-done" if is_done else "task")
            children[0].content = ("☑ " if is_done else "☐ ") + children[0].content[match.end() :]


def _dress_pictures_and_links(state: StateCore) -> None:
    for token in state.tokens:
        if token.children:
            token.children = _dress(token.children)


def _dress(children: list[Token]) -> list[Token]:
    dressed: list[Token] = []
    in_link = 0
    for token in children:
        if token.type == "link_open":
            in_link += 1
            token.attrs = dict(sanitise.link_attributes(str(token.attrs.get("href", ""))))
        elif token.type == "link_close":
            in_link -= 1
        if token.type == "image" and not sanitise.is_own_file(str(token.attrs.get("src", ""))):
            dressed.extend(_picture_as_link(token, in_link > 0))
        else:
            dressed.append(token)
    return dressed


def _picture_as_link(image: Token, in_link: bool) -> list[Token]:
    """A picture from elsewhere is never loaded: it would tell its server who reads."""
    address = str(image.attrs.get("src", ""))
    host = sanitise.host_of(address)
    text = Token("text", "", 0)
    text.content = plain_inline(image.children or []).strip() or host
    if in_link or not host:
        return [text]
    opening = Token("link_open", "a", 1)
    opening.attrs = dict(sanitise.link_attributes(address))
    return [opening, text, Token("link_close", "a", -1)]


def plain_inline(children: Sequence[Token]) -> str:
    """The text of inline tokens, line breaks kept; a mention as @ and its id."""
    parts = []
    for token in children:
        if token.type in {"text", "code_inline", "text_special"}:
            parts.append(token.content)
        elif token.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif token.type == "mention":
            parts.append(f"@{token.content}")
        elif token.type == "tag":
            parts.append(f"#{token.content}")
        elif token.type == "image":
            parts.append(plain_inline(token.children or []))
    return "".join(parts)


def _render_reference(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[index]
    sign = "@" if token.type == "mention" else "#"
    return f"<a{renderer.renderAttrs(token)}>{sign}{token.content}</a>"


def _render_image(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[index]
    token.attrs = {
        "src": str(token.attrs["src"]),
        "alt": plain_inline(token.children or []),
        "loading": "lazy",
        "decoding": "async",
    }
    return f"<img{renderer.renderAttrs(token)}>"


def _render_table_open(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    # A wide table scrolls in its own box, which the keyboard must reach.
    return '<div class="table-scroll" tabindex="0"><table>\n'


def _render_table_close(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return "</table></div>\n"


def _render_cell_open(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[index]
    side = str(token.attrs.get("style", "")).removeprefix("text-align:")
    return f'<{token.tag} class="align-{side}">' if side else f"<{token.tag}>"


def _render_code(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    text = tokens[index].content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<pre tabindex="0"><code>{text}</code></pre>\n'
