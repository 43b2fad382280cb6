"""One call as a page section: what was said and heard, and when."""

from __future__ import annotations

from html import escape

from kernel.history import History
from kernel.records import Call, Work

from ..fates import fate_of

_HEADERS = ("call", "phase", "due", "fate", "turns answered", "slowest answer", "how it ended")


def call_table(history: History) -> str:
    """Every call as a row that opens to its transcript."""
    work: dict[str, list[Work]] = {}
    for piece in history.work:
        if span := history.call_of(piece):
            work.setdefault(span, []).append(piece)
    rows = "".join(_row(call, work.get(call.span, [])) for call in history.calls)
    head = "".join(f"<th>{name}</th>" for name in _HEADERS)
    return f'<table class="calls"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(call: Call, work: list[Work]) -> str:
    fate = fate_of(call)
    answers = [turn.answer_ms for turn in call.turns if turn.answer_ms is not None]
    slowest = f"{max(answers):.0f} ms" if answers else "–"
    cells = (
        f'<a href="#{call.span}">{call.span}</a>',
        escape(call.phase),
        f"{call.due_ns / 1e9:.1f} s",
        f'<span class="fate {fate}">{fate.replace("_", " ")}</span>',
        f"{call.answers} of {call.lines}",
        slowest,
        escape(call.how),
    )
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    return (
        f'<tr id="{call.span}" tabindex="0" class="call" aria-expanded="false">{row}</tr>'
        f'<tr class="transcript" hidden><td colspan="{len(cells)}">{_lines(call, work)}</td></tr>'
    )


def _lines(call: Call, work: list[Work]) -> str:
    said = [
        (
            turn.from_at_ns,
            f'<div class="said"><i>{_clock(turn.from_at_ns)}</i> <b>caller</b> '
            f"{escape(turn.text)}{' <em>(again)</em>' if turn.repeat else ''}</div>",
        )
        for turn in call.turns
    ]
    heard = [
        (
            sound.from_at_ns,
            f'<div class="heard"><i>{_clock(sound.from_at_ns)}</i> <b>agent</b> '
            f"{escape(sound.text) or f'<em>{sound.sound}</em>'}"
            f"{'' if sound.verified else ' <em>(cut off)</em>'} <small>{sound.role}</small></div>",
        )
        for sound in call.heard
    ]
    done = [(piece.from_at_ns, _work_line(piece)) for piece in work]
    return "".join(line for _, line in sorted(said + heard + done)) or "<em>not a word</em>"


def _work_line(piece: Work) -> str:
    waited = "nothing came" if piece.waited_ms is None else f"{piece.waited_ms:.0f} ms"
    outcome = {"ok": "", "fail": f" refused {piece.status}", "info": " unfinished"}
    bites = f" · {escape(', '.join(piece.bites))}" if piece.bites else ""
    text = escape(piece.text_out or piece.text_in or piece.tool)[:120]
    return (
        f'<div class="work {piece.stage}"><i>{_clock(piece.from_at_ns)}</i> {piece.stage} '
        f"{waited}{outcome.get(piece.type or 'info', '')}{bites} <small>{text}</small></div>"
    )


def _clock(at_ns: int) -> str:
    minutes, seconds = divmod(at_ns / 1e9, 60)
    return f"{int(minutes)}:{seconds:04.1f}"
