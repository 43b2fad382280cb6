"""One call and the lines of its transcript, as a browser reads them."""

from harness.finding import Finding
from harness.report.line import Told
from harness.report.lines import lines
from harness.report.marks import marks_by_call
from harness.report.markup import joined
from harness.report.tries import tries
from tests.harness.histories import Caller, Story
from tests.harness.report.reading import Page


def told(caller: Caller, *findings: Finding) -> Told:
    history = caller.story.history()
    (call,) = history.calls
    work = [piece for piece in history.work if history.call_of(piece) == call.span]
    marks = marks_by_call(findings).get(call.span, ())
    return Told(call, work, marks, False, history.faults, tries(history))


def shown(caller: Caller, *findings: Finding) -> Page:
    return Page(joined(line.html for line in lines(told(caller, *findings))))


def dial(at: float = 10.0) -> Caller:
    return Story().call(1, at, facts={"name": "Ann"})


def place(page: Page, kind: str) -> dict[str, str | None]:
    """Where the first line of a kind stands on the time axis."""
    (line, *_) = page.named("li", **{"class": kind})
    return {name[5:]: value for name, value in line.items() if name.startswith("data-")}
