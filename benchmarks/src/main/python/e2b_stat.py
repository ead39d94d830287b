"""Asks for a file's status with E2B's client: server, calls."""

import sys

from e2b import Sandbox

from meter import expect, measure

server, calls = sys.argv[1], int(sys.argv[2])
sandbox = Sandbox.connect("bench", api_key="e2b_" + "0" * 40, api_url=server, sandbox_url=server)


def ask():
    for _ in range(calls):
        expect(5, sandbox.files.get_info("/home/user/data").size)


measure(1, calls, ask)
