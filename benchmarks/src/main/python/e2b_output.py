"""Reads a command's output with E2B's client: server, size of a message, how many, streams."""

import sys

from e2b import Sandbox

from meter import expect, measure

server, size, count, streams = sys.argv[1], *map(int, sys.argv[2:])
sandbox = Sandbox.connect("bench", api_key="e2b_" + "0" * 40, api_url=server, sandbox_url=server)


def read():
    pieces = []
    sandbox.commands.run(
        f"messages {size} {count}", on_stdout=lambda text: pieces.append(len(text)), timeout=0
    )
    expect(size * count, sum(pieces))


measure(streams, size * count, read)
