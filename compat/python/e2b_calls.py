"""Drives E2B's Python client through the calls of e2b.txt."""

import base64
import datetime
import os
import sys
import time
import urllib.error
import urllib.request

import e2b
from e2b import (
    AuthenticationException,
    CommandExitException,
    FileNotFoundException,
    FileType,
    InvalidArgumentException,
    NotFoundException,
    PtySize,
    Sandbox,
    SandboxException,
    SandboxNotFoundException,
    SandboxQuery,
    TimeoutException,
)

from calls import call, holds, ours, raises, run, same

RUN = f"python-{os.getpid()}"
_shared = {}


def shared():
    """One sandbox for all calls that leave it as it was."""
    if "sandbox" not in _shared:
        _shared["sandbox"] = Sandbox.create(timeout=300, metadata={"run": RUN, "shared": "yes"})
    return _shared["sandbox"]


class fresh:
    """A sandbox of its own, killed at the end."""

    def __init__(self, *args, **options):
        self.args, self.options = args, options

    def __enter__(self):
        self.sandbox = Sandbox.create(*self.args, **{"timeout": 120, **self.options})
        return self.sandbox

    def __exit__(self, *_):
        self.sandbox.kill()


def until(what, condition):
    deadline = time.monotonic() + 30
    while not condition():
        holds(time.monotonic() < deadline, f"{what} did not happen within 30 s")
        time.sleep(0.05)


def all_of(paginator):
    items = []
    while paginator.has_next:
        items += paginator.next_items()
    return items


def ids(query=None, **options):
    return [info.sandbox_id for info in all_of(Sandbox.list(query=query, **options))]


def of_run(**query):
    return SandboxQuery(metadata={"run": RUN}, **query)


# Configuration


@call("config.urls")
def _():
    sandbox_id = shared_id()
    environment = {name: os.environ[name] for name in ("E2B_API_URL", "E2B_SANDBOX_URL")}
    os.environ.update({name: "http://127.0.0.1:1" for name in environment})
    try:
        urls = {"api_url": environment["E2B_API_URL"], "sandbox_url": environment["E2B_SANDBOX_URL"]}
        again = Sandbox.connect(sandbox_id, **urls)
        same("over options\n", again.commands.run("echo over options").stdout)
    finally:
        os.environ.update(environment)


def shared_id():
    return shared().sandbox_id


@call("config.http-versions")
def _():
    for version in ("1.1", "2"):
        again = Sandbox.connect(shared_id(), http_version=version)
        same("hi\n", again.commands.run("echo hi").stdout, version)
        again.files.write("version", version)
        same(version, again.files.read("version"))


@call("config.no-request-timeout")
def _():
    same("hi\n", shared().commands.run("echo hi", request_timeout=0).stdout)


@call("config.headers")
def _():
    again = Sandbox.connect(shared_id(), api_headers={"X-Mine": "yes"})
    same(shared_id(), again.get_info().sandbox_id)


@call("config.client-object")
def _():
    key = os.environ.pop("E2B_API_KEY")
    try:
        client = e2b.E2B(api_key=key)
        same(shared_id(), client.Sandbox.connect(shared_id()).sandbox_id)
    finally:
        os.environ["E2B_API_KEY"] = key


@call("config.path-encoding")
def _():
    same(False, Sandbox.delete_snapshot("team/none such:v2"))


# Errors


@call("errors.unauthorized")
def _():
    raises(AuthenticationException, lambda: Sandbox.create(api_key="e2b_" + "0" * 40))


@call("errors.no-such-template")
def _():
    raises(SandboxException, lambda: Sandbox.create("no-such-template"))


@call("errors.refused-field")
def _():
    raises(SandboxException, lambda: Sandbox.create(allow_internet_access=False))


@call("errors.bad-token")
def _():
    url = os.environ["E2B_SANDBOX_URL"] + "/files?path=x"
    request = urllib.request.Request(url, headers={"E2b-Sandbox-Id": shared_id(), "E2b-Sandbox-Port": "49983"})
    same(401, raises(urllib.error.HTTPError, lambda: urllib.request.urlopen(request)).code)


