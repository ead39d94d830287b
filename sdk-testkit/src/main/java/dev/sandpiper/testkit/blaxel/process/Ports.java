package dev.sandpiper.testkit.blaxel.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Determines whether a process listens at an address that others can reach. */
final class Ports {
  private static final Logger log = LoggerFactory.getLogger(Ports.class);
  private static final long PAUSE_MILLIS = 200;
  private static final Path PROCESSES = Path.of("/proc");
  private static final String LISTENING = "0A";

  private Ports() {}

  /**
   * Waits until a process, or a descendant of it, listens on all the ports in its start request.
   * Its end is not noticed. False if the deadline passes first.
   */
  static boolean await(ProcessRecord record, Machinery machinery, Deadline deadline)
      throws IOException, InterruptedException {
    Set<Integer> wanted = new HashSet<>(record.request().waitForPorts());
    while (!areOpen(wanted, record.group())) {
      if (deadline.isOver()) return false;
      if (machinery.isStopped()) throw new IOException("the sandbox is gone");
      Thread.sleep(PAUSE_MILLIS);
    }
    return true;
  }

  private static boolean areOpen(Set<Integer> ports, long pid) {
    if (!Files.isReadable(PROCESSES.resolve("net/tcp")))
      return ports.stream().allMatch(Ports::answers);
    Set<String> sockets = new HashSet<>();
    ProcessHandle.of(pid)
        .ifPresent(
            leader ->
                Stream.concat(Stream.of(leader), leader.descendants())
                    .forEach(process -> addSockets(process.pid(), sockets)));
    Set<Integer> open = new HashSet<>();
    for (String table : List.of("net/tcp", "net/tcp6")) addPorts(table, sockets, open);
    return open.containsAll(ports);
  }

  /** The inodes of a process's open sockets. */
  private static void addSockets(long pid, Set<String> sockets) {
    Path open = PROCESSES.resolve(pid + "/fd");
    try (DirectoryStream<Path> files = Files.newDirectoryStream(open)) {
      for (Path file : files) {
        String target = Files.readSymbolicLink(file).toString();
        if (target.startsWith("socket:[")) sockets.add(target.substring(8, target.length() - 1));
      }
    } catch (IOException e) {
      log.trace("process {} ends while it is looked at", pid, e);
    }
  }

  /** One line is one socket: number, local address in hexadecimal, remote, state, ..., inode. */
  private static void addPorts(String table, Set<String> sockets, Set<Integer> open) {
    try {
      for (String line : Files.readAllLines(PROCESSES.resolve(table))) {
        String[] words = line.trim().split("\\s+", -1);
        if (words.length < 10 || !words[3].equals(LISTENING)) continue;
        String[] address = words[1].split(":", 2);
        if (sockets.contains(words[9]) && !isLoopback(address[0])) {
          open.add(Integer.parseInt(address[1], 16));
        }
      }
    } catch (IOException e) {
      log.debug("no table {}", table, e);
    }
  }

  private static boolean isLoopback(String address) {
    return address.length() == 8
        ? address.endsWith("7F")
        : address.equals("00000000000000000000000001000000")
            || (address.startsWith("0000000000000000FFFF0000") && address.endsWith("7F"));
  }

  /** Whether any process listens, if the kernel does not report which one does. */
  private static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
