package dev.previews.ssh;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.NotFoundException;
import dev.previews.error.OwnershipException;
import dev.previews.error.PreviewException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Deadline;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import dev.previews.ssh.host.HostMachines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Hosts that environments are spread over. All are asked at once; one that does not answer is named
 * and left out, unless it is the only one. The rest does not wait for it longer than for a host
 * that is there, whatever time the call has.
 */
final class Pool {
  private static final long DOWN_NANOS = 15_000_000_000L;

  /** What a thread takes that has seen its deadline pass. */
  private static final Duration SLACK = Duration.ofSeconds(2);

  private final List<HostMachines> hosts;
  private final Map<String, Down> down = new ConcurrentHashMap<>();

  Pool(List<HostMachines> hosts) {
    this.hosts = List.copyOf(hosts);
  }

  private static final Comparator<Machine> CREATED =
      Comparator.comparing(it -> it.environment().created());

  /** What one more environment would get on a host, or why it cannot be there. */
  private record Room(long bytes, @Nullable RemoteCommandException lack) {}

  private record Down(long at, PreviewException why) {}

  /** A question to one host, to be answered within its context's deadline. */
  private interface Question<T> {
    T ask(HostMachines host, Context call);
  }

  /** What the hosts answered, and why others did not. */
  private record Answers<T>(
      Map<HostMachines, T> values, Map<HostMachines, PreviewException> failures) {}

  /** Connects to all of them and looks at them. */
  void prepare(Context call) {
    requireAny(
        askAll(
            hosts,
            call,
            call.deadline(),
            (host, limited) -> {
              host.host().prepare(limited);
              return true;
            }),
        call);
  }

  Machine ensure(MachineSpec spec, Context call) {
    if (hosts.size() == 1) {
      return hosts.get(0).ensure(spec, call);
    }
    Map<HostMachines, Optional<Machine>> found =
        ask(call, (host, limited) -> host.find(spec.id(), limited));
    Optional<Machine> known = newest(found.values());
    if (known.isPresent()) {
      return at(known.get()).ensure(spec, call);
    }
    return chosen(spec, new ArrayList<>(found.keySet()), call).ensure(spec, call);
  }

  /**
   * Chooses a host for a new environment. The choice is written down on the first by name of the
   * hosts that are up, where only the first of several processes can, so that they all take the
   * same, in whichever order their users named the hosts. What was written down by one that failed
   * does not count when that host is down by now, or full.
   */
  private HostMachines chosen(MachineSpec spec, List<HostMachines> up, Context call) {
    HostMachines arbiter = up.stream().min(Comparator.comparing(HostMachines::name)).orElseThrow();
    while (true) {
      Map<HostMachines, Room> rooms =
          ask(call, (host, limited) -> roomFor(host, host.list(limited).size(), limited));
      String name = arbiter.agree(spec, roomiest(spec.id(), rooms).name(), call);
      Optional<HostMachines> agreed =
          withRoom(rooms).map(Map.Entry::getKey).filter(host -> host.name().equals(name)).findAny();
      if (agreed.isPresent()) {
        return agreed.get();
      }
      call.notice(
          "environment "
              + spec.id()
              + " was meant for "
              + name
              + ", which is not there or has no room");
      arbiter.disagree(spec.id(), call);
    }
  }

  private static HostMachines roomiest(EnvironmentId id, Map<HostMachines, Room> rooms) {
    return withRoom(rooms)
        .max(Comparator.comparing(entry -> entry.getValue().bytes()))
        .map(Map.Entry::getKey)
        .orElseThrow(() -> noRoom(id, rooms.values()));
  }

  private static Stream<Map.Entry<HostMachines, Room>> withRoom(Map<HostMachines, Room> rooms) {
    return rooms.entrySet().stream().filter(entry -> entry.getValue().lack() == null);
  }

  private static RemoteCommandException noRoom(EnvironmentId id, Collection<Room> rooms) {
    List<RemoteCommandException> lacks =
        rooms.stream().map(Room::lack).filter(Objects::nonNull).toList();
    return new RemoteCommandException(
        "no host has room for environment " + id,
        lacks.stream().map(Throwable::getMessage).collect(Collectors.joining("\n")),
        lacks.get(0));
  }

  private static Room roomFor(HostMachines host, int environments, Context call) {
    try {
      host.host().requireRoom(call);
      return new Room(host.host().room(environments, call), null);
    } catch (RemoteCommandException e) {
      call.notice(String.valueOf(e.getMessage()));
      return new Room(0, e);
    }
  }

  Optional<Machine> find(EnvironmentId id, Context call) {
    return newest(ask(call, (host, limited) -> host.find(id, limited)).values());
  }

  private static Optional<Machine> newest(Iterable<Optional<Machine>> found) {
    List<Machine> machines = new ArrayList<>();
    found.forEach(one -> one.ifPresent(machines::add));
    return machines.stream().max(CREATED);
  }

  /**
   * An environment that was made anew while its host was away is on two of them: then it is the
   * newer one, as for {@link #find}.
   */
  List<Machine> list(Context call) {
    Map<EnvironmentId, Machine> machines = new TreeMap<>();
    for (List<Machine> some : ask(call, (host, limited) -> host.list(limited)).values()) {
      for (Machine one : some) {
        Machine other = machines.get(one.id());
        if (other != null) {
          call.notice(
              "environment "
                  + one.id()
                  + " is on "
                  + name(one)
                  + " and on "
                  + name(other)
                  + "; down removes both");
        }
        machines.merge(one.id(), one, (a, b) -> CREATED.compare(a, b) < 0 ? b : a);
      }
    }
    return List.copyOf(machines.values());
  }

