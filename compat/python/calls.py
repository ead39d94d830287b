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
    for name, check in _calls:
        if only and not any(name.startswith(start) for start in only):
            continue
        try:
            check()
            _write({"passed": name})
        except Exception as e:
            line = traceback.extract_tb(e.__traceback__)
            mine = [frame.lineno for frame in line if frame.filename.endswith("e2b_calls.py")]
            why = f"line {mine[-1]}: {type(e).__name__}: {e}"
            _write({"failed": name, "why": why})
