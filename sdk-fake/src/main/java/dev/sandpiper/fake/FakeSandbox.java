package dev.sandpiper.fake;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Endpoint;
import dev.sandpiper.Failure;
import dev.sandpiper.Filesystem;
import dev.sandpiper.Processes;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxNotRunningException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** One connection to a machine. */
final class FakeSandbox implements Sandbox {
  private final FakeSandboxes account;
  private final Machine machine;
  private final FakeProcesses processes;
  private final FakeFiles files;
  private volatile boolean killsOnClose;

  FakeSandbox(FakeSandboxes account, Machine machine, boolean killsOnClose) {
    this.account = account;
    this.machine = machine;
    this.killsOnClose = killsOnClose;
    this.files = new FakeFiles(machine.disk, this::called);
    this.processes = new FakeProcesses(this, machine);
  }

  FakeRun script(Command command) {
    return account.script(command, new FakeFiles(machine.disk, (operation, subject, needed) -> {}));
  }

  void called(String operation, String subject, Capability... needed) {
    called(FakeCall.of(operation, machine.id, subject), needed);
  }

  void called(FakeCall call, Capability... needed) {
    account.called(call, needed);
    if (machine.isGone()) {
      throw new SandboxNotRunningException(
          Failure.of(call.operation(), machine.id, "the sandbox was killed"), null, null);
    }
  }

  @Override
  public String id() {
    return machine.id;
  }

  @Override
  public Processes processes() {
    return processes;
  }

  @Override
  public Filesystem files() {
    return files;
  }

  @Override
  public Endpoint endpoint(int port) {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port must be 1 to 65535: " + port);
    }
    return new Endpoint(URI.create("https://" + port + "-" + machine.id + ".invalid"), Map.of());
  }

  @Override
  public String workingDirectory() {
    return Disk.HOME;
  }

  @Override
  public String homeDirectory() {
    return Disk.HOME;
  }

  @Override
  public SandboxInfo info() {
    called("info", machine.id);
    return machine.info();
  }

  @Override
  public Set<Capability> capabilities() {
    return account.capabilities();
  }

  @Override
  public void expireIn(Duration timeToLive) {
    called("expireIn", timeToLive.toString(), Capability.EXPIRY);
    machine.expireIn(timeToLive);
  }

  @Override
  public boolean kill() {
    account.called(FakeCall.of("kill", machine.id, machine.id));
    return account.end(machine);
  }

  @Override
  public String detach() {
    killsOnClose = false;
    return machine.id;
  }

  @Override
  public void close() {
    if (killsOnClose) {
      killsOnClose = false;
      account.end(machine);
    }
  }
}
