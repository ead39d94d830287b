package dev.sandpiper.testkit.faults;

import dev.sandpiper.testkit.faults.Fault.Effect;
import dev.sandpiper.testkit.faults.Fault.Side;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The requests and responses of one connection over HTTP/2, without TLS. */
final class Http2Passage {
  static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final Set<Effect> OF_WHOLE_FRAMES =
      Set.of(Effect.STALL, Effect.RESET_STREAM, Effect.INSERT);

  private final Link link;
  private final FaultPlan plan;
  private final OutputStream toClient;
  private final OutputStream toServer;
  private final HeaderBlocks heads = new HeaderBlocks();
  private final Set<Integer> begun = ConcurrentHashMap.newKeySet();
  private final Set<Integer> withheld = ConcurrentHashMap.newKeySet(); // their frames are dropped
  private final Map<Integer, Injection> ofRequests = new ConcurrentHashMap<>();
  private final Map<Integer, Injection> ofResponses = new ConcurrentHashMap<>();
  private final CountDownLatch introduced = new CountDownLatch(1); // the server's first frame
  private @Nullable Frame firstOfHead;
  private boolean goneAway;

  Http2Passage(Link link, FaultPlan plan) throws IOException {
    this.link = link;
    this.plan = plan;
    this.toClient = link.toClient();
    this.toServer = link.toServer();
  }

  /** Passes frames of the client after the preface, until it has disconnected. */
  void requests(DataInputStream in) throws IOException {
    try {
      while (true) {
        Frame frame = Frame.read(in);
        if (link.letsThrough()) request(frame);
      }
    } catch (EOFException e) {
      link.clientEnded();
    }
  }

  /** Passes frames of the server, until it has disconnected. */
  void responses() throws IOException {
    DataInputStream in = new DataInputStream(link.fromServer());
    try {
      while (true) {
        Frame frame = Frame.read(in);
        if (link.letsThrough()) pass(frame, ofResponses, toClient, toServer);
        introduced.countDown();
      }
    } catch (EOFException e) {
      link.serverEnded();
    }
  }

  private void request(Frame frame) throws IOException {
    if (frame.type() != Frame.HEADERS && frame.type() != Frame.CONTINUATION) {
      pass(frame, ofRequests, toServer, toClient);
      return;
    }
    Frame first = frame.type() == Frame.HEADERS || firstOfHead == null ? frame : firstOfHead;
    firstOfHead = first;
    heads.add(frame);
    if (frame.has(Frame.END_HEADERS)) {
      HeaderBlocks.Head head = heads.end(frame.stream(), first.flags() & Frame.END_STREAM);
      if (begun.add(frame.stream())) begin(frame.stream(), head.text());
      for (Frame each : head.frames()) {
        pass(each, ofRequests, toServer, toClient);
      }
    }
  }

  private void begin(int stream, String head) throws IOException {
    if (goneAway) {
      withheld.add(stream);
      return;
    }
    PlannedFault planned = plan.take(head);
    if (planned == null) return;
    if (planned.fault.effect.needsHttp1()) {
      planned.isNotIn("HTTP/2");
      return;
    }
    if (planned.fault.effect.isDecidedByTheHead()) {
      withhold(stream, planned);
    } else {
      Injection injection = new Injection(planned, link, planned.fault.moment.watch());
      (planned.fault.side == Side.REQUEST ? ofRequests : ofResponses).put(stream, injection);
    }
  }

  private void withhold(int stream, PlannedFault planned) throws IOException {
    withheld.add(stream);
    awaitIntroduction();
    planned.injected();
    switch (planned.fault.effect) {
      case REFUSE_STREAM ->
          send(Frame.of(Frame.RST_STREAM, 0, stream, Frame.REFUSED_STREAM), toClient);
      case GO_AWAY -> {
        goneAway = true;
        send(Frame.of(Frame.GOAWAY, 0, 0, Math.max(0, stream - 2), 0), toClient);
      }
      default -> {
        for (Frame frame : HeaderBlocks.response(planned.fault.response, stream)) {
          send(frame, toClient);
        }
      }
    }
  }

  /** A client accepts no frame before the server's initial SETTINGS. */
  private void awaitIntroduction() throws IOException {
    while (introduced.getCount() > 0) {
      link.pause(Duration.ofMillis(1));
    }
  }

  private void pass(
      Frame frame, Map<Integer, Injection> injections, OutputStream out, OutputStream back)
      throws IOException {
    if (withheld.contains(frame.stream())) {
      giveBack(frame, back);
      return;
    }
    Injection injection = injections.get(frame.stream());
    boolean isMessage = frame.type() == Frame.DATA || frame.type() == Frame.HEADERS;
    if (injection == null || !isMessage) {
      send(frame, out);
      return;
    }
    boolean counts = frame.type() == Frame.DATA || injection.planned().fault.moment.headCounts();
    int at = counts ? injection.reachedIn(frame.payload(), 0, frame.payload().length) : -1;
    if (at >= 0 && OF_WHOLE_FRAMES.contains(injection.planned().fault.effect)) {
      breakStream(frame, injection, at, out);
    } else {
      passParts(frame.bytes(), injection, at, out);
    }
  }

  /** Restores the connection's flow-control window for dropped data. */
  private void giveBack(Frame frame, OutputStream back) throws IOException {
    if (frame.type() == Frame.DATA && frame.payload().length > 0) {
      send(Frame.of(Frame.WINDOW_UPDATE, 0, 0, frame.payload().length), back);
    }
  }

  private void passParts(byte[] bytes, Injection injection, int at, OutputStream out)
      throws IOException {
    synchronized (out) {
      if (at < 0) {
        injection.write(bytes, 0, bytes.length, out);
        return;
      }
      int before = Frame.HEADER_SIZE + at;
      out.write(bytes, 0, before);
      out.flush();
      if (injection.begin(out)) injection.write(bytes, before, bytes.length - before, out);
    }
  }

  /** Applies the fault to one stream while the others of the connection continue. */
  private void breakStream(Frame frame, Injection injection, int at, OutputStream out)
      throws IOException {
    int end = frame.payload().length;
    boolean isData = frame.type() == Frame.DATA;
    Fault fault = injection.planned().fault;
    injection.happened();
    if (isData && at > 0) send(frame.part(0, at, 0), out);
    if (fault.effect == Effect.INSERT) {
      if (!isData) send(frame, out);
      send(new Frame(Frame.DATA, 0, frame.stream(), fault.inserted), out);
      if (isData) send(frame.part(at, end, frame.flags()), out);
    } else {
      withheld.add(frame.stream());
    }
    if (fault.effect == Effect.RESET_STREAM) {
      send(Frame.of(Frame.RST_STREAM, 0, frame.stream(), fault.code), toClient);
      send(Frame.of(Frame.RST_STREAM, 0, frame.stream(), Frame.CANCEL), toServer);
    }
  }

  private static void send(Frame frame, OutputStream out) throws IOException {
    synchronized (out) {
      out.write(frame.bytes());
      out.flush();
    }
  }
}
