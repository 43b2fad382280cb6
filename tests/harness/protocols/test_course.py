from __future__ import annotations

from typing import Any

import pytest

from harness.protocols import twiml
from harness.protocols.course import NO_TWIML, REDIRECTS, Course, Fetch
from harness.transports.link import Refused
from kernel.control import CallOrder

HOME = "http://a.example/in"
SORRY = "We are busy. Please call later."
STREAM = '<Connect><Stream url="wss://a.example/s"/></Connect>'


def a_course(*verbs: str, **settings: Any) -> Course:
    """A course that has read a document of these verbs."""
    course = Course(HOME, **settings)
    assert isinstance(course.next(), Fetch)
    read(course, *verbs)
    return course


def read(course: Course, *verbs: str) -> None:
    course.read(f"<Response>{''.join(verbs)}</Response>".encode())


def talking(*verbs: str) -> Course:
    """One whose agent hears the caller; these verbs are behind the stream."""
    course = a_course(STREAM, *verbs)
    assert isinstance(course.next(), twiml.Stream)
    course.opened()
    return course


def acts(course: Course) -> list[Any]:
    """Everything up to the end, or to what must be fetched."""
    found: list[Any] = [course.next()]
    while not isinstance(found[-1], Refused | Fetch):
        found.append(course.next())
    return found


def test_the_first_thing_is_to_ask_the_webhook_until_it_has_answered() -> None:
    course = Course(HOME, signed_as="https://voice.example/in")
    assert course.next() == course.next() == Fetch(HOME, "https://voice.example/in")


@pytest.mark.parametrize(
    ("document", "detail"),
    [
        ("hello", "http://…@a.example/in?key=… answered: "),
        ("<Response><Play>http://a.example/busy.wav?key=hush</Play></Response>",
         "http://a.example/busy.wav?key=…"),
        ("<Response><Redirect>/in?key=hush</Redirect></Response>",
         f"more than {REDIRECTS} redirects, last to http://…@a.example/in?key=…"),
    ],
)  # fmt: skip
def test_urls_are_told_without_their_secrets(document: str, detail: str) -> None:
    course = Course("http://me:hush@a.example/in?key=hush")
    while not isinstance(act := course.next(), Refused):
        if isinstance(act, Fetch):
            course.read(document.encode())
    assert act.detail.startswith(detail)
    assert "hush" not in act.detail


def test_verbs_come_in_order_and_what_is_unknown_is_left_out() -> None:
    course = a_course("<Pause/><Record/><Say>Hi</Say><Play>a.wav</Play>", STREAM)
    *before, stream = (course.next() for _ in range(4))
    assert before == [twiml.Pause(), twiml.Say("Hi"), twiml.Play("a.wav")]
    assert stream == twiml.Stream("wss://a.example/s")


@pytest.mark.parametrize(
    ("verbs", "type_", "how"),
    [
        ('<Reject reason="busy"/>', "fail", "reject"),
        (f"<Say>{SORRY}</Say><Hangup/>{STREAM}", "fail", "spoken_refusal"),
        (f"<Play>a.wav</Play><Say>{SORRY}</Say>", "fail", "spoken_refusal"),
        ("<Play>busy.wav</Play>", "fail", "clip_refusal"),
        ("<Gather><Say>Press one.</Say></Gather>", "fail", "spoken_refusal"),
        ("<Dial>+1</Dial>", "fail", "deflected"),
        ("<Hangup/>", "info", "closed"),
        ("", "info", "closed"),
        ("<Pause/><Reject/><Say>Never</Say>", "info", "closed"),
    ],
)
def test_what_a_document_without_a_stream_comes_to(verbs: str, type_: str, how: str) -> None:
    end = acts(a_course(verbs))[-1]
    assert (end.type, end.how) == (type_, how)


def test_the_end_tells_what_the_caller_was_told() -> None:
    course = a_course("<Say>One.</Say><Say>Two.</Say><Dial/>")
    assert acts(course)[-1].words == course.words == "One. Two."


