// What ./preview-shell starts with: the imports, and a few short commands.
import dev.previews.*
import dev.previews.environment.*
import dev.previews.error.*
import dev.previews.exec.*
import dev.previews.progress.*
import dev.previews.docker.*
import dev.previews.kube.*
import dev.previews.ssh.*
import dev.previews.tunnel.*
import static dev.previews.docker.Docker.docker
import static dev.previews.kube.Kube.kube
import static dev.previews.ssh.Ssh.ssh
import static dev.previews.tunnel.Gateway.gateway

/** Where environments are brought up; say it anew for another place: previews.driver(kube()). */
Previews.Builder previews = Previews.builder().progress(ConsoleProgress.to(System.out, Integer.getInteger("preview.shell.columns", 0)))

/** Prints the services of an environment. */
void show(Preview preview) {
  System.out.printf("%n%s%n", preview.id());
  for (Service service : preview.services()) {
    System.out.printf("  %-16s %-10s %-10s %s%n", service.name(), service.state().name().toLowerCase(), service.health() == Service.Health.NONE ? "" : service.health().name().toLowerCase(), service.image());
    service.urls().values().forEach(url -> System.out.println("    " + url));
  }
}

/** Does something in a thread of its own, which is interrupted when Ctrl-C ends the command, and then ends in good order. */
<T> T interruptibly(Callable<T> work) throws Exception {
  FutureTask<T> task = new FutureTask<>(work);
  Thread thread = new Thread(task, "preview-shell");
  thread.start();
  try {
    return task.get();
  } catch (ExecutionException e) {
    throw e.getCause() instanceof Exception failure ? failure : e;
  } finally {
    thread.interrupt();
    for (int seconds = 0; thread.isAlive() && seconds < 60; seconds++) {
      try {
        thread.join(1_000);
      } catch (InterruptedException again) {
        System.out.println("ending what has begun ...");
      }
    }
  }
}

/** Brings a Compose project up; its URLs live as long as this shell. */
Preview up(String composeFile) throws Exception {
  Preview preview = interruptibly(() -> previews.up(Path.of(composeFile)));
  show(preview);
  return preview;
}

/** Brings a Compose project up under an id, which is that of this environment alone. */
Preview up(String composeFile, String id) throws Exception {
  Preview preview = interruptibly(() -> previews.build().toBuilder().id(id).up(Path.of(composeFile)));
  show(preview);
  return preview;
}

/** Prints what is up. */
void list() {
  previews.list().forEach(System.out::println);
}

/** Removes an environment. */
void down(String id) throws Exception {
  interruptibly(() -> { previews.down(id); return null; });
}
