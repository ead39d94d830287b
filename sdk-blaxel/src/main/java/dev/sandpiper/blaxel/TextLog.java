package dev.sandpiper.blaxel;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.PrefixedLogReader;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the server's log of a process as the text that it sends, where the files behind it cannot
 * be read; to its end, on a thread of its own, because a stream that was left behind makes the
 * server write into other answers.
 */
final class TextLog implements Runnable {
  static final String TEXT =
      "its output's files cannot be read: this is the server's log, a text in which pieces are cut"
          + " and mixed";
  static final String BROKEN = "the server's log broke off: what was written from then on";

  private static final Logger log = LoggerFactory.getLogger(TextLog.class);
  private static final int PIECE = 64 << 10;

  private final ProcessRef ref;
  private final ProcessApi api;
  private final StreamedEvents events;
  private final StreamDrain record;

  /**
   * @param record follows the process once the log has ended
   */
  TextLog(ProcessRef ref, ProcessApi api, StreamedEvents events, StreamDrain record) {
    this.ref = ref;
    this.api = api;
    this.events = events;
    this.record = record;
  }

  @Override
  public void run() {
    try {
      follow();
    } catch (SandboxException e) {
      events.fail(e);
    } catch (RuntimeException | Error e) {
      events.fail(new IllegalStateException("the reader of " + ref + " died", e));
      throw e;
    }
  }

  private void follow() {
    events.put(StreamMessages.gap(Channel.STDOUT, TEXT));
    events.put(StreamMessages.gap(Channel.STDERR, TEXT));
    try (HttpResponse response = api.log(ref.processId())) {
      PrefixedLogReader reader = new PrefixedLogReader(response.source(), PIECE);
      PrefixedLogReader.Piece piece;
      while ((piece = reader.next()) != null) {
        Channel channel = piece.channel();
        events.put(
            Output.of(channel == null ? Channel.STDOUT : channel, piece.bytes().toByteArray()));
      }
    } catch (CancelledException e) {
      throw e;
    } catch (IOException | ConnectionLostException | DeadlineExceededException e) {
      log.warn("{}: {}; its record is asked from now on", ref, e.toString());
      record.followRecord(BROKEN, e);
      return;
    }
    record.followRecord(null, null);
  }
}
