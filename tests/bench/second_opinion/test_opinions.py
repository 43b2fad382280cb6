import pytest

from bench.second_opinion.listening import Listened
from bench.second_opinion.opinions import opinion
from bench.second_opinion.run_folder import Claim

from .folders import call, folder, work
from .recordings import Spoken, listened

HELLO: Spoken = ("agent", 0.5, 2, "Hello, how can I help you?")
ASK: Spoken = ("caller", 3, 5, "Are you open on Monday?")
LEFT_ALONE = listened(13, HELLO, ASK)
ANSWERED = listened(
    14, HELLO, ASK, ("agent", 11, 12, "You are booked for Monday."), ("caller", 13, 13.5, "Bye.")
)
CUT = listened(7, HELLO, ASK, ("agent", 6, 7, "You are…"))
BARGED = listened(9, ("agent", 0.5, 8, "Hello."), ("caller", 3, 5, "Stop."))
TOLD = listened(13, HELLO, ASK, ("agent", 7, 9, "I am sorry, say that again?"))
BUSY = listened(9, ("agent", 5, 8, "All lines are busy, call again later."))
RUN = folder(
    call(1, 1, 20, "Ada"),
    work("llm-w1", "llm", 6.5, 6.6, "fail", history="Ada here."),
    work("llm-w2", "llm", 6.9, 7.0, history="Ada here."),
    work("tts-w3", "tts", 15, 40, text_in="Bye."),
)


@pytest.mark.parametrize(
    ("check", "at_s", "note", "heard", "says"),
    [
        ("no_dead_air", 5, "8.0 s of silence", LEFT_ALONE, "confirmed"),
        ("no_dead_air", 5, "9.0 s of silence", LEFT_ALONE, "contradicted"),
        ("no_dead_air", 8, "8.0 s of silence", LEFT_ALONE, "contradicted"),
        ("turn_latency", 5, "turn 1 waited 6.0 s", ANSWERED, "confirmed"),
        ("turn_latency", 5, "turn 1 waited 8.0 s", LEFT_ALONE, "confirmed"),
        ("no_brownout", 5, "waited 3.0 s", ANSWERED, "contradicted"),
        ("no_brownout", 9, "waited 3.0 s", ANSWERED, "contradicted"),
        ("timeouts_bounded", 5, "8.0 s of nothing, then hung up", LEFT_ALONE, "confirmed"),
        ("timeouts_bounded", 9, "8.0 s of nothing, then hung up", LEFT_ALONE, "contradicted"),
        ("barge_in_stop_time", 3, "talked over for 2.0 s", BARGED, "confirmed"),
        ("barge_in_stop_time", 3, "talked over for 2.0 s", ANSWERED, "contradicted"),
        ("explicit_refusal", 13, "abandoned: patience", LEFT_ALONE, "confirmed"),
        ("explicit_refusal", 14, "abandoned: patience", ANSWERED, "contradicted"),
        ("admitted_protected", 13, "abandoned", LEFT_ALONE, "confirmed"),
        ("no_dropped_calls", 7, "closed by agent", CUT, "confirmed"),
        ("no_dropped_calls", 14, "closed by agent", ANSWERED, "contradicted"),
        ("task_completed", 13, "served: never heard 'booked'", LEFT_ALONE, "confirmed"),
        ("task_completed", 14, "served: never heard 'booked'", ANSWERED, "contradicted"),
        ("task_completed", 13, "abandoned: book never answered well", LEFT_ALONE, "confirmed"),
        ("apology_spoken", 6, "openai: status 500, and not a word of it", LEFT_ALONE, "confirmed"),
        ("apology_spoken", 6, "openai: status 500, and not a word of it", TOLD, "contradicted"),
        ("refusal_is_fast", 0, "refused after 5.5 s", BUSY, "confirmed"),
        ("refusal_is_fast", 0, "refused after 5.5 s", LEFT_ALONE, "contradicted"),
        ("retry_amplification", 5, "2 attempts", LEFT_ALONE, "confirmed"),
        ("retry_amplification", 5, "9 attempts", LEFT_ALONE, "contradicted"),
        ("retry_after_honoured", 5, "openai asked for 1.5 s, retried after 0.30 s", None,
         "confirmed"),
        ("retry_after_honoured", 5.4, "openai asked for 1.5 s, retried after 0.30 s", None,
         "contradicted"),
        ("no_orphans", 34, "tts tts-w3 still at work", LEFT_ALONE, "confirmed"),
        ("streams_cancelled", 20, "llm llm-w2: 3.0 s more", LEFT_ALONE, "contradicted"),
        ("bounded_concurrency", 5, "up at that moment", LEFT_ALONE, "not audible"),
        ("no_dead_air", 5, "8.0 s of silence", None, "not audible"),
        ("explicit_refusal", 2, "refused_abruptly: http_503", None, "not audible"),
    ],
)  # fmt: skip
def test_what_the_recording_says(
    check: str, at_s: float, note: str, heard: Listened | None, says: str
) -> None:
    claim = Claim(check, "fail", "c0001", at_s + 1.5, note)  # its recording begins there
    found = opinion(RUN, claim, {"c0001": heard} if heard else {})
    assert (found.says, found.claim) == (says, claim), found.shown


def test_a_call_that_was_never_offered() -> None:
    claim = Claim("no_dead_air", "fail", "c0099", 5, "8.0 s of silence")
    assert opinion(RUN, claim, {}).says == "contradicted"