@call("errors.rpc-not-found")
def _():
    raises(NotFoundException, lambda: shared().files.list("none-such"))


@call("errors.rpc-invalid-argument")
def _():
    shared().files.write("plain-file", "x")
    raises(InvalidArgumentException, lambda: shared().files.list("plain-file"))


@call("errors.timeout")
def _():
    raises(TimeoutException, lambda: shared().commands.run("sleep 20", timeout=1))


@call("errors.sandbox-gone")
def _():
    with fresh() as gone:
        gone.kill()
        raises(TimeoutException, lambda: gone.commands.run("true"))
        raises(TimeoutException, lambda: gone.files.read("x"))
        raises(SandboxNotFoundException, gone.get_info)


# Sandboxes


@call("sandbox.create")
def _():
    with fresh() as made:
        same("running", ours(made, "info")["state"])
        same(True, made.is_running())


@call("sandbox.create-template")
def _():
    with fresh("code-interpreter-v1") as made:
        same("code-interpreter-v1", ours(made, "info")["template"])


@call("sandbox.metadata")
def _():
    labels = {"run": RUN, "über": "a&b=c d/e"}
    with fresh(metadata=labels) as made:
        same(labels, made.get_info().metadata)
        same(labels, {k: v for k, v in ours(made, "info")["labels"].items() if k in labels})


@call("sandbox.info")
def _():
    info = shared().get_info()
    same(shared_id(), info.sandbox_id)
    same("running", info.state)
    holds(info.started_at.tzinfo is not None and info.started_at < info.end_at, "the times")
    holds(info.cpu_count > 0 and info.memory_mb > 0, "the size")
    same(ours(shared(), "info")["template"], info.name or info.template_id)


@call("sandbox.kill")
def _():
    with fresh() as made:
        same(True, made.kill())
        same("none", ours(made, "info")["state"])
        same(False, made.is_running())


@call("sandbox.kill-unknown")
def _():
    same(False, Sandbox.kill("inonesuch0000000000"))


@call("sandbox.list")
def _():
    holds(shared_id() in ids(), "the shared sandbox is listed")
    same([shared_id()], ids(SandboxQuery(metadata={"run": RUN, "shared": "yes"})))
    same([], ids(SandboxQuery(metadata={"run": RUN + "-other"})))


@call("sandbox.list-state")
def _():
    with fresh(metadata={"run": RUN}) as made:
        made.pause()
        same([made.sandbox_id], ids(of_run(state=[e2b.SandboxState.PAUSED])))
        holds(made.sandbox_id not in ids(of_run(state=[e2b.SandboxState.RUNNING])), "not running")
        holds(made.sandbox_id in ids(of_run()), "both states")


@call("sandbox.list-pages")
def _():
    labels = {"run": RUN, "pages": "yes"}
    with fresh(metadata=labels) as one, fresh(metadata=labels) as two, fresh(metadata=labels) as three:
        three.pause()
        pages = Sandbox.list(query=SandboxQuery(metadata=labels), limit=1)
        seen = []
        while pages.has_next:
            page = pages.next_items()
            same(1, len(page), "a page")
            seen += [info.sandbox_id for info in page]
        same(sorted(s.sandbox_id for s in (one, two, three)), sorted(seen))
        raises(Exception, pages.next_items)


@call("sandbox.list-order")
def _():
    labels = {"run": RUN, "order": "yes"}
    with fresh(metadata=labels) as one, fresh(metadata=labels) as two:
        query = SandboxQuery(metadata=labels)
        same([one.sandbox_id, two.sandbox_id], ids(query, order="asc"))
        same([two.sandbox_id, one.sandbox_id], ids(query, order="desc"))