def test_what_loops_is_said_so_often() -> None:
    course = a_course('<Say loop="3">Hold.</Say>')
    assert [type(act) for act in acts(course)] == [twiml.Say] * 3 + [Refused]
    forever = a_course('<Play loop="0">hold.wav</Play>')
    assert all(isinstance(forever.next(), twiml.Play) for _ in range(100))


def test_a_gather_speaks_waits_and_goes_on() -> None:
    course = a_course('<Gather timeout="3"><Say>Press one.</Say><Pause/></Gather><Say>Well.</Say>')
    assert acts(course)[:-1] == [
        twiml.Say("Press one."), twiml.Pause(1.0), twiml.Pause(3.0), twiml.Say("Well."),
    ]  # fmt: skip


def test_a_redirect_is_relative_to_its_document_and_keeps_its_method() -> None:
    course = a_course(
        '<Redirect method="GET">next?x=1</Redirect>', signed_as="https://v.example/in"
    )
    asked = Fetch("http://a.example/next?x=1", "https://v.example/next?x=1", "GET")
    assert course.next() == asked
    read(course, "<Redirect>/deep/er</Redirect>")
    assert course.next() == Fetch("http://a.example/deep/er", "https://v.example/deep/er")
    read(course, "<Redirect>last</Redirect>")
    assert course.next() == Fetch("http://a.example/deep/last", "https://v.example/deep/last")


def test_a_loop_that_does_nothing_else_is_left() -> None:
    course = a_course("<Redirect/>")
    for _ in range(REDIRECTS):
        assert isinstance(acts(course)[-1], Fetch)
        read(course, '<Pause length="0"/><Redirect/>')
    end = acts(course)[-1]
    assert (end.type, end.how) == ("info", "garbage")
    assert str(REDIRECTS) in end.detail


@pytest.mark.parametrize("verb", ["<Pause/>", "<Say>Please hold.</Say>", "<Play>hold.wav</Play>"])
def test_a_loop_in_which_time_passes_is_a_queue(verb: str) -> None:
    course = a_course(verb, "<Redirect/>")
    for _ in range(5 * REDIRECTS):
        assert isinstance(acts(course)[-1], Fetch)
        read(course, verb, "<Redirect/>")


def test_a_call_may_be_nothing_but_a_stream() -> None:
    stream = twiml.Stream("ws://a.example/s", {"tenant": "demo"})
    course = Course.of(stream)
    assert course.next() == stream
    assert acts(course)[-1].how == "closed"


def test_a_stream_may_be_named_by_a_relative_url() -> None:
    course = Course("https://a.example/deep/in")
    read(
        course,
        '<Start><Stream url="ear" statusCallback="/told"/></Start>',
        '<Connect><Stream url="/s"/></Connect>',
    )
    ear = twiml.Stream("wss://a.example/deep/ear", status_callback="https://a.example/told")
    assert course.next() == twiml.Start(ear)
    assert course.next() == twiml.Stream("wss://a.example/s")


@pytest.mark.parametrize("url", ["", "http://["])
def test_a_url_that_is_none_is_left_as_it_is(url: str) -> None:
    stream = a_course(f'<Connect><Stream url="{url}"/></Connect>').next()
    assert isinstance(stream, twiml.Stream)
    assert stream.url == url
    assert isinstance(a_course(f"<Redirect>{url}</Redirect>").next(), Fetch)


def test_behind_a_stream_the_call_goes_on() -> None:
    course = talking("<Say>Bye.</Say>")
    course.closed(twiml.Stream("wss://a.example/s"))
    say, end = acts(course)
    assert say == twiml.Say("Bye.")
    assert (end.type, end.how) == ("info", "closed")


@pytest.mark.parametrize("verb", ["<Dial>+1</Dial>", "<Enqueue>support</Enqueue>"])
def test_who_has_talked_is_transferred(verb: str) -> None:
    course = talking("<Say>One moment.</Say>", verb)
    assert acts(course)[-1].how == "transferred"


def test_the_action_of_connect_is_asked_when_the_agent_closes() -> None:
    course = talking("<Say>Never.</Say>")
    course.closed(twiml.Stream("wss://a.example/s", action="/after", method="GET"))
    assert course.next() == Fetch("http://a.example/after", "http://a.example/after", "GET")


UPGRADE_403 = Refused("upgrade_403", "fail", step="stream", status=403)


