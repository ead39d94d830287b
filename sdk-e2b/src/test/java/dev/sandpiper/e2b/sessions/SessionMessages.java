package dev.sandpiper.e2b.sessions;

import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;

/** What a session is asked and answers about processes in more than one test. */
final class SessionMessages {
  static final String POST = "POST /sessions/s1/processes";
  static final String LOOK = "GET /sessions/s1/processes/p1";
  static final String WAIT = "GET /sessions/s1/processes/p1?wait=true";

  private SessionMessages() {}

  /** A line in an answer. */
  static String line(String text, long nanos) {
    return "{\"line\": \"" + text + "\", \"timestamp\": " + nanos + "}";
  }

  static String state(boolean finished, List<String> stdout, List<String> stderr) {
    return "{\"stdout\": "
        + stdout
        + ", \"stderr\": "
        + stderr
        + ", \"finished\": "
        + finished
        + ", \"processID\": \"p1\"}";
  }

  static List<String> lines(int from, int to) {
    return IntStream.rangeClosed(from, to)
        .mapToObj(n -> line("line " + n, n))
        .collect(Collectors.toList());
  }

  static List<ProcessEvent> events(Process process) {
    List<ProcessEvent> events = new ArrayList<>();
    process.events().forEach(events::add);
    return events;
  }

  static List<String> texts(List<ProcessEvent> events) {
    return events.stream()
        .filter(Output.class::isInstance)
        .map(event -> ((Output) event).text())
        .toList();
  }

  static MockResponse cut() {
    return new MockResponse.Builder()
        .onResponseStart(SocketEffect.ShutdownConnection.INSTANCE)
        .build();
  }
}