@call("sandbox.list-started-after")
def _():
    started = shared().get_info().started_at
    holds(shared_id() in ids(of_run(started_after=started - datetime.timedelta(seconds=1))), "since")
    same([], ids(of_run(started_after=datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1))))


@call("sandbox.list-template")
def _():
    holds(shared_id() in ids(of_run(template="base")), "by its template")
    same([], ids(of_run(template="code-interpreter-v1")))


@call("sandbox.connect")
def _():
    shared().files.write("known", "yes")
    again = Sandbox.connect(shared_id())
    same("yes", again.files.read("known"))
    same("yes", ours(again, "text", path="known"))


@call("sandbox.connect-secure")
def _():
    with fresh(secure=True) as made:
        again = Sandbox.connect(made.sandbox_id)
        same("hi\n", again.commands.run("echo hi").stdout)
        holds(again._envd_access_token, "a token")


@call("sandbox.connect-gone")
def _():
    raises(SandboxNotFoundException, lambda: Sandbox.connect("inonesuch0000000000"))


@call("sandbox.connect-extends")
def _():
    with fresh(timeout=100) as made:
        before = made.get_info().end_at
        made.connect(timeout=10)
        same(before, made.get_info().end_at, "not shortened")
        made.connect(timeout=200)
        holds(made.get_info().end_at > before + datetime.timedelta(seconds=60), "extended")


@call("sandbox.timeout")
def _():
    with fresh(timeout=100) as made:
        before = made.get_info().end_at
        made.set_timeout(20)
        shorter = made.get_info().end_at
        holds(shorter < before - datetime.timedelta(seconds=60), "shortened")
        made.set_timeout(150)
        holds(made.get_info().end_at > shorter + datetime.timedelta(seconds=100), "lengthened")


@call("sandbox.timeout-ends-it")
def _():
    with fresh(timeout=1) as made:
        until("the end", lambda: ours(made, "info")["state"] == "none")
        same(False, made.is_running())


@call("sandbox.environment")
def _():
    with fresh(envs={"MINE": "a b'\"$c\n"}) as made:
        same("a b'\"$c\n", made.commands.run('printf %s "$MINE"').stdout)
        same("a b'\"$c\n", ours(made, "shell", command='printf %s "$MINE"')["stdout"])


@call("sandbox.metrics")
def _():
    until("metrics", lambda: shared().get_metrics())
    newest = shared().get_metrics()[-1]
    holds(newest.cpu_count > 0 and newest.disk_total > 0 and newest.timestamp.tzinfo, "numbers")


@call("sandbox.metrics-range")
def _():
    until("metrics", lambda: shared().get_metrics())
    now = datetime.datetime.now(datetime.timezone.utc)
    hour = datetime.timedelta(hours=1)
    holds(shared().get_metrics(start=now - hour, end=now + hour), "within the hour")
    same([], shared().get_metrics(start=now - 3 * hour, end=now - 2 * hour))


# Life


@call("life.pause")
def _():
    with fresh(metadata={"run": RUN}) as made:
        same(True, made.pause())
        same(False, made.pause())
        same("paused", ours(made, "info")["state"])
        same(False, made.is_running())
        raises(TimeoutException, lambda: made.commands.run("true"))
        same(made.sandbox_id, made.connect().sandbox_id)
        same("running", ours(made, "info")["state"])


@call("life.pause-keeps")
def _():
    with fresh(envs={"MINE": "kept"}) as made:
        made.files.write("kept", "file")
        ticking = made.commands.run("while :; do echo x >> ticks; sleep 0.05; done", background=True)
        until("ticks", lambda: made.files.exists("ticks"))
        ticking.disconnect()
        made.pause()
        again = Sandbox.connect(made.sandbox_id)
        same("kept\n", again.commands.run("echo $MINE").stdout)
        same("file", again.files.read("kept"))
        size = again.files.get_info("ticks").size
        until("more ticks", lambda: again.files.get_info("ticks").size > size)
        holds(ticking.pid in [p.pid for p in again.commands.list()], "the process is listed")
        same(1, len(ours(again, "commands")))


