import json

from desk.deepgram import Transcript, Utterance, parse


def result(text: str, *, final: bool = True, end: bool = False) -> Transcript:
    return Transcript(text, final, end)


def test_reads_results() -> None:
    message = {
        "type": "Results",
        "is_final": True,
        "speech_final": False,
        "channel": {"alternatives": [{"transcript": " book a table ", "confidence": 0.97}]},
    }
    assert parse(json.dumps(message)) == Transcript("book a table", True, False)


def test_passes_over_everything_else() -> None:
    assert parse('{"type":"Metadata","request_id":"6f1c"}') is None
    assert parse('{"type":"UtteranceEnd","channel":[0,1],"last_word_end":16.58}') is None


def test_finals_add_up_to_an_utterance() -> None:
    utterance = Utterance()
    assert utterance.add(result("I need to", final=False)) == ""
    assert utterance.pending
    assert utterance.add(result("I need to move")) == ""
    assert utterance.add(result("my", final=False)) == ""
    assert utterance.add(result("my appointment.", end=True)) == "I need to move my appointment."
    assert not utterance.pending


def test_an_empty_end_of_speech_ends_what_was_said() -> None:
    utterance = Utterance()
    utterance.add(result("Tuesday."))
    assert utterance.add(result("", end=True)) == "Tuesday."
    assert utterance.add(result("", end=True)) == ""


def test_words_without_an_end_are_not_lost() -> None:
    utterance = Utterance()
    utterance.add(result("I need"))
    utterance.add(result("to move", final=False))
    assert utterance.take() == "I need to move"
    assert not utterance.pending
