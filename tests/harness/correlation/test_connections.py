from harness.correlation.connections import Connections
from harness.correlation.scene import Scene
from kernel.records import Work
from tests.harness.histories import Story


def known(*uses: tuple[str, str, str]) -> tuple[Connections, Work]:
    """Calls, connections and methods of LLM work, and more work over the connection `tcp1`."""
    story = Story()
    for number in (1, 2, 3):
        story.call(number, at=0).talks().ends()
    for _, connection, _ in uses:
        story.work("llm", 5, 6, connection=connection)
    story.work("llm", 7, 8, connection="tcp1")
    scene = Scene(story.history())
    *works, asked = scene.open
    scene.joined = [
        (work, call, method) for work, (call, _, method) in zip(works, uses, strict=True)
    ]
    return Connections(scene, weak=("connection",)), asked


def test_the_owner_by_two_witnesses() -> None:
    found, asked = known(("c0001", "tcp1", "facts"), ("c0001", "tcp1", "facts"))
    assert found.owner(asked) == "c0001"
    assert (found.deny(asked, "c0001"), found.deny(asked, "c0002")) == (False, True)


def test_weak_joins_are_no_witnesses() -> None:
    found, asked = known(("c0001", "tcp1", "facts"), ("c0001", "tcp1", "connection"))
    assert found.owner(asked) is None


def test_an_unused_connection_has_no_owner_and_denies_nobody() -> None:
    found, asked = known(("c0001", "tcp2", "facts"), ("c0001", "tcp2", "facts"))
    assert (found.owner(asked), found.deny(asked, "c0002")) == (None, False)


def test_a_pool_neither_tells_nor_denies() -> None:
    used = [("c0001", "tcp1", "facts")] * 3
    found, asked = known(*used, ("c0002", "tcp2", "facts"), ("c0003", "tcp2", "facts"))
    assert (found.owner(asked), found.deny(asked, "c0002")) == (None, False)


def test_who_was_dialled_after_its_first_use_does_not_own_it() -> None:
    story = Story()
    story.call(1, at=0).talks().ends()
    story.call(2, at=20).talks().ends()
    story.work("llm", 5, 6, connection="tcp1")
    for at in (25, 26, 27):
        story.work("llm", at, at + 0.5, connection="tcp1")
    scene = Scene(story.history())
    scene.joined = [(work, "c0002", "facts") for work in scene.open[1:3]]
    assert Connections(scene, weak=()).owner(scene.open[3]) is None