@call("life.pause-filesystem")
def _():
    with fresh() as made:
        made.files.write("kept", "file")
        made.commands.run("sleep 1000", background=True).disconnect()
        same(True, made.pause(mode="filesystem"))
        again = made.connect()
        same("file", again.files.read("kept"))
        same([], again.commands.list())
        same("file", ours(again, "text", path="kept"))


@call("life.reboot")
def _():
    with fresh() as made:
        made.files.write("kept", "file")
        made.commands.run("sleep 1000", background=True).disconnect()
        made.pause()
        again = made.connect(on_resume="reboot")
        same("file", again.files.read("kept"))
        same([], again.commands.list())


@call("life.pause-at-the-end")
def _():
    with fresh(timeout=1, lifecycle={"on_timeout": "pause", "auto_resume": False}) as made:
        until("its pause", lambda: ours(made, "info")["state"] == "paused")
        same(False, made.is_running())
        same("hi\n", made.connect().commands.run("echo hi").stdout)
        lifecycle = made.get_info().lifecycle
        same(("pause", False), (lifecycle["on_timeout"], lifecycle["auto_resume"]))


@call("life.auto-resume")
def _():
    with fresh(lifecycle={"on_timeout": "pause", "auto_resume": True}) as made:
        made.files.write("kept", "file")
        made.pause()
        same("paused", ours(made, "info")["state"])
        same("hi\n", made.commands.run("echo hi").stdout)
        same("running", ours(made, "info")["state"])
        same("file", ours(made, "text", path="kept"))


@call("life.invalid-lifecycle")
def _():
    raises(
        InvalidArgumentException,
        lambda: Sandbox.create(lifecycle={"on_timeout": "kill", "auto_resume": True}),
    )


@call("snapshot.create")
def _():
    with fresh() as made:
        made.files.write("a/b", "then")
        snapshot = made.create_snapshot(mode="filesystem")
        made.files.write("a/b", "now")
        holds(snapshot.snapshot_id in ours(made, "snapshots"), "our client lists it")
        for _ in range(2):
            with fresh(snapshot.snapshot_id) as copy:
                same("then", copy.files.read("a/b"))
                same("then", ours(copy, "text", path="a/b"))
        same(True, Sandbox.delete_snapshot(snapshot.snapshot_id))


@call("snapshot.list")
def _():
    with fresh() as made:
        name = f"{RUN}-named"
        snapshot = made.create_snapshot(name, mode="filesystem")
        listed = lambda **query: [s.snapshot_id for s in all_of(Sandbox.list_snapshots(**query))]
        holds(snapshot.snapshot_id in listed(), "in the list of all")
        same([snapshot.snapshot_id], [s.snapshot_id for s in all_of(made.list_snapshots())])
        same([snapshot.snapshot_id], listed(name=name))
        holds(any(name in full for full in snapshot.names), f"its name is in {snapshot.names}")
        same(True, Sandbox.delete_snapshot(snapshot.snapshot_id))


@call("snapshot.delete")
def _():
    with fresh() as made:
        snapshot = made.create_snapshot(mode="filesystem")
        same(True, Sandbox.delete_snapshot(snapshot.snapshot_id))
        same(False, Sandbox.delete_snapshot(snapshot.snapshot_id))
        holds(snapshot.snapshot_id not in ours(made, "snapshots"), "our client lists it no more")


@call("snapshot.memory-refused")
def _():
    raises(SandboxException, lambda: shared().create_snapshot(mode="full"))


@call("fork.refused")
def _():
    raises(SandboxException, shared().fork)
    raises(InvalidArgumentException, lambda: shared().fork(count=0))


# Commands


@call("commands.run")
def _():
    result = shared().commands.run("echo hello; echo oops >&2")
    same(("hello\n", "oops\n", 0), (result.stdout, result.stderr, result.exit_code))
    same(
        {"stdout": "hello\n", "stderr": "oops\n", "status": 0},
        ours(shared(), "shell", command="echo hello; echo oops >&2"),
    )


