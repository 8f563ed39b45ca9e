"""The composer's behaviour, in a real Chromium: writing aids, pickers, files, audience, publishing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from parvis.web.tests.js.composer_page import composer
from parvis.web.tests.js.tiny_site import Site, as_html, as_json

pytestmark = pytest.mark.browser

PEOPLE = [
    {"id": "0abc", "name": "Anna Weiss", "detail": "Lyon", "can_see": True},
    {"id": "0def", "name": "Marc [Paie]", "detail": "Paris", "can_see": False},
]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da6364f8ff1f00030001"
    "8005feb4e7160000000049454e44ae426082"
)


@pytest.fixture
def write(site: Site, page: Page) -> Page:
    """The page with a composer, everything answered."""
    site.answers["/pick/people"] = lambda asked: as_json(
        [person for person in PEOPLE if asked.query.get("q", "").lower() in str(person["name"]).lower()]
        if "ids" not in asked.query
        else [{**PEOPLE[1], "can_see": asked.query["space"] == "s2"}]
    )
    site.answers["/pick/tags"] = lambda asked: as_json([{"name": "paie"}, {"name": "paiement"}])
    site.answers["/draft"] = lambda asked: as_json({"id": "d1", "saved_at": "2026-11-23T09:42:00Z"})
    site.answers["/audience"] = lambda asked: as_json(
        {"sentence": f"Seen by {asked.query['space']}", "kinds": ["note", "article"]}
    )
    site.answers["/preview"] = lambda asked: as_html(f"<p>seen: {asked.value('body')}</p>")
    site.answers["/similar"] = lambda asked: as_html(f"<ul><li>like {asked.query['q']}</li></ul>")
    page.goto(site.page("/write", composer()))
    return page


def body(page: Page) -> str:
    return page.locator("textarea").input_value()


@pytest.mark.parametrize(
    ("tool", "typed", "expected"),
    [
        ("bold", "word", "**word**"),
        ("italic", "word", "*word*"),
        ("code", "word", "`word`"),
        ("heading", "word", "## word"),
        ("quote", "word", "> word"),
        ("list", "word", "- word"),
        ("numbers", "word", "1. word"),
        ("tasks", "word", "- [ ] word"),
        ("link", "word", "[word](https://)"),
        ("link", "https://a.example/b", "[](https://a.example/b)"),
    ],
)
def test_a_tool_marks_the_selection(write: Page, tool: str, typed: str, expected: str) -> None:
    write.locator("textarea").fill(typed)
    write.locator("textarea").select_text()
    write.locator(f"[data-md={tool}]").click()
    assert body(write) == expected


@pytest.mark.parametrize("tool", ["bold", "italic", "quote", "list", "numbers", "tasks"])
def test_the_same_tool_takes_its_mark_back(write: Page, tool: str) -> None:
    write.locator("textarea").fill("one\ntwo" if tool not in ("bold", "italic") else "one")
    write.locator("textarea").select_text()
    write.locator(f"[data-md={tool}]").click()
    assert body(write) not in ("one", "one\ntwo")
    write.locator(f"[data-md={tool}]").click()
    assert body(write) in ("one", "one\ntwo")


def test_marks_do_not_enclose_blanks(write: Page) -> None:
    write.locator("textarea").fill(" word ")
    write.locator("textarea").select_text()
    write.keyboard.press("Control+b")
    assert body(write) == " **word** "


def test_a_tool_can_be_undone_by_the_browser(write: Page) -> None:
    write.locator("textarea").press_sequentially("word")
    write.keyboard.press("Control+a")
    write.keyboard.press("Control+b")
    assert body(write) == "**word**"
    write.keyboard.press("Control+z")
    assert body(write) == "word"


def test_enter_goes_on_with_a_list_and_ends_it_on_an_empty_item(write: Page) -> None:
    write.locator("textarea").press_sequentially("1. one\ntwo\n\nafter")
    assert body(write) == "1. one\n2. two\nafter"


def test_an_address_pasted_on_words_makes_a_link(write: Page) -> None:
    write.locator("textarea").fill("see this")
    write.locator("textarea").select_text()
    write.evaluate(
        """() => { const data = new DataTransfer(); data.setData('text/plain', 'https://a.example/x');
        document.querySelector('textarea').dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })); }"""
    )
    assert body(write) == "[see this](https://a.example/x)"


def test_the_toolbar_is_one_tab_stop_walked_by_arrows(write: Page) -> None:
    write.locator("[data-md=bold]").focus()
    write.keyboard.press("ArrowRight")
    expect(write.locator("[data-md=italic]")).to_be_focused()
    write.keyboard.press("End")
    expect(write.locator("[data-md=image]")).to_be_focused()
    write.keyboard.press("ArrowRight")
    expect(write.locator("[data-md=bold]")).to_be_focused()
    assert write.locator("[data-toolbar] [tabindex='0']").count() == 1


def test_a_person_is_named_by_keyboard(write: Page, site: Site) -> None:
    area = write.locator("textarea")
    area.press_sequentially("Hello @an")
    option = write.get_by_role("option", name="Anna Weiss")
    expect(option).to_have_attribute("aria-selected", "true")
    assert area.get_attribute("aria-activedescendant") == option.get_attribute("id")
    assert site.to("/pick/people")[-1].query == {"space": "s1", "q": "an"}
    write.keyboard.press("Enter")
    assert body(write) == "Hello @[Anna Weiss](person:0abc) "
    expect(write.get_by_role("listbox")).to_be_hidden()
    assert area.get_attribute("aria-activedescendant") is None


def test_escape_closes_the_list_and_keeps_the_text(write: Page) -> None:
    write.locator("textarea").press_sequentially("@a")
    expect(write.get_by_role("listbox")).to_be_visible()
    write.keyboard.press("Escape")
    expect(write.get_by_role("listbox")).to_be_hidden()
    assert body(write) == "@a"


def test_naming_someone_who_cannot_see_the_place_warns(write: Page) -> None:
    write.locator("textarea").press_sequentially("@marc")
    expect(write.locator(".picker [role=option]")).to_contain_text("can't see this place")
    write.locator(".picker [role=option]").click()
    assert body(write) == "@[Marc Paie](person:0def) "
    warning = write.locator("[data-warning]")
    expect(warning).to_have_text("Marc [Paie] can't see this place, and won't be notified.")
    expect(write.locator("body > [role=status]")).to_have_text(
        "Marc [Paie] can't see this place, and won't be notified."
    )
    write.locator("select").select_option("s2")
    expect(warning).to_be_hidden()
    write.locator("select").select_option("s1")
    expect(warning).to_be_visible()
    write.locator("textarea").fill("nobody")
    expect(warning).to_be_hidden()


def test_a_tag_is_picked_and_a_heading_is_not_a_tag(write: Page, site: Site) -> None:
    write.locator("textarea").press_sequentially("# Title\n#pa")
    expect(write.locator(".picker [role=option]")).to_have_count(2)
    write.keyboard.press("ArrowDown")
    write.keyboard.press("Tab")
    assert body(write) == "# Title\n#paiement "
    assert {asked.query["q"] for asked in site.to("/pick/tags")} == {"pa"}


def test_nothing_is_suggested_inside_code_or_an_address(write: Page, site: Site) -> None:
    write.locator("textarea").press_sequentially("`@an` mail@an ")
    write.locator("textarea").press_sequentially("@an")
    expect(write.locator(".picker [role=option]")).to_have_count(1)
    assert [asked.query["q"] for asked in site.to("/pick/people")] == ["an"]


def test_a_picture_is_sent_described_and_inserted(write: Page, site: Site) -> None:
    site.answers["/upload"] = lambda asked: as_json(
        {"id": "f1", "url": "/files/f1/a.png", "name": "a.png", "is_image": True}
    )
    write.locator("textarea").press_sequentially("Before")
    write.locator("[data-files]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    dialog = write.get_by_role("dialog", name="Describe the picture")
    expect(dialog.locator("input")).to_be_focused()
    write.keyboard.type("A [small] dot")
    write.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(write.locator("textarea")).to_have_value("Before\n\n![A  small  dot](/files/f1/a.png)\n")
    assert write.locator("[name=attachment]").input_value() == "f1"
    sent = site.to("/upload")[0]
    assert PNG in sent.body
    assert b'name="space"' in sent.body
    assert sent.headers["X-CSRFToken"] == "tok"


def test_a_decoration_has_no_words_and_escape_adds_nothing(write: Page, site: Site) -> None:
    site.answers["/upload"] = lambda asked: as_json(
        {"id": "f1", "url": "/files/f1/a.png", "name": "a.png", "is_image": True}
    )
    picture = {"name": "a.png", "mimeType": "image/png", "buffer": PNG}
    write.locator("[data-files]").set_input_files(picture)
    write.get_by_role("dialog").wait_for()
    write.keyboard.press("Escape")
    expect(write.get_by_role("dialog")).to_have_count(0)
    assert body(write) == ""
    write.locator("[data-files]").set_input_files(picture)
    write.get_by_role("button", name="It is only decoration").click()
    expect(write.locator("textarea")).to_have_value("![](/files/f1/a.png)\n")


def drop(page: Page, name: str, kind: str) -> None:
    page.evaluate(
        """([name, kind]) => { const data = new DataTransfer(); data.items.add(new File(['abc'], name, { type: kind }));
        const zone = document.querySelector('textarea');
        for (const type of ['dragover', 'drop']) zone.dispatchEvent(
          new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true })); }""",
        [name, kind],
    )


def test_a_dropped_file_becomes_a_link(write: Page, site: Site) -> None:
    site.answers["/upload"] = lambda asked: as_json(
        {"id": "f2", "url": "/files/f2/plan.pdf", "name": "plan.pdf", "is_image": False}
    )
    drop(write, "plan.pdf", "application/pdf")
    expect(write.locator("textarea")).to_have_value("[plan.pdf](/files/f2/plan.pdf) ")


def test_a_refused_file_says_why(write: Page, site: Site) -> None:
    site.answers["/upload"] = lambda asked: as_json({"error": "Programs are not accepted here."}, 422)
    drop(write, "x.exe", "application/x-msdownload")
    expect(write.locator(".upload.error")).to_contain_text("Programs are not accepted here.")
    assert body(write) == ""


def test_a_pasted_picture_is_sent(write: Page, site: Site) -> None:
    site.answers["/upload"] = lambda asked: as_json(
        {"id": "f1", "url": "/files/f1/a.png", "name": "a.png", "is_image": True}
    )
    write.evaluate(
        """() => { const data = new DataTransfer(); data.items.add(new File(['abc'], 'image.png', { type: 'image/png' }));
        document.querySelector('textarea').dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })); }"""
    )
    expect(write.get_by_role("dialog")).to_be_visible()
    assert len(site.to("/upload")) == 1


def test_the_title_follows_the_kind_and_is_never_lost(write: Page) -> None:
    title = write.locator("[name=title]")
    expect(title).to_be_hidden()
    write.get_by_label("question").check()
    expect(title).to_be_visible()
    assert title.evaluate("field => field.required")
    title.fill("Why?")
    write.get_by_label("note").check()
    expect(title).to_have_value("Why?")
    expect(title).to_be_visible()  # what was typed is never hidden
    assert not title.evaluate("field => field.required")
    title.fill("")
    write.get_by_label("question").check()
    write.get_by_label("note").check()
    expect(title).to_be_hidden()


def test_fields_of_other_kinds_do_not_block_publishing(write: Page, site: Site) -> None:
    expect(write.locator("[name=cover]")).to_be_hidden()
    write.locator("textarea").fill("Short")
    write.locator("[data-publish]").click()
    write.wait_for_url("**/published")
    write.go_back()
    write.get_by_label("article").check()
    expect(write.locator("[name=cover]")).to_be_visible()


def test_the_audience_and_the_kinds_follow_the_place(write: Page) -> None:
    expect(write.locator("[data-audience]")).to_have_text("Visible by the 42 members of Managers")
    write.locator("select").select_option("s2")
    expect(write.locator("[data-audience]")).to_have_text("Seen by s2")
    expect(write.get_by_label("question")).to_be_disabled()
    expect(write.get_by_label("note")).to_be_enabled()


def test_similar_topics_appear_while_a_title_is_typed(write: Page, site: Site) -> None:
    write.get_by_label("question").check()
    write.locator("[name=title]").press_sequentially("Holidays")
    expect(write.locator("[data-similar]")).to_have_text("like Holidays")
    assert write.locator("[data-similar]").get_attribute("aria-live") == "polite"
    assert len(site.to("/similar")) == 1  # once, at the pause


def test_the_preview_is_the_servers(write: Page) -> None:
    write.locator("textarea").fill("**hi**")
    button = write.get_by_role("button", name="Preview")
    button.click()
    expect(write.locator("[data-preview]")).to_have_text("seen: **hi**")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(write.locator("[data-preview]")).to_be_hidden()
    expect(write.locator("textarea")).to_be_focused()


def test_ctrl_enter_publishes_once_with_the_buttons_value(write: Page, site: Site) -> None:
    write.locator("textarea").press_sequentially("Hello")
    write.keyboard.press("Control+Enter")
    write.wait_for_url("**/published")
    [sent] = site.to("/published")
    assert (sent.value("body"), sent.value("do"), sent.value("kind")) == ("Hello", "publish", "note")


def test_a_double_click_publishes_once(write: Page, site: Site) -> None:
    write.locator("textarea").fill("Hello")
    write.evaluate(
        "() => { const form = document.forms[0]; const button = form.querySelector('[data-publish]');"
        " form.requestSubmit(button); setTimeout(() => form.requestSubmit(button), 5); }"
    )
    write.wait_for_url("**/published")
    assert len(site.to("/published")) == 1


def test_choosing_a_date_renames_the_button(write: Page) -> None:
    write.locator("[name=publish_at]").fill("2030-01-01T09:00")
    expect(write.locator("[data-publish]")).to_have_text("Schedule")
    write.locator("[name=publish_at]").fill("")
    expect(write.locator("[data-publish]")).to_have_text("Publish")


def test_the_field_grows_with_its_text(write: Page) -> None:
    area = write.locator("textarea")
    before = area.evaluate("field => field.clientHeight")
    area.fill("line\n" * 20)
    assert area.evaluate("field => field.clientHeight") > before * 2


def test_without_scripts_the_form_publishes(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(site.page("/plain", composer(kind="question")))
    expect(plain.locator("[data-toolbar]")).to_be_hidden()
    plain.locator("[name=title]").fill("Why?")
    plain.locator("[name=cover]").fill("x")
    plain.locator("textarea").fill("Because")
    plain.locator("[data-publish]").click()
    plain.wait_for_url("**/published")
    assert site.to("/published")[0].value("title") == "Why?"
    context.close()
