"""One stylesheet and one script, light, named by their content, and only what was vendored."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest

from parvis.web import assets, icons

ROOT = Path(__file__).resolve().parents[3]


def test_shrinking_keeps_strings_and_drops_comments() -> None:
    css = 'a::before { content: "a  {  b" ; color : red; } /* gone */\n b > c ,  d { margin: 0 auto; }'
    assert assets.shrink_css(css) == 'a::before{content:"a  {  b";color :red}b > c,d{margin:0 auto}'


def test_names_follow_the_content() -> None:
    manifest = assets.build()
    for name, hashed in manifest.items():
        assert re.fullmatch(rf"{name.split('.')[0]}\.[0-9a-f]{{12}}\.{name.split('.')[-1]}", hashed)
        assert (assets.BUILD / hashed).exists()
    assert assets.build() == manifest


def test_the_first_stylesheet_stays_within_14_kib() -> None:
    assert len(gzip.compress(assets.join_css().encode(), 9)) <= 14 * 1024


def test_the_first_page_s_files_leave_room_for_its_html() -> None:
    css, js = assets.join_css(), assets.join_js()
    assert sum(len(gzip.compress(text.encode(), 9)) for text in (css, js)) <= 46 * 1024


def _everything() -> list[str]:
    sheets = [assets.join_css(order) for order in assets.STYLES.values()]
    return sheets + [assets.join_js(order) for order in assets.SCRIPTS.values()]


def test_no_built_file_names_another_host() -> None:
    found = {host for text in _everything() for host in re.findall(r"https?://([\w.-]+)", text)}
    assert found <= {"www.w3.org"}


def test_every_stylesheet_stays_in_a_layer_and_takes_its_colours_from_tokens() -> None:
    for path in (path for order in assets.STYLES.values() for path in assets.ordered("css", order)):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        assert text.lstrip().startswith("@layer"), path.name
        if path.name not in ("tokens.css", "print.css"):
            outside = re.sub(r"light-dark\([^;]*", "", text)
            assert not re.search(r"(?<!\w)#[0-9a-f]{3,8}\b(?!\w)", outside), path.name


def test_vendored_files_are_those_that_were_noted() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "bin" / "vendor", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_an_icon_is_hidden_from_screen_readers_and_an_unknown_one_fails() -> None:
    assert 'aria-hidden="true"' in icons.icon("heart")
    assert icons.icon("heart", shared=True) == '<i class="icon m-heart"></i>'
    assert ".m-heart{--m:url(" in icons.mask_rules()
    with pytest.raises(KeyError):
        icons.icon("no-such-icon")


def test_every_icon_that_is_named_exists() -> None:
    pages = [*ROOT.glob("parvis/**/templates/**/*.html"), *ROOT.glob("parvis/tools/*/tool.py")]
    names = {
        name
        for path in pages
        for name in re.findall(r"(?<![a-z_])icon(?:_name)?(?:\(|=|\": )\"([a-z0-9-]+)\"", path.read_text())
    }
    assert names <= set(icons.drawings())
    assert set(icons.MASKED) <= set(icons.drawings())


# Marks for scripts, tests or a reader of the markup, which need no rule.
WITHOUT_A_RULE = {"forum-head", "opening", "secret", "topic"}


def test_every_class_of_a_template_has_a_rule() -> None:
    css = "".join(path.read_text() for path in (assets.STATIC / "css").glob("*.css"))
    known = set(re.findall(r"\.([a-z][\w-]*)", css)) | WITHOUT_A_RULE
    missing = set()
    for path in ROOT.glob("parvis/**/templates/**/*.html"):
        for names in re.findall(r'class="([^"]*)"', path.read_text()):
            words = re.sub(r"{{.*?}}|{%.*?%}", " ", names).split()
            missing |= {(word, path.name) for word in words if re.fullmatch(r"[a-z][\w-]*\w", word)}
    assert not {(word, page) for word, page in missing if word not in known}