@call("commands.exit-code")
def _():
    failed = raises(CommandExitException, lambda: shared().commands.run("echo out; exit 42"))
    same((42, "out\n"), (failed.exit_code, failed.stdout))
    same(42, ours(shared(), "shell", command="exit 42")["status"])


@call("commands.special-characters")
def _():
    text = "!@#$%^&*()_+{}|:<>? ünï ☃ 😀"
    same(text, shared().commands.run(f"printf %s '{text}'").stdout)


@call("commands.many-lines")
def _():
    lines = "".join(f"line {i}\n" for i in range(2000))
    same(lines, shared().commands.run('for i in $(seq 0 1999); do echo "line $i"; done').stdout)


@call("commands.broken-utf8")
def _():
    same("a\ufffdb", shared().commands.run(r"printf 'a\377b'").stdout)


@call("commands.callbacks")
def _():
    out, err = [], []
    shared().commands.run("echo 1; echo 2 >&2; sleep 0.2; echo 3", on_stdout=out.append, on_stderr=err.append)
    same(("1\n3\n", "2\n"), ("".join(out), "".join(err)))


@call("commands.timeout")
def _():
    same("done\n", shared().commands.run("sleep 0.2; echo done", timeout=10).stdout)
    handle = shared().commands.run("echo first; sleep 20", timeout=1, background=True)
    raises(TimeoutException, lambda: [event for event in handle])


@call("commands.environment")
def _():
    same("mine\n", shared().commands.run("echo $MINE", envs={"MINE": "mine"}).stdout)
    same("mine\n", shared().commands.run("python3 -c 'import os; print(os.environ[\"MINE\"])'", envs={"MINE": "mine"}).stdout)


@call("commands.directory")
def _():
    shared().files.make_dir("some/where")
    holds(shared().commands.run("pwd", cwd="some/where").stdout.endswith("some/where\n"), "cwd")


@call("commands.list")
def _():
    handle = shared().commands.run("sleep 1000.1", background=True)
    mine = [p for p in shared().commands.list() if p.pid == handle.pid]
    same(1, len(mine))
    same("sleep 1000.1", mine[0].args[-1])
    holds(any("sleep 1000.1" in command for command in ours(shared(), "commands")), "ours lists it")
    same(True, handle.kill())


@call("commands.kill")
def _():
    handle = shared().commands.run("sleep 1000.2", background=True)
    same(True, shared().commands.kill(handle.pid))
    raises(CommandExitException, handle.wait)
    same(False, shared().commands.kill(handle.pid))
    holds(not any("1000.2" in command for command in ours(shared(), "commands")), "it is gone")


@call("commands.kill-unknown")
def _():
    same(False, shared().commands.kill(999_999))


@call("commands.connect")
def _():
    handle = shared().commands.run("sleep 1; echo later", background=True)
    handle.disconnect()
    same("later\n", shared().commands.connect(handle.pid).wait().stdout)


@call("commands.connect-unknown")
def _():
    raises(NotFoundException, lambda: shared().commands.connect(999_999))


@call("commands.stdin")
def _():
    for data in ("text\n", b"bytes\n", "", "a 'b' \"c\" $d ☃\n", "one\ntwo\n"):
        handle = shared().commands.run("cat", background=True, stdin=True)
        shared().commands.send_stdin(handle.pid, data)
        shared().commands.close_stdin(handle.pid)
        same(data if isinstance(data, str) else data.decode(), handle.wait().stdout)


@call("commands.stdin-by-handle")
def _():
    handle = shared().commands.run("cat", background=True, stdin=True)
    handle.send_stdin("by handle")
    handle.close_stdin()
    same("by handle", handle.wait().stdout)


@call("commands.stdin-stream")
def _():
    handle = shared().commands.run("cat", background=True, stdin=True)
    shared().commands.stream_input(handle.pid, ["one ", b"two ", "three"])
    shared().commands.close_stdin(handle.pid)
    same("one two three", handle.wait().stdout)


