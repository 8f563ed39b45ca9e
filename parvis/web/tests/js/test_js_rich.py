"""Writing in the rich editor, in a real Chromium: what is typed and pressed becomes the Markdown that is posted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from parvis.web.tests.js.composer_page import composer
from parvis.web.tests.js.tiny_site import Site, as_json

pytestmark = pytest.mark.browser

EDITOR = 'data-saved-at="" data-editor-url="/static/vendor/editor/editor.js" data-editor-css="/static/vendor/editor/editor.css"'


@pytest.fixture(autouse=True)
def answers(site: Site) -> None:
    site.answers["/draft"] = lambda asked: as_json({"id": "d1", "saved_at": "2026-11-23T09:42:00Z"})
    site.answers["/pick/people"] = lambda asked: as_json(
        [{"id": "0123456789abc", "name": "Anna Weiss", "detail": "Lyon", "can_see": False}]
    )
    site.answers["/pick/tags"] = lambda asked: as_json([{"name": "paie"}])


def open_rich(site: Site, page: Page, body: str = "", **given: str) -> Locator:
    page.goto(site.page("/write", composer(attributes=EDITOR, body=body, **given)))
    page.get_by_role("button", name="Rich text").click()
    text = page.locator(".ProseMirror")
    text.wait_for()
    return text


def expect_source(page: Page, source: str) -> None:
    expect(page.locator("textarea")).to_have_value(source)


def test_nothing_of_the_editor_is_fetched_before_it_is_asked_for(site: Site, page: Page) -> None:
    page.goto(site.page("/write", composer(attributes=EDITOR)))
    page.get_by_role("button", name="Rich text").wait_for()
    assert site.to("/static/vendor/editor/editor.js") == []


def test_an_article_opens_in_rich_text_by_itself(site: Site, page: Page) -> None:
    markup = composer(attributes=EDITOR).replace('value="article"', 'value="article" data-rich')
    page.goto(site.page("/write", markup))
    page.get_by_label("article").check()
    page.locator(".ProseMirror").wait_for()
    expect(page.locator("textarea")).to_be_hidden()
    # What acts on a table waits for one.
    expect(page.locator("[data-md=table]")).to_be_visible()
    expect(page.locator("[data-md=row_add]")).to_be_hidden()


def test_the_text_has_a_name_and_a_role(site: Site, page: Page) -> None:
    open_rich(site, page)
    expect(page.get_by_role("textbox", name="Your text")).to_be_focused()
    expect(page.get_by_role("textbox", name="Your text")).to_have_attribute("aria-multiline", "true")


@pytest.mark.parametrize(
    ("typed", "source"),
    [
        ("## Title\nThen text", "## Title\n\nThen text"),
        ("- one\ntwo\n\nafter", "- one\n- two\n\nafter"),
        ("1. one\ntwo", "1. one\n2. two"),
        ("> quoted", "> quoted"),
        ("**bold** and *soft* and `code`", "**bold** and *soft* and `code`"),
        ("2 * 3 < 4 and snake_case", "2 \\* 3 < 4 and snake_case"),
        ("see #paie now", "see #paie now"),
        ("https://a.example/x_y ok", "https://a.example/x_y ok"),
    ],
)
def test_what_is_typed_becomes_markdown(site: Site, page: Page, typed: str, source: str) -> None:
    text = open_rich(site, page)
    text.press_sequentially(typed)
    expect_source(page, source)


@pytest.mark.parametrize(
    ("tool", "source"),
    [
        ("bold", "**word**"),
        ("italic", "*word*"),
        ("strike", "~~word~~"),
        ("heading", "## word"),
        ("list", "- word"),
        ("numbers", "1. word"),
        ("tasks", "- [ ] word"),
        ("quote", "> word"),
        ("codeblock", "```\nword\n```"),
    ],
)
def test_each_tool_says_whether_it_is_on_and_can_be_taken_back(
    site: Site, page: Page, tool: str, source: str
) -> None:
    text = open_rich(site, page, "word")
    text.press("Control+a")
    button = page.locator(f"[data-md={tool}]")
    button.click()
    expect_source(page, source)
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Control+z")
    expect_source(page, "word")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_blocks_left_alone_keep_their_source_to_the_letter(site: Site, page: Page) -> None:
    body = "Title\n=====\n\n* one\n* two\n\n_soft_ and __hard__\n\nlast"
    text = open_rich(site, page, body)
    text.press("Control+End")
    page.keyboard.type("!")
    expect_source(page, body + "!")


def test_a_text_only_looked_at_is_not_rewritten(site: Site, page: Page) -> None:
    body = "_soft_  \nand\n\n\n\n* one\n"
    open_rich(site, page, body)
    page.get_by_role("button", name="Markdown").click()
    assert page.locator("textarea").input_value() == body
    assert site.to("/draft") == []


def test_a_text_it_cannot_hold_opens_as_markdown_with_a_sentence(site: Site, page: Page) -> None:
    body = "[text][ref]\n\n[ref]: https://a.example"
    page.goto(site.page("/write", composer(attributes=EDITOR, body=body)))
    page.get_by_role("button", name="Rich text").click()
    expect(page.locator(".composer-note")).to_contain_text("can't keep exactly")
    expect(page.locator("textarea")).to_be_visible()
    assert page.locator("textarea").input_value() == body


def test_an_editor_that_cannot_be_fetched_leaves_the_textarea(site: Site, page: Page) -> None:
    page.goto(site.page("/write", composer(attributes=EDITOR.replace("editor.js", "gone.js"), body="kept")))
    page.get_by_role("button", name="Rich text").click()
    expect(page.locator(".composer-note")).to_contain_text("could not be opened")
    expect(page.locator("textarea")).to_be_visible()


def test_switching_to_markdown_and_back_keeps_both(site: Site, page: Page) -> None:
    open_rich(site, page, "one")
    page.get_by_role("button", name="Markdown").click()
    expect(page.locator("textarea")).to_be_focused()
    page.locator("textarea").fill("one\n\n- two")
    page.get_by_role("button", name="Rich text").click()
    expect(page.locator(".ProseMirror li")).to_have_text("two")


def test_a_person_is_named_and_warned_about(site: Site, page: Page) -> None:
    text = open_rich(site, page)
    text.press_sequentially("Hi @ann")
    page.locator(".picker [role=option]").wait_for()
    page.keyboard.press("Enter")
    expect_source(page, "Hi @[Anna Weiss](person:0123456789abc)")
    expect(page.locator(".ProseMirror .mention")).to_have_text("@Anna Weiss")
    expect(page.locator("[data-warning]")).to_contain_text("Anna Weiss can't see this place")


def test_a_link_is_made_and_removed_by_keyboard(site: Site, page: Page) -> None:
    text = open_rich(site, page, "word")
    text.press("Control+a")
    page.keyboard.press("Control+k")
    page.keyboard.type("a.example/b")
    page.keyboard.press("Enter")
    expect_source(page, "[word](https://a.example/b)")
    expect(text).to_be_focused()
    page.keyboard.press("Control+k")
    page.get_by_role("button", name="Remove the link").click()
    expect_source(page, "word")


def test_a_table_is_written_by_keyboard(site: Site, page: Page) -> None:
    text = open_rich(site, page)
    page.locator("[data-md=table]").click()
    # The editor takes the focus back with the next frame.
    expect(text).to_be_focused()
    page.keyboard.type("a")
    page.keyboard.press("Tab")
    page.keyboard.type("b | c")
    expect_source(page, "| a | b \\| c |  |\n| --- | --- | --- |\n|  |  |  |\n|  |  |  |")
    page.get_by_role("button", name="Remove the column").click()
    page.get_by_role("button", name="Add a row").click()
    expect_source(page, "| a |  |\n| --- | --- |\n|  |  |\n|  |  |\n|  |  |")
    page.get_by_role("button", name="Remove the table").click()
    expect_source(page, "")
    expect(page.get_by_role("button", name="Add a row")).to_have_count(0)


def test_a_task_is_ticked(site: Site, page: Page) -> None:
    open_rich(site, page, "- [ ] one\n- two")
    page.get_by_role("checkbox", name="Done").check()
    expect_source(page, "- [x] one\n- two")


def test_a_picture_is_sent_and_shown(site: Site, page: Page) -> None:
    site.answers["/upload"] = lambda asked: as_json(
        {"id": "f1", "url": "/files/0123456789abc/a.png", "name": "a.png", "is_image": True}
    )
    text = open_rich(site, page, "before")
    text.press("Control+End")
    page.locator("[data-files]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"abc"})
    page.get_by_role("dialog").wait_for()
    page.keyboard.type("A dot")
    page.keyboard.press("Enter")
    expect_source(page, "before![A dot](/files/0123456789abc/a.png)")
    expect(page.get_by_role("img", name="A dot")).to_be_attached()


def test_pasted_pages_keep_their_structure_and_lose_their_dress(site: Site, page: Page) -> None:
    open_rich(site, page)
    page.evaluate(
        """() => { const data = new DataTransfer();
        data.setData('text/html', '<h2 style="color:red">T</h2><p>a <b>b</b> <a href="javascript:x()">c</a></p><img src="https://a.example/x.png"><ul><li>d</li></ul><script>x</scr' + 'ipt>');
        document.querySelector('.ProseMirror').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })); }"""
    )
    expect_source(page, "## T\n\na **b** c\n\n- d")


def test_publishing_posts_what_was_just_typed(site: Site, page: Page) -> None:
    text = open_rich(site, page)
    text.press_sequentially("Hello *you* ")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/published")
    assert site.to("/published")[0].value("body") == "Hello *you*"


def test_an_empty_text_is_not_sent(site: Site, page: Page) -> None:
    text = open_rich(site, page)
    page.locator("[data-publish]").click()
    expect(text).to_be_focused()
    assert site.to("/published") == []


def test_drafts_are_kept_from_rich_text_too(site: Site, page: Page) -> None:
    text = open_rich(site, page)
    text.press_sequentially("# ")
    text.press_sequentially("Plan")
    expect(page.locator("[data-status]")).to_have_text("Saved 10:42")
    assert site.to("/draft")[-1].value("body") == "# Plan"


def test_the_toolbar_is_reached_from_the_text_and_is_one_stop(site: Site, page: Page) -> None:
    open_rich(site, page)
    page.keyboard.press("Alt+F10")
    expect(page.get_by_role("button", name="Markdown")).to_be_focused()  # where it was left
    page.keyboard.press("Home")
    expect(page.locator("[data-md=bold]")).to_be_focused()
    assert page.locator("[data-toolbar] [tabindex='0']").count() == 1


def test_tab_leaves_the_text(site: Site, page: Page) -> None:
    text = open_rich(site, page, "one")
    text.press("Control+End")
    page.keyboard.press("Tab")
    expect(text).not_to_be_focused()