  /**
   * Removes it from all hosts that answer. One that does not is named; if it is known to have the
   * environment, that is a failure, and nothing is removed.
   */
  void delete(EnvironmentId id, VolumePolicy volumes, Context call) {
    if (hosts.size() == 1) {
      hosts.get(0).delete(id, volumes, call);
      return;
    }
    Answers<List<String>> traces =
        askAll(hosts, call, patience(call), (host, limited) -> host.traces(id, limited));
    requireAny(traces, call);
    traces
        .failures()
        .forEach(
            (host, why) -> {
              if (traces.values().values().stream().anyMatch(it -> it.contains(host.name()))) {
                throw new ConnectionException(
                    "environment "
                        + id
                        + " is on "
                        + host.name()
                        + ", which cannot be reached, so it was not removed: "
                        + why.getMessage(),
                    why);
              }
              call.notice("if environment " + id + " is on " + host.name() + ", it is still there");
            });
    Answers<Boolean> removals =
        askAll(
            List.copyOf(traces.values().keySet()),
            call,
            call.deadline(),
            (host, limited) -> {
              host.delete(id, volumes, limited);
              return true;
            });
    Iterator<PreviewException> failures = removals.failures().values().iterator();
    if (failures.hasNext()) {
      PreviewException first = failures.next();
      failures.forEachRemaining(first::addSuppressed);
      throw first;
    }
  }

  /** The host of a machine. */
  HostMachines at(Machine machine) {
    String name = name(machine);
    return hosts.stream()
        .filter(host -> host.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new NotFoundException(
                    machine + " is on " + name + ", which is not among the hosts"));
  }

  private static String name(Machine machine) {
    return machine.properties().getOrDefault(HostMachines.HOST, "");
  }

  /**
   * Asks all hosts at once; those that fail are named and left out, if not all do. One that did not
   * answer a moment ago is not asked.
   */
  private <T> Map<HostMachines, T> ask(Context call, Question<T> question) {
    if (hosts.size() == 1) {
      return Map.of(hosts.get(0), question.ask(hosts.get(0), call));
    }
    Map<HostMachines, PreviewException> away = new LinkedHashMap<>();
    for (HostMachines host : hosts) {
      Down known = down.get(host.name());
      if (known != null && System.nanoTime() - known.at() < DOWN_NANOS) {
        away.put(host, known.why());
      }
    }
    List<HostMachines> there = hosts.stream().filter(host -> !away.containsKey(host)).toList();
    Answers<T> answers = askAll(there, call, patience(call), question);
    answers.failures().putAll(away);
    return requireAny(answers, call);
  }

  /**
   * As long as a host may take that is there: a connection that turns out to be dead, and a new
   * one.
   */
  private Deadline patience(Context call) {
    return call.deadline()
        .within(
            hosts.stream()
                .map(host -> host.host().patience())
                .max(Comparator.naturalOrder())
                .orElseThrow());
  }

  private static <T> Map<HostMachines, T> requireAny(Answers<T> answers, Context call) {
    answers
        .failures()
        .forEach(
            (host, why) -> call.notice("leaving " + host.name() + " out: " + why.getMessage()));
    if (answers.values().isEmpty()) {
      List<PreviewException> failures = List.copyOf(answers.failures().values());
      if (failures.size() == 1) {
        throw failures.get(0);
      }
      ConnectionException none =
          new ConnectionException(
              "none of the hosts can be used: " + answers.failures().keySet(),
              failures.stream()
                  .map(failure -> "- " + failure.getMessage())
                  .collect(Collectors.joining("\n")),
              failures.get(0));
      failures.stream().skip(1).forEach(none::addSuppressed);
      throw none;
    }
    return answers.values();
  }

  private <T> Answers<T> askAll(
      List<HostMachines> asked, Context call, Deadline limit, Question<T> question) {
    Context limited = Context.of(limit, call::report);
    Map<HostMachines, CompletableFuture<T>> pending = new LinkedHashMap<>();
    for (HostMachines host : asked) {
      pending.put(
          host,
          CompletableFuture.supplyAsync(
                  () -> question.ask(host, limited),
                  work -> {
                    Thread thread = new Thread(work, "preview-ssh-ask " + host.name());
                    thread.setDaemon(true);
                    thread.start();
                  })
              .orTimeout(limit.remaining().plus(SLACK).toMillis(), TimeUnit.MILLISECONDS));
    }
    Answers<T> answers = new Answers<>(new LinkedHashMap<>(), new LinkedHashMap<>());
    pending.forEach(
        (host, one) -> {
          try {
            answers.values().put(host, one.join());
            down.remove(host.name());
          } catch (CompletionException e) {
            answers.failures().put(host, failure(host, limit, call, e));
          }
        });
    return answers;
  }

  /** Why a host did not answer; one that cannot be reached is remembered. */
  private PreviewException failure(
      HostMachines host, Deadline limit, Context call, CompletionException e) {
    if (e.getCause() instanceof OwnershipException somebodyElses) {
      throw somebodyElses;
    }
    PreviewException why;
    if (e.getCause() instanceof TimeoutException) {
      why = limit.expired("an answer of " + host, "nothing");
    } else if (e.getCause() instanceof PreviewException known) {
      why = known;
    } else if (e.getCause() instanceof RuntimeException other) {
      throw other;
    } else {
      throw e;
    }
    boolean away =
        why instanceof ConnectionException
            || (why instanceof DeadlineException && !call.deadline().passed());
    if (away) {
      down.put(host.name(), new Down(System.nanoTime(), why));
    }
    return why;
  }

  void close() {
    hosts.forEach(host -> host.host().close());
  }

  @Override
  public String toString() {
    return hosts.stream().map(HostMachines::name).toList().toString();
  }
}