@call("commands.sandbox-killed")
def _():
    with fresh() as made:
        handle = made.commands.run("sleep 1000", background=True)
        made.kill()
        raises(TimeoutException, handle.wait)


@call("commands.split-characters")
def _():
    script = r"printf '\360\237'; sleep 0.2; printf '\230\200'; sleep 0.2; printf '\342\230'"
    same("😀\ufffd", shared().commands.run(script).stdout)


@call("pty.session")
def _():
    seen = []
    pty = shared().pty.create(PtySize(rows=24, cols=80), envs={"MINE": "pty"}, cwd="/tmp")
    shared().pty.resize(pty.pid, PtySize(rows=30, cols=100))
    shared().pty.send_stdin(pty.pid, b"stty size; echo $MINE-$PWD; exit 3\n")
    ended = raises(CommandExitException, lambda: pty.wait(on_pty=seen.append))
    text = b"".join(seen).decode()
    same(3, ended.exit_code)
    holds("30 100" in text and "pty-/tmp" in text, f"in {text!r}")


@call("pty.connect")
def _():
    pty = shared().pty.create(PtySize(rows=24, cols=80))
    pty.disconnect()
    seen = []
    again = shared().pty.connect(pty.pid)
    shared().pty.send_stdin(pty.pid, b"echo again-$((40+2)); exit\n")
    again.wait(on_pty=seen.append)
    holds(b"again-42" in b"".join(seen), "output after connecting again")


@call("pty.kill")
def _():
    pty = shared().pty.create(PtySize(rows=24, cols=80))
    same(True, shared().pty.kill(pty.pid))
    raises(CommandExitException, pty.wait)
    same(False, shared().pty.kill(999_999))


# Files


@call("files.text")
def _():
    info = shared().files.write("text.txt", "héllo ☃\n")
    same("text.txt", info.name)
    same("héllo ☃\n", shared().files.read("text.txt"))
    same("héllo ☃\n", ours(shared(), "text", path="text.txt"))


@call("files.bytes")
def _():
    data = bytes(range(256)) * 1000
    shared().files.write("bytes", data)
    same(data, bytes(shared().files.read("bytes", format="bytes")))
    same(data, base64.b64decode(ours(shared(), "bytes", path="bytes")))


@call("files.stream")
def _():
    shared().files.write("streamed", b"x" * 300_000)
    with shared().files.read("streamed", format="stream") as stream:
        same(300_000, sum(len(chunk) for chunk in stream))
    with shared().files.read("streamed", format="stream") as stream:
        next(iter(stream))
    same(b"x" * 300_000, bytes(b"".join(shared().files.read("streamed", format="stream", gzip=True))))


@call("files.missing")
def _():
    for form in ("text", "bytes", "stream"):
        raises(FileNotFoundException, lambda: shared().files.read("none", format=form))
    same("NotFoundException", ours(shared(), "text", path="none"))


@call("files.empty")
def _():
    shared().files.write("empty", "")
    same("", shared().files.read("empty"))
    same(b"", bytes(shared().files.read("empty", format="bytes")))
    same(b"", b"".join(shared().files.read("empty", format="stream")))
    same(0, ours(shared(), "stat", path="empty")["size"])


@call("files.overwrite")
def _():
    shared().files.write("over", "long text")
    shared().files.write("over", "short")
    same("short", shared().files.read("over"))
    same("short", ours(shared(), "text", path="over"))


@call("files.parents")
def _():
    shared().files.write("deep/down/here", "x")
    same("x", ours(shared(), "text", path="deep/down/here"))


@call("files.several")
def _():
    files = [{"path": f"several/{i}", "data": str(i)} for i in range(5)]
    same(5, len(shared().files.write_files(files)))
    same([str(i) for i in range(5)], ours(shared(), "names", path="several"))
    same([], shared().files.write_files([]))


