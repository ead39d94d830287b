package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testkit.machine.Threads;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Path;
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
final class FirstProcess implements CommandStarter {
  private static final Logger log = LoggerFactory.getLogger(FirstProcess.class);

  private static final String DONE = "done";

  private final Process perl;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock. What was asked and not yet answered, and the ends that are to come.
  private final Map<Long, CompletableFuture<Answer>> questions = new HashMap<>();
  private final Map<Long, CompletableFuture<Integer>> exits = new HashMap<>();
  private long asked;
  private boolean over;

  /** A line about a question, and the end of the command that it tells of, if it does. */
  private record Answer(String word, String rest, CompletableFuture<Integer> exit) {}

  private FirstProcess(Process perl) {
    this.perl = perl;
  }

  static FirstProcess start(Path script, Threads threads) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("perl", script.toString());
    builder.environment().keySet().retainAll(List.of("PATH"));
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    FirstProcess first = new FirstProcess(builder.start());
    threads.run(first::read);
    return first;
  }

  @Override
  public Started start(Start start) throws IOException, RefusedException {
    Answer answer = ask(data -> write(data, start));
    if (!answer.word.equals("started")) throw new RefusedException(answer.rest);
    return new Started(Long.parseLong(answer.rest), answer.exit);
  }

  @Override
  public @Nullable String signal(long group, boolean kill) throws IOException {
    Answer answer =
        ask(
            data -> {
              write(data, kill ? "KILL" : "TERM");
              write(data, Long.toString(group));
            },
            "signal");
    return answer.word.equals(DONE) ? null : answer.rest;
  }

  @Override
  public boolean release(Path file, long length) throws IOException {
    Answer answer =
        ask(
            data -> {
              write(data, file.toString());
              write(data, Long.toString(length));
            },
            "release");
    return answer.word.equals(DONE);
  }

  private interface Question {
    void write(DataOutputStream data) throws IOException;
  }

  private Answer ask(Question question) throws IOException {
    return ask(question, "start");
  }

  private Answer ask(Question question, String kind) throws IOException {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    lock.lock();
    try {
      if (over) throw new IOException("the sandbox's first process has ended");
      questions.put(++asked, answer);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream data = new DataOutputStream(bytes);
      write(data, kind);
      write(data, Long.toString(asked));
      question.write(data);
      OutputStream stream = perl.getOutputStream();
      stream.write(bytes.toByteArray());
      stream.flush();
    } finally {
      lock.unlock();
    }
    return await(answer);
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

  private static void write(DataOutputStream data, Start start) throws IOException {
    write(data, start.output().toString());
    write(data, start.errors().toString());
    write(data, start.directory());
    write(data, Integer.toString(start.environment().size()));
    for (Map.Entry<String, String> variable : start.environment().entrySet()) {
      write(data, variable.getKey());
      write(data, variable.getValue());
    }
    write(data, Integer.toString(start.words().size()));
    for (String word : start.words()) write(data, word);
  }

  private static void write(DataOutputStream data, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    data.writeInt(bytes.length);
    data.write(bytes);
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
