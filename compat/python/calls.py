"""Reports each call to the JVM that started this program, and asks it what our client sees."""

import json
import sys
import traceback

_calls = []


def call(name):
    """Registers a function that checks the call of this name."""

    def register(check):
        _calls.append((name, check))
        return check

    return register


def same(expected, actual, what="result"):
    if expected != actual:
        raise AssertionError(f"{what}: expected {expected!r}, got {actual!r}")


def holds(condition, what):
    if not condition:
        raise AssertionError(what)


def raises(kind, action):
    try:
        result = action()
    except kind as e:
        return e
    raise AssertionError(f"expected {kind.__name__}, got {result!r}")


def ours(sandbox, what, **more):
    """What our client sees of this sandbox; the name of its exception if it threw one."""
    _write({"ask": {"sandbox": sandbox.sandbox_id, "what": what, **more}})
    answer = json.loads(sys.stdin.readline())
    return answer["answer"] if "answer" in answer else answer["error"]


def _write(message):
    print(json.dumps(message), flush=True)


def run(only):
    for name, check in _chosen(only):
        try:
            check()
            _write({"passed": name})
        except Exception as e:
            _failed(name, e)


async def run_async(only, client):
    """As run, for checks that are coroutines and take a client."""
    for name, check in _chosen(only):
        try:
            await check(client)
            _write({"passed": name})
        except Exception as e:
            _failed(name, e)


def _chosen(only):
    return [each for each in _calls if not only or any(each[0].startswith(start) for start in only)]


def _failed(name, e):
    line = traceback.extract_tb(e.__traceback__)
    mine = [frame.lineno for frame in line if frame.filename.endswith("_calls.py")]
    _write({"failed": name, "why": f"line {mine[-1]}: {type(e).__name__}: {e}"})
