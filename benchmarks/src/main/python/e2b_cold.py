"""One command with E2B's client, from nothing: server."""

import sys

from e2b import Sandbox

server = sys.argv[1]
sandbox = Sandbox.connect("bench", api_key="e2b_" + "0" * 40, api_url=server, sandbox_url=server)
print(f"done={len(sandbox.commands.run('true').stdout)}")
