from harness.finding import Finding, Verdict
from harness.headline import headline


def verdict(fates: dict[str, int], *measures: tuple[str, str, float | None]) -> Verdict:
    checks = tuple(
        Finding(name=check, outcome="pass", summary="", measures={name: value})
        for check, name, value in measures
    )
    return Verdict(verdict="pass", reason="", fates=fates, checks=checks, instrument={}, run={})


def test_the_first_line_tells_fates_latency_and_recovery() -> None:
    told = headline(
        verdict(
            {"served": 36, "refused_politely": 12, "dropped": 0, "queued": 0},
            ("explicit_refusal", "refused_politely_p50_s", 0.42),
            ("turn_latency", "answer_p95_ratio", 1.31),
            ("back_to_baseline", "recovery_s", 11.2),
        )
    )
    assert told == (
        "48 offered: 36 served, 12 refused politely in 0.4 s, 0 dropped; "
        "answer p95 1.3x baseline; recovered in 11 s"
    )


def test_what_was_not_measured_is_not_told() -> None:
    told = headline(
        verdict({"served": 1, "cut_by_us": 2}, ("back_to_baseline", "recovery_s", None))
    )
    assert told == "3 offered: 1 served, 0 dropped, 2 cut by us"


def test_a_run_without_a_call_says_why() -> None:
    def told(fates: dict[str, int], **run: str) -> str:
        why = "no call was offered: no webhook"
        found = Verdict(
            verdict="unknown", reason=why, fates=fates, checks=(), instrument={}, run=run
        )
        return headline(found)

    assert told({"served": 0}, interrupted="no webhook") == "no call was offered: no webhook"
    assert told({"served": 1}, interrupted="Ctrl-C") == "1 offered: 1 served, 0 dropped"
    assert told({}) == "0 offered: 0 served, 0 dropped"


def test_redials_are_told() -> None:
    told = headline(verdict({"served": 3}, ("delivered_load", "redials", 2)))
    assert told == "3 offered, 2 of them redials: 3 served, 0 dropped"
