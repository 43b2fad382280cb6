"""A scenario file: what it says, and the exact words for what can be wrong in it."""

from __future__ import annotations

import pytest

from harness.arrivals.constant import Constant
from harness.arrivals.spike import Spike
from harness.files.scenario import Group, Phase, StageLatency
from harness.planning.plan import Persona, Target
from harness.planning.reach import ClientCert, Correlate
from kernel.dialogue import Dialogue, Done, Line, Reply, ToolCall
from kernel.errors import FileProblems
from kernel.units import Duration, Latency, Rate, Share

from ..catalogue import SCENARIO, scenario

CHECKS = (
    "admitted_protected, back_to_baseline, explicit_refusal, no_dead_air, no_dropped_calls, "
    "no_orphans, retry_after_honoured, retry_amplification, task_completed, turn_latency"
)


def test_a_whole_scenario_is_read() -> None:
    said = scenario().value
    assert said.name == "small"
    assert said.agent == Target(webhook="reference", limit=20)
    assert said.callers == (
        Group("book", Share(0.75)),
        Group("ask", Share(0.25), Persona(patience_s=Duration(6), voice="bass")),
    )
    assert said.load == (
        Phase(name="warm_up", shape=Constant(calls=2)),
        Phase(name="baseline", shape=Constant(rate=Rate(1), lasts=Duration(60))),
        Phase(
            name="surge",
            arrivals="spike",
            shape=Spike(Rate(4), Duration(30)),
            faults=("burst",),
        ),
    )
    assert said.latency == {"llm": StageLatency(Latency(0.3, 0.8))}
    assert said.seed == 7
    assert said.dialogues["book"] == Dialogue(
        name="book",
        caller=(
            Line("Hi, this is {name}. I need an appointment."),
            Line("On {date}, please.", pause=Duration(0.3)),
        ),
        facts={"name": "person", "date": "date"},
        answers={"your name": "{name}, I said."},
        replies={
            1: Reply("Sure, {name}. Which day?"),
            2: Reply(
                call=ToolCall("lookup", {"date": "{date}"}),
                then="I have {result.0}.",
                failed="Sorry.",
            ),
        },
        done=Done("lookup", "I have"),
    )
    assert said.dialogues["ask"].facts["day"] == ("Saturday", "Sunday")


def test_only_what_is_called_warm_up_warms_up_unless_it_says_so() -> None:
    load = scenario(SCENARIO.replace("for: 60s}", "for: 60s, warm_up: true}")).value.load
    assert [phase.warms_up for phase in load] == [True, True, False]


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("flawed:silent-drop", Target(webhook="flawed:silent-drop")),
        ("{webhook: http://a/in, limit: unknown}", Target(webhook="http://a/in")),
        ("{limit: 3}", Target(limit=3)),
        ("{parameters: {tenant: demo}}", Target(parameters={"tenant": "demo"})),
        ("{stream: 'wss://a/ws'}", Target(stream="wss://a/ws")),
        ("{correlate: x-call-sid}", Target(correlate=Correlate(header="x-call-sid"))),
        ("{correlate: {metadata: sid}}", Target(correlate=Correlate(metadata="sid"))),
        ("{client_cert: me.pem}", Target(client_cert=ClientCert("me.pem"))),
        ("{clips: {busy.wav: refusal}}", Target(clips={"busy.wav": "refusal"})),
    ],
)
def test_an_agent_is_a_word_or_keys(written: str, target: Target) -> None:
    text = SCENARIO.replace("{webhook: reference, limit: 20}", written)
    assert scenario(text).value.agent == target


def test_a_token_comes_from_the_environment() -> None:
    text = SCENARIO.replace("limit: 20", "auth_token: '${TWILIO_TOKEN}'")
    target = scenario(text, TWILIO_TOKEN="hush-hush").value.agent
    assert target
    assert target.auth_token == "hush-hush"


