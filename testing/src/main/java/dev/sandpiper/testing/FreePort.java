package dev.sandpiper.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for servers that do not choose one themselves. */
public final class FreePort {
  /**
   * Systems choose the ports of outgoing connections above this, so that none of those takes the
   * port between here and the server's start. (Linux from 32768 on, macOS from 49152 on.)
   */
  private static final int END = 32_000;

  private static final int FIRST = 15_000;

  private FreePort() {}

  /** A port on which nobody listens, nor is likely to until the caller does. */
  public static int any() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (isFree(port)) {
        return port;
      }
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(port));
      return true;
    } catch (BindException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
