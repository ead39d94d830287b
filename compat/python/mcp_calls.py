"""The official client of MCP for Python: over stdio it starts the documented command itself, over HTTP
that command serves it. Arguments: stdio or http, the folder of the jars, and calls."""

import asyncio
import json
import os
import subprocess
import sys
import urllib.request
from contextlib import asynccontextmanager

from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

from calls import call, holds, run_async, same

transport, jars, *only = sys.argv[1:]
WORDS = ["-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", "dev.sandpiper.mcp.McpCommand"]
ENVIRONMENT = {**os.environ, "SANDPIPER_PLATFORM": "e2b", "SANDPIPER_MCP_TOKEN": "compat-token"}


def platform(method, path):
    request = urllib.request.Request(
        os.environ["E2B_API_URL"] + path,
        method=method,
        headers={"X-API-Key": os.environ["E2B_API_KEY"]},
    )
    with urllib.request.urlopen(request) as response:
        return response.read()


def sandboxes():
    return {each["sandboxID"] for each in json.loads(platform("GET", "/v2/sandboxes"))}


BEFORE = sandboxes()


def created():
    return sandboxes() - BEFORE


@asynccontextmanager
async def connected():
    if transport == "stdio":
        async with Client(StdioServerParameters(command="java", args=WORDS, env=ENVIRONMENT)) as client:
            yield client
        return
    server = subprocess.Popen(
        ["java", *WORDS, "--http", "0"], env=ENVIRONMENT, stderr=subprocess.PIPE, text=True
    )
    try:
        address = next(line for line in server.stderr if line.startswith("serving ")).split()[1]
        headers = {"Authorization": "Bearer compat-token"}
        async with create_mcp_http_client(headers=headers) as http:
            async with Client(streamable_http_client(address, http_client=http)) as client:
                yield client
    finally:
        server.terminate()
        server.wait(20)


async def called(client, name, **given):
    result = await client.call_tool(name, given)
    return bool(result.is_error), result.content[0].text


async def until(what, condition):
    for _ in range(300):
        if await condition():
            return
        await asyncio.sleep(0.1)
    holds(False, f"{what} did not happen within 30 s")


@call("initialize")
async def initialize(client):
    same("sandpiper", client.server_info.name)
    same(1, len(created()))


@call("tools.list")
async def tools_list(client):
    tools = (await client.list_tools()).tools
    same(10, len(tools))
    schema = next(tool for tool in tools if tool.name == "run_command").input_schema
    same(["command"], schema["required"])


@call("call.output")
async def output(client):
    await called(client, "write_file", path="birds", content="plover\ncurlew\n")
    error, text = await called(client, "run_command", command="sort birds; yes | head -c 10000000")
    holds(not error and "curlew\nplover\n" in text and "missing" in text, text[:200])
    holds(len(text) <= 16_000, f"{len(text)} characters")


@call("call.arguments")
async def arguments(client):
    error, text = await called(client, "run_command", cmd="ls")
    holds(error and "no argument 'cmd'" in text, text)


@call("call.unknown-tool")
async def unknown_tool(client):
    error, text = await called(client, "delete_world")
    holds(error and "run_command" in text, text)


@call("call.two-at-once")
async def two_at_once(client):
    def wait(mine, other):
        script = f"touch {mine}; for i in $(seq 100); do [ -e {other} ] && exit 0; sleep 0.1; done; exit 1"
        return called(client, "run_command", command=script)

    for _, text in await asyncio.gather(wait("a", "b"), wait("b", "a")):
        holds(text.startswith("exit status 0"), text)


@call("call.cancel")
async def cancel(client):
    running = asyncio.ensure_future(called(client, "run_command", command="touch started; sleep 986"))

    async def started():
        return "started" in (await called(client, "list_files"))[1]

    async def stopped():
        script = 'pgrep -fx "sleep 986" || echo none'
        return "none" in (await called(client, "run_command", command=script))[1]

    await until("the command starts", started)
    holds(not await stopped(), "the command does not run")
    running.cancel()
    await until("the command is stopped", stopped)


@call("call.sandbox-gone")
async def sandbox_gone(client):
    platform("DELETE", f"/sandboxes/{created().pop()}")
    error, text = await called(client, "run_command", command="ls")
    holds(error and "does not run any more" in text, text)
    holds(os.environ["E2B_API_KEY"] not in text, "the key is in a result")


@call("kill-on-end")
async def kill_on_end(_):
    async with connected():
        same(1, len(created()))

    async def gone():
        return not created()

    await until("the sandbox is killed", gone)


async def main():
    async with connected() as client:
        await run_async(only, client)


asyncio.run(main())