@pytest.mark.parametrize(
    ("written", "gates"),
    [
        (
            "{no_dropped_calls: 0, turn_latency: {answer_p95: 1.5x baseline}, no_dead_air: 5s}",
            {
                "no_dropped_calls": 0,
                "turn_latency": {"answer_p95": "1.5x baseline"},
                "no_dead_air": "5s",
            },
        ),
        ("[no_orphans, no_dead_air]", {"no_orphans": {}, "no_dead_air": {}}),
        ("{no_orphans: true, task_completed: 95%}", {"no_orphans": {}, "task_completed": "95%"}),
    ],
)
def test_gates_are_kept_as_written(written: str, gates: dict[str, object]) -> None:
    head, _, tail = SCENARIO.partition("gate:")
    text = f"{head}gate: {written}\nseed:{tail.partition('seed:')[2]}"
    assert scenario(text).value.gates == gates


def test_without_callers_all_dialogues_get_equal_parts() -> None:
    head, _, tail = SCENARIO.partition("callers:")
    said = scenario(f"{head}load:{tail.partition('load:')[2]}").value
    assert said.callers == ()
    assert said.groups == (Group("book", Share(0.5)), Group("ask", Share(0.5)))


def test_callers_without_shares_get_equal_parts() -> None:
    said = scenario(SCENARIO.replace(", share: 75%", "").replace(", share: 25%", "")).value
    assert [group.share for group in said.groups] == [0.5, 0.5]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "load:",
            "laod:",
            "s.yaml:7: unknown key 'laod'\n  → did you mean 'load'? known keys: name, why, agent, "
            "callers, dialogues, side_requests, load, gate, latency, seed, profiles",
        ),
        (
            "rate: 1/s",
            "rate: 1",
            "s.yaml:9: rate: '1' is not a rate\n  → write for example 4/s or 90/m",
        ),
        (
            "arrivals: spike",
            "arrivals: spikes",
            "s.yaml:10: arrivals: unknown load shape 'spikes'\n"
            "  → did you mean 'spike'? known load shapes: constant, poisson, ramp, spike",
        ),
        (
            "arrivals: spike, rate: 4/s",
            "arrivals: ramp, rate: 4/s",
            "s.yaml:10: load: the key 'to' is missing\n  → add 'to: …'",
        ),
        (
            "rate: 1/s, for: 60s",
            "rate: 1/s, to: 4/s, for: 60s",
            "s.yaml:9: load: unknown key 'to'\n"
            "  → known keys: phase, arrivals, faults, warm_up, rate, calls, for",
        ),
        (
            "rate: 1/s, for: 60s",
            "rate: 1/s",
            "s.yaml:9: load: a constant load needs a rate and a time, or calls\n"
            "  → write rate: 1/s, for: 60s",
        ),
        (
            "for: 30s",
            "for: 0s",
            "s.yaml:10: load: a spike needs a positive rate and time\n  → write rate: 4/s",
        ),
        (
            "phase: surge",
            "phase: baseline",
            "s.yaml:10: a second phase 'baseline'\n  → give every phase a name of its own",
        ),
        (
            "phase: surge",
            "phase: the surge",
            "s.yaml:10: 'the surge' cannot name a phase\n"
            "  → use letters, digits, - and _, for example warm_up",
        ),
        (
            "share: 25%",
            "share: 35%",
            "s.yaml:4: the shares of the callers sum to 110%\n"
            "  → let them sum to 100%, or leave them out for equal parts",
        ),
        (
            ", share: 25%",
            "",
            "s.yaml:4: some callers have a share and some have none\n"
            "  → give all of them one, or none",
        ),
        (
            "{dialogue: book, share",
            "{dialogue: bok, share",
            "s.yaml:5: unknown dialogue 'bok'\n  → did you mean 'book'? known dialogues: book, ask",
        ),
        (
            "patience: 6s",
            "patience: 0s",
            "s.yaml:6: a caller with a patience of 0s hangs up at once\n"
            "  → write how much silence it bears: 8s",
        ),
        (
            "no_dropped_calls: 0",
            "no_droped_calls: 0",
            "s.yaml:12: gate: unknown check 'no_droped_calls'\n"
            f"  → did you mean 'no_dropped_calls'? known checks: {CHECKS}",
        ),
        (
            "no_dropped_calls: 0",
            "no_dropped_calls: no",
            "s.yaml:12: no_dropped_calls: 'no' is not a whole number",
        ),
        (
            "answer_p95: 1.5x baseline",
            "answer_p95: 1.5",
            "s.yaml:13: answer_p95: '1.5' is not a multiple of the baseline\n"
            "  → write for example 1.5x",
        ),
        (
            "answer_p95: 1.5x baseline",
            "answer_p59: 1.5x",
            "s.yaml:13: turn_latency: unknown key 'answer_p59'\n"
            "  → did you mean 'answer_p95'? known keys: answer_p95, warn_above",
        ),
        (
            "{llm: {first",
            "{lmm: {first",
            "s.yaml:14: latency: unknown value 'lmm'\n  → did you mean 'llm'? known values: "
            "stt, llm, tts, realtime, tools, telephony",
        ),
        (
            'first: "lognormal(300ms, 800ms)"',
            'first: "lognormal(800ms, 300ms)"',
            "s.yaml:14: first: 'lognormal(800ms, 300ms)' is not a latency\n"
            "  → write 300ms or lognormal(P50, P95) with P50 <= P95",
        ),
        (
            '"lognormal(300ms, 800ms)"',
            "lognormal(300ms, 800ms)",
            "s.yaml:14: first: 'lognormal(300ms, 800ms)' is cut at its comma\n"
            "  → put quotes around it: 'lognormal(300ms, 800ms)'",
        ),
        (
            "seed: 7\ndialogues:",
            "dialogues:\n  seed: 7",
            "s.yaml:16: dialogues: 'seed' stands in the wrong place\n"
            "  → move it out: it belongs beside 'dialogues'",
        ),
        (
            "    done:",
            "      done:",
            "s.yaml:26: replies: 'done' stands in the wrong place\n"
            "  → move it out: it belongs beside 'replies'",
        ),
        (
            "persona: {patience: 6s, voice: bass}",
            "patience: 6s",
            "s.yaml:6: callers: unknown key 'patience'\n  → move it in: it belongs under 'persona'",
        ),
        (
            "  no_dropped_calls: 0\n",
            "  no_dropped_calls: 0\n  profiles: [burst]\n",
            "s.yaml:13: gate: 'profiles' stands in the wrong place\n"
            "  → move it out: it belongs beside 'gate'",
        ),
        (
            "{webhook: reference, limit: 20}",
            "me@host",
            "s.yaml:3: no agent can be reached at 'me@host'\n  → give reference, flawed:FLAW "
            "or the http(s):// address of a Twilio voice webhook",
        ),
        (
            "limit: 20",
            "sip: me@host",
            "s.yaml:3: agent: 'sip' is not built yet\n  → give the agent's Twilio voice webhook",
        ),
        (
            "limit: 20",
            "connect_to: here",
            "s.yaml:3: connect_to: 'here' is no address\n"
            "  → write host:port, such as 127.0.0.1:8443",
        ),
        (
            "limit: 20",
            "headers: {x-env: '${GONE}'}",
            "s.yaml:3: x-env: the environment has no GONE\n  → set it: export GONE=…",
        ),
        (
            "limit: 20",
            "headers: {cookie: hush}",
            "s.yaml:3: cookie: a secret does not belong here\n"
            "  → write ${NAME} and set NAME in the environment",
        ),
        (
            "limit: 20",
            "clips: {busy.wav: busy}",
            "s.yaml:3: busy.wav: unknown value 'busy'\n  → known values: refusal, apology, comfort",
        ),
        (
            "limit: 20",
            "status_callback: /over",
            "s.yaml:3: status_callback: nobody can be told at '/over'\n"
            "  → give its http:// or https:// address",
        ),
        (
            "limit: 20",
            "limit: 0",
            "s.yaml:3: limit: 0 calls is no limit\n"
            "  → write how many calls the agent takes at once, or unknown",
        ),
        (
            "seed: 7",
            "stop: {errors: 5%}",
            "s.yaml:15: 'stop' is not built yet\n"
            "  → take it out: a run ends after its last phase, or with Ctrl-C",
        ),
        (
            "why: Something to change.",
            'why: " "',
            "s.yaml:2: why: is empty\n  → say in a sentence what it shows",
        ),
        (
            "name: small",
            "name: ../small",
            "s.yaml:1: '../small' cannot name a scenario\n"
            "  → use up to 100 letters, digits, '.', '_' and '-'",
        ),
        (
            "name: small",
            f"name: {'n' * 5000}",
            f"s.yaml:1: '{'n' * 37}...{'n' * 38}' cannot name a scenario\n"
            "  → use up to 100 letters, digits, '.', '_' and '-'",
        ),
        (
            "phase: surge",
            f"phase: {'n' * 101}",
            f"s.yaml:10: '{'n' * 37}...{'n' * 38}' cannot name a phase\n"
            "  → use letters, digits, - and _, for example warm_up",
        ),
        (
            "seed: 7",
            "seed: -1",
            "s.yaml:15: -1 is no seed\n  → give a whole number from 0 on, of up to 15 digits",
        ),
        (
            "seed: 7",
            f"seed: {'7' * 5000}",
            f"s.yaml:15: seed: '{'7' * 37}...{'7' * 38}' is not a whole number",
        ),
        (
            "limit: 20",
            "limit: ٣",
            "s.yaml:3: limit: '٣' is not a whole number",
        ),
        (
            "rate: 1/s, for: 60s",
            "calls: 3, for:",
            "s.yaml:9: for: there is no value\n  → write one, or take the key out",
        ),
    ],
)
def test_a_mistake_has_line_value_and_remedy(old: str, new: str, expected: str) -> None:
    assert old in SCENARIO
    with pytest.raises(FileProblems) as caught:
        scenario(SCENARIO.replace(old, new))
    assert str(caught.value) == expected


