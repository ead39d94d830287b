package dev.sandpiper.testkit.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testkit.machine.Launch;
import dev.sandpiper.testkit.machine.Perl;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sandbox's first process, {@code first-process.pl}, which starts and signals the others. */
public final class FirstProcess implements CommandStarter {
  private static final Logger log = LoggerFactory.getLogger(FirstProcess.class);

  private static final String SCRIPT = "first-process.pl";
  private static final String DONE = "done";

  private final Process perl;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock. Pending questions and pending exits.
  private final Map<Long, CompletableFuture<Answer>> questions = new HashMap<>();
  private final Map<Long, CompletableFuture<Integer>> exits = new HashMap<>();
  private long asked;
  private boolean over;

  /** A line in response to a question, and the exit of the command that it reports, if any. */
  private record Answer(String word, String rest, CompletableFuture<Integer> exit) {}

  private FirstProcess(Process perl) {
    this.perl = perl;
  }

  /** Puts its script into a directory. Null without perl. */
  public static @Nullable Path script(Path directory) throws IOException {
    if (Perl.isThere()) {
      return Files.writeString(directory.resolve(SCRIPT), Perl.script(FirstProcess.class, SCRIPT));
    }
    log.warn("no perl on this machine: signals reach no groups, deaths by them look like exits");
    return null;
  }

  public static FirstProcess start(Path script, ServerThreads threads) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("perl", script.toString());
    builder.environment().keySet().retainAll(List.of("PATH"));
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    FirstProcess first = new FirstProcess(builder.start());
    threads.run(first::read);
    return first;
  }

  @Override
  public Started start(Start start) throws IOException, Launch.RefusedException {
    List<String> texts = new ArrayList<>();
    texts.add(start.output().toString());
    texts.add(start.errors().toString());
    texts.add(start.directory());
    texts.add(Integer.toString(start.environment().size()));
    start.environment().forEach((name, value) -> texts.addAll(List.of(name, value)));
    texts.add(Integer.toString(start.words().size()));
    texts.addAll(start.words());
    Answer answer = ask("start", texts);
    if (!answer.word.equals("started")) throw new Launch.RefusedException(answer.rest);
    return new Started(Long.parseLong(answer.rest), answer.exit);
  }

  @Override
  public @Nullable String signal(long group, boolean kill) throws IOException {
    Answer answer = ask("signal", List.of(kill ? "KILL" : "TERM", Long.toString(group)));
    return answer.word.equals(DONE) ? null : answer.rest;
  }

  @Override
  public boolean release(Path file, long length) throws IOException {
    Answer answer = ask("release", List.of(file.toString(), Long.toString(length)));
    return answer.word.equals(DONE);
  }

  private Answer ask(String kind, List<String> texts) throws IOException {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    lock.lock();
    try {
      if (over) throw new IOException("the sandbox's first process has ended");
      questions.put(++asked, answer);
      ByteArrayOutputStream message = new ByteArrayOutputStream();
      write(message, kind);
      write(message, Long.toString(asked));
      for (String text : texts) write(message, text);
      OutputStream stream = perl.getOutputStream();
      message.writeTo(stream);
      stream.flush();
    } finally {
      lock.unlock();
    }
    return await(answer);
  }

  /** Preceded by its length, in four bytes. */
  private static void write(ByteArrayOutputStream message, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    message.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
    message.writeBytes(bytes);
  }

  private static Answer await(CompletableFuture<Answer> answer) throws IOException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the server is stopping");
    }
  }

  private void read() {
    try (BufferedReader lines = perl.inputReader(UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", 3);
        if (words[0].equals("ended")) {
          noteEnd(Long.parseLong(words[1]), Integer.parseInt(words[2]));
        } else {
          noteAnswer(Long.parseLong(words[1]), words[0], words.length > 2 ? words[2] : "");
        }
      }
    } catch (IOException e) {
      log.warn("the sandbox's first process is out of reach", e);
    } finally {
      noteOver();
    }
  }

  private void noteAnswer(long number, String word, String rest) {
    CompletableFuture<Integer> exit = new CompletableFuture<>();
    CompletableFuture<Answer> question;
    lock.lock();
    try {
      if (word.equals("started")) exits.put(Long.valueOf(rest), exit);
      question = questions.remove(number);
    } finally {
      lock.unlock();
    }
    if (question != null) question.complete(new Answer(word, rest, exit));
  }

  private void noteEnd(long pid, int code) {
    CompletableFuture<Integer> exit;
    lock.lock();
    try {
      exit = exits.remove(pid);
    } finally {
      lock.unlock();
    }
    if (exit != null) exit.complete(code);
  }

  private void noteOver() {
    List<CompletableFuture<Answer>> unanswered;
    List<CompletableFuture<Integer>> running;
    lock.lock();
    try {
      over = true;
      unanswered = List.copyOf(questions.values());
      running = List.copyOf(exits.values());
    } finally {
      lock.unlock();
    }
    unanswered.forEach(
        answer -> answer.completeExceptionally(new IOException("the sandbox is gone")));
    running.forEach(exit -> exit.complete(-1)); // it has killed them all
  }

  @Override
  public void close() {
    try {
      perl.getOutputStream().close();
      perl.waitFor();
    } catch (IOException e) {
      log.debug("the sandbox's first process has gone by itself", e);
    } catch (InterruptedException e) {
      perl.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