@call("files.octet-stream")
def _():
    shared().files.write("octets", b"raw", use_octet_stream=True)
    same("raw", ours(shared(), "text", path="octets"))
    shared().files.write("octets", iter([b"in ", b"pieces"]), use_octet_stream=True)
    same("in pieces", ours(shared(), "text", path="octets"))
    shared().files.write_files([{"path": "octets-1", "data": "1"}, {"path": "octets-2", "data": "2"}], use_octet_stream=True)
    same("2", shared().files.read("octets-2"))


@call("files.gzip")
def _():
    shared().files.write("zipped", "x" * 10_000, gzip=True)
    same("x" * 10_000, shared().files.read("zipped"))
    same("x" * 10_000, shared().files.read("zipped", gzip=True))
    same(10_000, ours(shared(), "stat", path="zipped")["size"])
    shared().files.write("zipped", b"\0\1" * 5_000, gzip=True, use_octet_stream=True)
    same(b"\0\1" * 5_000, bytes(shared().files.read("zipped", format="bytes", gzip=True)))


@call("files.home-alias")
def _():
    shared().files.write("/home/user/alias/file", "x")
    same("x", shared().files.read("alias/file"))
    same("x", ours(shared(), "text", path="/home/user/alias/file"))
    same(["file"], [entry.name for entry in shared().files.list("/home/user/alias")])


@call("files.home-of-commands")
def _():
    info = shared().files.get_info(shared().files.write("seen/file", "x").path)
    line = f"stat -c '%n %U %G' \"$HOME/seen/file\" && cat {info.path}"
    same(f"{info.path} {info.owner} {info.group}\nx", shared().commands.run(line).stdout)
    shared().commands.run(f"ln -sfn {info.path} seen/link")
    same("x", shared().files.read("seen/link"))
    same(info.path, shared().files.get_info("seen/link").symlink_target)
    same(info.path.removesuffix("/seen/file") + "\n", shared().commands.run("pwd").stdout)


@call("files.list")
def _():
    shared().files.write("tree/one/two/three", "x")
    shared().files.write("tree/file", "xyz")
    same(["file", "one"], sorted(entry.name for entry in shared().files.list("tree")))
    same(["file", "one", "three", "two"], sorted(e.name for e in shared().files.list("tree", depth=3)))
    same(["file", "one"], ours(shared(), "names", path="tree"))
    raises(InvalidArgumentException, lambda: shared().files.list("tree", depth=0))


@call("files.list-entries")
def _():
    shared().files.write("entries/file", "xyz")
    shared().files.make_dir("entries/directory")
    file, directory = sorted(shared().files.list("entries"), key=lambda entry: entry.name)[::-1]
    same((FileType.FILE, 3), (file.type, file.size))
    same(FileType.DIR, directory.type)
    holds(file.path.endswith("entries/file"), file.path)


@call("files.info")
def _():
    shared().files.write("about", "xyz")
    shared().commands.run("chmod 640 about; ln -sfn about link; mkfifo -m 600 pipe 2>/dev/null || :")
    info = shared().files.get_info("about")
    seen = ours(shared(), "stat", path="about")
    same((seen["name"], seen["size"], seen["mode"]), (info.name, info.size, info.mode & 0o777))
    same("-rw-r-----", info.permissions)
    holds(info.modified_time.tzinfo is not None and info.owner and info.group, "time and owner")
    same(FileType.DIR, shared().files.get_info(".").type)
    holds(shared().files.get_info("link").symlink_target.endswith("about"), "the link's target")
    raises(FileNotFoundException, lambda: shared().files.get_info("none"))


@call("files.make-dir")
def _():
    same(True, shared().files.make_dir("made/nested"))
    same(False, shared().files.make_dir("made/nested"))
    same("directory", ours(shared(), "stat", path="made/nested")["type"])


@call("files.exists")
def _():
    shared().files.write("there", "x")
    same((True, False), (shared().files.exists("there"), shared().files.exists("none")))
    same((True, False), (ours(shared(), "exists", path="there"), ours(shared(), "exists", path="none")))


