from harness.checks.no_stray_orders import NoStrayOrders
from tests.harness.histories import Story


def run(*whys: str) -> Story:
    story = Story().phase("baseline", 0, 20)
    story.call(1, at=0).talks(2).ends()
    for number, why in enumerate(whys, 1):
        data = {"to": f"+1415555010{number}", "from": "+1", "status": "busy", "why": why}
        story.tell(number, "network", "order", "info", f"CA{number}", "run", data=data)
    return story.ends(30)


def test_without_orders_nothing_goes_astray() -> None:
    assert NoStrayOrders()(run().history()).outcome == "pass"


def test_who_is_called_twice_is_one_too_many() -> None:
    finding = NoStrayOrders()(run("engaged", "nobody", "engaged").history())
    assert (finding.outcome, finding.measures["stray_orders"]) == ("fail", 3)
    assert "2 × engaged; 1 × nobody" in finding.summary
    first = finding.evidence[0]
    assert (first.call, first.at_ns, first.note) == (
        "CA1", 1_000_000_000, "to +14155550101: engaged",
    )  # fmt: skip


def test_some_may_be_tolerated() -> None:
    assert NoStrayOrders(at_most=1)(run("engaged").history()).outcome == "pass"