def test_a_stream_that_cannot_be_had_ends_the_call() -> None:
    course = a_course(STREAM)
    course.next()
    course.unopened(UPGRADE_403)
    assert course.next() == UPGRADE_403


@pytest.mark.parametrize(
    ("verbs", "how"),
    [
        (f"<Say>{SORRY}</Say>", "spoken_refusal"),
        ("<Dial>+1</Dial>", "deflected"),
        ("<Pause/>", "upgrade_403"),
    ],
)
def test_the_verbs_behind_it_can_make_it_good(verbs: str, how: str) -> None:
    course = a_course(STREAM, verbs)
    course.next()
    course.unopened(UPGRADE_403)
    assert acts(course)[-1].how == how


HTTP_503 = Refused("http_503", "fail", status=503)


def test_a_document_that_cannot_be_had_ends_the_call() -> None:
    course = Course(HOME)
    course.failed(11200, HTTP_503)
    assert course.next() == HTTP_503


def test_a_fallback_takes_the_call_once() -> None:
    course = Course(HOME, "https://v.example/in", fallback_url="/sorry")
    course.failed(11200, HTTP_503)
    fields = {"ErrorCode": "11200", "ErrorUrl": "https://v.example/in"}
    assert course.next() == Fetch(
        "http://a.example/sorry", "https://v.example/sorry", fields=fields
    )
    course.failed(11200, Refused("http_500", "fail", status=500))
    assert acts(course)[-1].how == "http_500"


@pytest.mark.parametrize(
    ("verbs", "how"),
    [(f"<Say>{SORRY}</Say>", "deflected"), ("<Reject/>", "reject"), ("", "deflected")],
)
def test_who_is_sent_to_the_fallback_is_deflected(verbs: str, how: str) -> None:
    course = Course(HOME, fallback_url="http://b.example/sorry")
    course.failed(11200, HTTP_503)
    read(course, verbs)
    assert acts(course)[-1].how == how


def test_what_is_no_twiml_fails_too() -> None:
    course = Course(HOME, fallback_url="/sorry")
    course.read(b"busy")
    fetch = course.next()
    assert isinstance(fetch, Fetch)
    assert fetch.fields["ErrorCode"] == str(NO_TWIML)
    course.read(b"busy")
    assert acts(course)[-1].how == "garbage"


def test_an_order_changes_the_course_of_a_call() -> None:
    course = talking("<Say>Never.</Say>")
    course.redirect(CallOrder(sid="CA1", twiml="<Response><Dial>+1</Dial></Response>"))
    assert acts(course)[-1].how == "transferred"
    course.redirect(CallOrder(sid="CA1", url="http://b.example/on", method="GET"))
    asked = course.next()
    assert asked == Fetch("http://b.example/on", "http://b.example/on", "GET")
    read(course, STREAM)
    assert isinstance(course.next(), twiml.Stream)


def test_an_order_may_bring_its_own_fallback() -> None:
    course = talking()
    course.redirect(CallOrder(sid="CA1", url="http://b.example/on", fallback_url="/sorry"))
    course.failed(11200, HTTP_503)
    fetch = course.next()
    assert isinstance(fetch, Fetch)
    assert fetch.url == "http://b.example/sorry"
    course.redirect(CallOrder(sid="CA1", twiml="no TwiML"))
    assert acts(course)[-1].how == "garbage"


def test_who_is_listened_to_talks_once_it_is_answered_by_an_order() -> None:
    course = a_course('<Start><Stream url="wss://a.example/s"/></Start><Dial/>')
    course.next()
    course.opened(talks=False)
    assert acts(course)[-1].how == "deflected"
    course.redirect(CallOrder(sid="CA1", twiml="<Response><Dial/></Response>"))
    assert acts(course)[-1].how == "transferred"


def test_a_queue_is_waited_in_and_ended_from_outside() -> None:
    course = a_course("<Say>All agents are busy.</Say><Enqueue>support</Enqueue>")
    assert course.next() == twiml.Say("All agents are busy.")
    assert course.next() == twiml.Enqueue("support")
    assert course.end("queued") == Refused("queued", "fail", words="All agents are busy.")
