import msgspec

from harness.finding import Evidence, Finding, Verdict


def test_findings_json_is_read_back_as_it_was() -> None:
    finding = Finding(
        name="no_dead_air",
        outcome="warn",
        summary="so so",
        measures={"longest_s": 3.5, "turns": 4, "phase": "surge", "nothing": None},
        evidence=(Evidence("c0001", 7, "3.5 s of silence"),),
        gate=True,
    )
    verdict = Verdict(
        verdict="warn",
        reason="no_dead_air: so so",
        fates={"served": 1},
        checks=(finding,),
        instrument={},
        run={"seed": 7},
    )
    assert msgspec.json.decode(msgspec.json.encode(verdict), type=Verdict) == verdict


def test_a_finding_is_the_agents_own_and_no_gate_unless_told() -> None:
    finding = Finding(name="x", outcome="pass", summary="")
    assert (finding.gate, finding.instrument, finding.tag) == (False, False, "yours")
