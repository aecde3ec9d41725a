"""Calculations: what programs answer, and what becomes of those that want too much."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest
import pytest_asyncio

from levelmark.domain.json import Json
from levelmark.services.calculating import (
    HOUR,
    Calculated,
    Calculation,
    CalculationLimits,
    Calculator,
    CalculatorClosedError,
    uses_now,
)
from tests.support.waiting import eventually

QUICK = CalculationLimits(seconds=0.1, memory=64)
NOW = 1_767_225_600_000_000 + HOUR // 2  # half past midnight on 1 January 2026
ENTITY = {"identifier": "shop", "title": "Shop", "properties": {"lines": 1200, "open": True}, "relations": {}}

SPINS = "def f: f; f"
GREEDY = 'def twice: . + .; "x" * 1000000 | twice | twice | twice | twice | twice | twice | twice'
DEEP = "reduce range(300000) as $i (null; [.])"


@pytest_asyncio.fixture
async def calculator() -> AsyncIterator[Calculator]:
    calculator = Calculator(QUICK)
    yield calculator
    await calculator.close()


@pytest_asyncio.fixture(scope="module")
async def shared() -> AsyncIterator[Calculator]:
    """One whose workers no test ends on purpose."""
    calculator = Calculator(QUICK)
    yield calculator
    await calculator.close()


async def one(calculator: Calculator, program: str, entity: Json = ENTITY) -> Calculated:
    [answer] = await calculator.run([Calculation(program, entity)], NOW)
    return answer


def workers(calculator: Calculator) -> list[int]:
    pool = calculator._pool
    return [worker.pid for worker in (*pool._idle, *pool._lent)]


def exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def open_files(pid: int) -> set[str]:
    return {path.name for path in Path(f"/proc/{pid}/fd").iterdir()}


def environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


@pytest.mark.parametrize(
    ("program", "value"),
    [
        (".properties.lines / 1000", 1.2),
        (".properties.lines", 1200),
        ('"\\(.title): \\(.properties.lines)"', "Shop: 1200"),
        ("{b: 1, a: [true, null]}", {"b": 1, "a": [True, None]}),
        ('"Zürich 😀"', "Zürich 😀"),
        ("1, 2", 1),
        ("1.0", 1),
        ("false", False),
        ("9007199254740992", 2**53),
        ("now", 1_767_225_600),
        ("now | todate", "2026-01-01T00:00:00Z"),
        ("now | gmtime | mktime", 1_767_225_600),
        ('now | strflocaltime("%H:%M %Z")', "00:00 UTC"),
        ("now | localtime | .[3]", 0),
        ("def now: 5; now", 5),
        ("# a comment first\n.title # and last", "Shop"),
    ],
)
async def test_a_program_answers(shared: Calculator, program: str, value: Json) -> None:
    answer = await one(shared, program)

    assert answer == Calculated(value)
    assert json.dumps(answer.value) == json.dumps(value)


@pytest.mark.parametrize(
    ("program", "value"),
    [
        ("env", {}),
        ("$ENV", {}),
        ("env.PATH // $ENV.HOME // 0", 0),
        ("[inputs]", []),
        ("input_filename // 0", 0),
        ("get_search_list", []),
        ("debug | .title", "Shop"),
        ("stderr | .title", "Shop"),
        ('debug("to the log") | .title', "Shop"),
        ("$__loc__.line", 1),
        ('getpath(["properties", "lines"])', 1200),
        ("[limit(3; repeat(1))]", [1, 1, 1]),
    ],
)
async def test_a_program_learns_nothing_about_its_surroundings(
    shared: Calculator, program: str, value: Json
) -> None:
    assert await one(shared, program) == Calculated(value)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("empty", "answered with nothing"),
        ("halt", "answered with nothing"),
        ('"bye" | halt_error', "answered with nothing"),
        (".properties.absent", "answered with null"),
        ("nan", "answered with null"),
        (".title | tonumber", "failed: "),
        ("error(null)", "failed: null"),
        ('error("a\\u0000b")', "failed: a\ufffdb"),
        ("error({a: 1})", 'failed: {"a": 1}'),
        ('error("x" * 9000)', "failed: xxx"),
        ("input", "failed: "),
        ('"m" | modulemeta', "failed: module not found: m"),
        ("1e300", "answered with what cannot be kept: an integer beyond 2^53"),
        ("[9007199254740994]", "answered with what cannot be kept at [0]: an integer"),
        ('"a\\u0000b"', "answered with what cannot be kept: contains the character NUL"),
        ("reduce range(40) as $i (1; [.])", "answered with what cannot be kept at [0]"),
        ("reduce range(9000) as $i (1; [.])", "answered with a value that is nested too deep"),
        ('"x" * 100001', "answered with more than 100 kB of JSON"),
        ("[range(22000)]", "answered with more than 100 kB of JSON"),
        ("$__prog_args", "does not compile: $__prog_args is not defined (line 1, column 1)"),
        ("'", "does not compile: syntax error"),
        ("", "does not compile: Top-level program not given"),
        (".a\0b", "does not compile: contains the character NUL"),
        (".a\ud800", "does not compile: contains half of a surrogate pair"),
        (" " * 20_001, "is longer than 20000 characters"),
    ],
)
async def test_a_program_without_an_answer_says_why(shared: Calculator, program: str, reason: str) -> None:
    answer = await one(shared, program)

    assert answer.value is None
    assert answer.again is None
    assert answer.reason is not None
    assert answer.reason.startswith(reason)
    assert len(answer.reason) <= 300


@pytest.mark.parametrize("value", [{"name": "\ud800"}, {"self": object()}, {1j: 1}])
async def test_an_input_that_is_not_json_is_a_reason(shared: Calculator, value: Json) -> None:
    answers = await shared.run([Calculation(".", value), Calculation(".title", ENTITY)], NOW)

    assert "its input is not JSON" in (answers[0].reason or "")
    assert answers[1].value == "Shop"


async def test_a_program_cannot_read_files(shared: Calculator, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('"secret"', encoding="utf-8")
    (tmp_path / "secret.jq").write_text('module {"a": "secret"}; def secret: "secret";', encoding="utf-8")
    where = f'{{search: "{tmp_path}"}}'
    programs = [
        f'import "secret" as $s {where}; $s',
        f'import "secret" as s {where}; s::secret',
        f'include "secret" {where}; secret',
        f'1 | import "secret" as $s {where}; $s',
        f'"{tmp_path}/secret" | modulemeta',
        '"../../../../../../../../../../etc/passwd" | modulemeta',
    ]

    answers = await shared.run([Calculation(program, ENTITY) for program in programs], NOW)

    assert [answer.value for answer in answers] == [None] * len(programs)
    assert "modules are not available" in (answers[0].reason or "")


@pytest.mark.parametrize(
    ("program", "place"),
    [
        ("nothing", "(line 1, column 1)"),
        (".title | nothing", "(line 1, column 10)"),
        (".title |\n  nothing", "(line 2, column 3)"),
        ('"Zürich" | nothing', "(line 1, column 12)"),
        ('import "m" as m; .', "(line 1, column 1)"),
        (".a[", "(line 1, column 3)"),
    ],
)
async def test_what_does_not_compile_says_where(shared: Calculator, program: str, place: str) -> None:
    issue = await shared.check(program)

    assert issue is not None
    assert issue.startswith("does not compile: ")
    assert issue.endswith(place)


async def test_what_compiles_has_no_issue(shared: Calculator) -> None:
    assert await shared.check(SPINS) is None


@pytest.mark.parametrize(
    "program",
    [
        SPINS,
        "until(false; .)",
        "[limit(infinite; repeat(1))]",
        "last(range(1e12))",
        "[range(1e6)] | map(tostring) | [combinations(2)]",
    ],
)
async def test_a_program_that_takes_too_long_is_cut_off(shared: Calculator, program: str) -> None:
    answer = await one(shared, program)

    assert answer.value is None
    assert answer.reason in {
        "took longer than 100 ms and was cut off",
        "needed more than 64 MB of memory and was cut off",
    }


@pytest.mark.parametrize("program", [GREEDY, '"x" * 1000000000', "[range(1e9)]", "def f: [f]; f"])
async def test_a_program_that_needs_too_much_memory_is_cut_off(program: str) -> None:
    calculator = Calculator(CalculationLimits(seconds=5, memory=64))

    answer = await one(calculator, program)

    await calculator.close()
    assert answer == Calculated(reason="needed more than 64 MB of memory and was cut off")


async def test_a_program_that_makes_jq_crash_is_cut_off() -> None:
    calculator = Calculator(CalculationLimits(seconds=5))

    answer = await one(calculator, DEEP)

    await calculator.close()
    assert answer.reason in {
        "made jq crash, as values that are nested very deep do, and was cut off",
        "needed more than 256 MB of memory and was cut off",
    }


async def test_a_batch_goes_on_after_what_was_cut_off(calculator: Calculator) -> None:
    programs = [".title", SPINS, ".title", GREEDY, "nothing", ".title"]

    answers = await calculator.run([Calculation(program, ENTITY) for program in programs], NOW)

    assert [answer.value for answer in answers] == ["Shop", None, "Shop", None, None, "Shop"]
    assert "took longer" in (answers[1].reason or "")
    assert "cut off" in (answers[3].reason or "")


async def test_a_thousand_calculations_are_answered_in_order(shared: Calculator) -> None:
    inputs = [{"properties": {"lines": n}} for n in range(1000)]

    answers = await shared.run([Calculation(".properties.lines * 2", value) for value in inputs], NOW)

    assert [answer.value for answer in answers] == [2 * n for n in range(1000)]
    assert await shared.run([], NOW) == []


async def test_more_programs_than_are_kept_compiled_are_answered(shared: Calculator) -> None:
    programs = [f".properties.lines + {n} # {'x' * 2000}" for n in range(100)] * 2

    answers = await shared.run([Calculation(program, ENTITY) for program in programs], NOW)

    assert [answer.value for answer in answers] == [1200 + n for n in range(100)] * 2


async def test_large_inputs_and_answers_pass(shared: Calculator) -> None:
    text = "x" * 99_000
    entity = {"properties": {"text": text, "more": "y" * 1_000_000}}

    answers = await shared.run([Calculation(".properties.text", dict(entity)) for _ in range(20)], NOW)

    assert {answer.value for answer in answers} == {text}


async def test_a_spinning_program_does_not_hold_up_others() -> None:
    calculator = Calculator(CalculationLimits(seconds=1))
    await asyncio.gather(one(calculator, ".title"), one(calculator, ".title"))
    spinning = asyncio.create_task(one(calculator, SPINS))
    await asyncio.sleep(0.05)

    answers = [await one(calculator, ".title") for _ in range(20)]

    assert not spinning.done()
    assert {answer.value for answer in answers} == {"Shop"}
    assert "took longer than 1000 ms" in ((await spinning).reason or "")
    await calculator.close()


async def test_many_callers_share_a_few_workers(calculator: Calculator) -> None:
    programs = [SPINS if n == 7 else f".properties.lines + {n}" for n in range(60)]

    answers = await asyncio.gather(*(one(calculator, program) for program in programs))

    assert [answer.value for answer in answers] == [None if n == 7 else 1200 + n for n in range(60)]
    assert 1 <= len(workers(calculator)) <= QUICK.workers


async def test_a_program_that_is_cut_off_time_and_again_rests() -> None:
    calculator = Calculator(CalculationLimits(seconds=0.05, allowance=0.15, pause=45))

    answers = await calculator.run([Calculation(SPINS, ENTITY)] * 50 + [Calculation(".title", ENTITY)], NOW)

    await calculator.close()
    assert [answer.again is None for answer in answers] == [True] * 3 + [False] * 47 + [True]
    assert "was cut off too often" in (answers[3].reason or "")
    assert all(0 < (answer.again or 0) <= 45 for answer in answers[3:50])
    assert answers[50].value == "Shop"


async def test_a_program_that_rested_is_started_again() -> None:
    calculator = Calculator(CalculationLimits(seconds=0.05, allowance=0.05, pause=0.2))
    first, second = await one(calculator, SPINS), await one(calculator, SPINS)

    await asyncio.sleep(0.25)
    third = await one(calculator, SPINS)

    await calculator.close()
    assert [answer.again is None for answer in (first, second, third)] == [True, False, True]


async def test_a_worker_that_was_killed_is_replaced(calculator: Calculator) -> None:
    await one(calculator, ".title")
    [pid] = workers(calculator)

    os.kill(pid, signal.SIGKILL)

    assert (await one(calculator, ".title")).value == "Shop"
    assert workers(calculator) != [pid]


async def test_who_is_interrupted_through_no_fault_is_tried_once_more() -> None:
    calculator = Calculator(CalculationLimits(seconds=1))
    await one(calculator, ".title")
    running = asyncio.create_task(one(calculator, SPINS))
    killed: set[int] = set()

    async def lent() -> set[int]:
        return {worker.pid for worker in calculator._pool._lent} - killed

    for _ in range(2):
        [pid] = await eventually(lent, bool)
        killed.add(pid)
        os.kill(pid, signal.SIGKILL)

    answer = await running

    await calculator.close()
    assert "was interrupted twice" in (answer.reason or "")
    assert answer.again == 60


async def test_a_silent_worker_is_replaced() -> None:
    calculator = Calculator(CalculationLimits(patience=1.5))
    await one(calculator, ".title")
    [pid] = workers(calculator)
    os.kill(pid, signal.SIGSTOP)

    assert (await one(calculator, ".title")).value == "Shop"

    await calculator.close()
    assert not exists(pid)


async def test_signals_to_the_server_do_not_end_its_workers(shared: Calculator) -> None:
    await one(shared, ".title")
    before = workers(shared)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(before[0], number)

    assert os.getsid(before[0]) == before[0]
    assert (await one(shared, ".title")).value == "Shop"
    assert workers(shared) == before


async def test_a_worker_holds_its_pipes_only(shared: Calculator) -> None:
    await one(shared, ".title")
    pid = workers(shared)[0]

    assert open_files(pid) == {"0", "1", "2"}
    assert environment(pid) in {b"", b"LC_CTYPE=C.UTF-8\0"}


async def test_a_caller_that_gives_up_harms_no_other(calculator: Calculator) -> None:
    await one(calculator, ".title")
    given_up = [asyncio.create_task(one(calculator, "[range(1e9)] | length")) for _ in range(3)]
    await asyncio.sleep(0.03)

    for task in given_up:
        task.cancel()

    assert (await one(calculator, ".title")).value == "Shop"
    assert all(
        isinstance(ended, asyncio.CancelledError)
        for ended in await asyncio.gather(*given_up, return_exceptions=True)
    )
    assert len(workers(calculator)) <= QUICK.workers


async def test_closing_ends_workers_and_what_they_do() -> None:
    calculator = Calculator(CalculationLimits(seconds=60))
    await one(calculator, ".title")
    pids = workers(calculator)
    running = [asyncio.create_task(one(calculator, SPINS)) for _ in range(3)]
    await asyncio.sleep(0.2)
    pids += workers(calculator)

    began = monotonic()
    await calculator.close()

    assert monotonic() - began < 10
    ended = await asyncio.gather(*running, return_exceptions=True)
    assert [type(error) for error in ended] == [CalculatorClosedError] * 3
    assert not any(map(exists, pids))
    with pytest.raises(CalculatorClosedError):
        await one(calculator, ".title")


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.03, 0.05, 0.08])
async def test_closing_while_a_worker_starts_ends_it(seconds: float) -> None:
    calculator = Calculator(CalculationLimits(seconds=60))
    running = asyncio.create_task(one(calculator, SPINS))
    await asyncio.sleep(seconds)

    began = monotonic()
    await calculator.close()

    assert monotonic() - began < 9
    with pytest.raises(CalculatorClosedError):
        await running


async def test_without_a_process_every_answer_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    calculator = Calculator()
    monkeypatch.setattr("sys.executable", "/absent/python")

    answers = await calculator.run([Calculation(".title", ENTITY)] * 3, NOW)

    await calculator.close()
    assert {answer.again for answer in answers} == {60}
    assert all("calculations cannot run" in (answer.reason or "") for answer in answers)


@pytest.mark.parametrize(
    ("program", "uses"),
    [
        ("now", True),
        ("(now - 5) | todate", True),
        ('"\\(now)"', True),
        (".title", False),
        (".now | $now", False),
        ('"now" # now', False),
        ("known", False),
        ("{now: 1}", True),
    ],
)
def test_programs_that_depend_on_the_time_are_known(program: str, uses: bool) -> None:
    assert uses_now(program) is uses
