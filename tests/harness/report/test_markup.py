import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from harness.report.markup import Html, data_element, joined, raw_element, tag, writable
from tests.harness.report.reading import Page

NASTY = "</script><script>alert(1)</script><!--<script> \" ' & مرحبا \u202e \ufffd"


def test_texts_are_escaped_and_markup_is_not() -> None:
    assert tag("p", "a < b", tag("b", "&")) == "<p>a &lt; b<b>&amp;</b></p>"
    assert joined(("<", Html("<br>")), " | ") == "&lt; | <br>"


def test_attributes_are_escaped_named_as_in_html_and_left_out() -> None:
    told = tag("a", class_="x", data_show='"', hidden=True, title=None, open=False, tabindex=0)
    assert told == '<a class="x" data-show="&quot;" hidden tabindex="0"></a>'


def test_elements_without_an_end_have_none() -> None:
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8">'


@given(some.text(max_size=30))
def test_any_text_comes_back_as_it_is_or_replaced(text: str) -> None:
    page = Page(tag("p", tag("a", text, title=text)))
    assert page.elements == [("p", {}), ("a", {"title": writable(text)})]
    assert page.text == " ".join(writable(text).split())
    page.text.encode()


def test_data_comes_back_whole_whatever_it_holds() -> None:
    page = Page(data_element({"text": NASTY}, data_plot="p"))
    assert page.data == {"p": {"text": NASTY}}
    assert len(page.elements) == 1


def test_data_never_opens_the_state_in_which_a_script_does_not_end() -> None:
    assert data_element({"text": "<!--<script>"}).count("<") == 2


def test_a_figure_without_a_value_is_refused_rather_than_written_as_nan() -> None:
    with pytest.raises(ValueError, match="JSON"):
        data_element({"y": float("nan")})


def test_a_script_that_would_end_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="</script"):
        raw_element("script", "x = '</SCRIPT>'")
    assert raw_element("style", "a > b {}", media="print") == (
        '<style media="print">a > b {}</style>'
    )


def test_what_cannot_be_written_is_replaced() -> None:
    assert writable("a\x00b\ud800c\uffff\td\n") == "a\ufffdb\ufffdc\ufffd\td\n"
    assert json.loads(json.dumps(writable("\ud800"))).encode()