@call("files.remove")
def _():
    shared().files.write("gone/x", "x")
    shared().files.remove("gone")
    same(False, ours(shared(), "exists", path="gone"))
    shared().files.remove("gone")


@call("files.rename")
def _():
    shared().files.write("before", "x")
    same("after", shared().files.rename("before", "after").name)
    same((False, True), (ours(shared(), "exists", path="before"), ours(shared(), "exists", path="after")))
    raises(FileNotFoundException, lambda: shared().files.rename("before", "after"))


@call("files.metadata")
def _():
    for octets in (False, True):
        shared().files.write("labelled", "x", metadata={"key": "value"}, use_octet_stream=octets)
        same({"key": "value"}, shared().files.get_info("labelled").metadata)
        same({"key": "value"}, ours(shared(), "stat", path="labelled")["metadata"])
    listed = [e.metadata for e in shared().files.list(".") if e.name == "labelled"]
    same([{"key": "value"}], listed)
    same({"key": "value"}, shared().files.rename("labelled", "relabelled").metadata)
    shared().files.write("relabelled", "y")
    same({}, shared().files.get_info("relabelled").metadata or {})
    raises(InvalidArgumentException, lambda: shared().files.write("bad", "x", metadata={"bad key": "x"}))


def fetch(url, data=None):
    # The port is named as the platform's edge names it; here one port serves all sandboxes.
    headers = {"E2b-Sandbox-Id": shared_id(), "E2b-Sandbox-Port": "49983"}
    if data is not None:
        headers["Content-Type"] = "application/octet-stream"
    return urllib.request.urlopen(urllib.request.Request(url, data, headers)).read()


@call("files.signed-urls")
def _():
    shared().files.write("signed", "secret")
    same(b"secret", fetch(shared().download_url("signed")))
    same(b"secret", fetch(shared().download_url("signed", use_signature_expiration=60)))
    fetch(shared().upload_url("uploaded", use_signature_expiration=60), b"up")
    same("up", ours(shared(), "text", path="uploaded"))


@call("files.signed-urls-refused")
def _():
    expired = shared().download_url("signed", use_signature_expiration=-10)
    same(401, raises(urllib.error.HTTPError, lambda: fetch(expired)).code)
    url = shared().download_url("signed").replace("signature=v1_", "signature=v1_x")
    same(401, raises(urllib.error.HTTPError, lambda: fetch(url)).code)


@call("files.watch")
def _():
    shared().files.make_dir("watched")
    watch = shared().files.watch_dir("watched")
    shared().files.write("watched/new", "x")
    seen = []
    until("an event", lambda: seen.extend(watch.get_new_events()) or any(e.name == "new" for e in seen))
    watch.stop()


@call("files.watch-recursive")
def _():
    shared().files.make_dir("watched-tree/inner")
    watch = shared().files.watch_dir("watched-tree", recursive=True, include_entry=True)
    shared().files.write("watched-tree/inner/new", "x")
    seen = []
    until("an event", lambda: seen.extend(watch.get_new_events()) or any(e.name == "inner/new" for e in seen))
    holds(any(e.entry and e.entry.name == "new" for e in seen), "an event with its entry")
    shared().files.make_dir("watched-tree/later")
    until("the folder", lambda: seen.extend(watch.get_new_events()) or any(e.name == "later" for e in seen))
    shared().files.write("watched-tree/later/file", "x")
    until("its file", lambda: seen.extend(watch.get_new_events()) or any(e.name == "later/file" for e in seen))
    watch.stop()


@call("files.watch-missing")
def _():
    raises(FileNotFoundException, lambda: shared().files.watch_dir("none"))
    shared().files.write("a-file", "x")
    raises(InvalidArgumentException, lambda: shared().files.watch_dir("a-file"))


run(sys.argv[1:])
if "sandbox" in _shared:
    _shared["sandbox"].kill()