def test_gates_in_a_list_have_names_of_checks() -> None:
    text = SCENARIO.replace(
        "gate:\n  no_dropped_calls: 0\n  turn_latency: {answer_p95: 1.5x baseline}",
        "gate:\n  - no_dead_air\n  - no_orphan",
    )
    with pytest.raises(FileProblems) as caught:
        scenario(text)
    assert str(caught.value) == (
        "s.yaml:13: gate: unknown check 'no_orphan'\n"
        f"  → did you mean 'no_orphans'? known checks: {CHECKS}"
    )


def test_a_scenario_needs_a_dialogue_and_a_phase() -> None:
    with pytest.raises(FileProblems) as caught:
        scenario("{name: n, why: w, load: [], dialogues: {}}")
    assert [problem.what for problem in caught.value.problems] == [
        "there is no dialogue",
        "there is no phase",
    ]


def test_what_can_be_told_is_told_whatever_else_is_wrong() -> None:
    slips = {
        "seed: 7": "seed: seven",
        "On {date}, please.": "On {dat}, please.",
        "Sure, {name}.": "Sure, {nam}.",
        "lookup(date={date})": "lookup(date={da})",
        "tool_ok: lookup,": "tool_ok: lokup,",
        "name: small": "name: ../small",
    }
    text = SCENARIO
    for right, wrong in slips.items():
        assert right in text, right
        text = text.replace(right, wrong)
    broken = "\n      3: {say: Hi, dtmf: 1}\n    done"
    text = text.replace("\n    done", broken, 1)
    with pytest.raises(FileProblems) as caught:
        scenario(text)
    told = str(caught.value)
    for slip in ("'seven'", "{dat}", "{nam}", "{da}", "'lokup'", "'../small'", "key 'dtmf'"):
        assert slip in told, slip
