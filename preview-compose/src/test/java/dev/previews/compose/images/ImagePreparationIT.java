package dev.previews.compose.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.compose.cli.ComposeCli;
import dev.previews.compose.cli.EngineSocket;
import dev.previews.compose.model.Build;
import dev.previews.compose.model.DeployableModel;
import dev.previews.compose.model.DeployedService;
import dev.previews.engine.Engine;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.exec.Execution;
import dev.previews.machines.TestImages;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Dialer;
import dev.previews.spi.Endpoint;
import dev.previews.spi.Machine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the engine at hand to an engine in a container, which can pull nothing. */
class ImagePreparationIT {
  private static final long MEGABYTE = 1_000_000;
  private static final ComposeCli CLI = new ComposeCli(System.getenv());

  private static EngineContainer container;
  private static EngineSocket socket;
  private static Engine engine;

  private final String id = "t" + UUID.randomUUID().toString().substring(0, 12);
  private final List<String> localImages = new ArrayList<>();
  private final List<ProgressEvent> events = Collections.synchronizedList(new ArrayList<>());
  private final Context context = Context.of(Deadline.in(Duration.ofMinutes(5)), events::add);
  private final ImageStore store = new ImageStore(engine, context.deadline());

  @TempDir Path directory;

  private Machine machine;
  private Connection connection;

  @BeforeAll
  static void startMachine() throws Exception {
    TestImages.requireEngine();
    container = EngineContainer.start();
    Dialer dialer = () -> container.dial(Endpoint.engine());
    engine = Engine.open(dialer, Deadline.in(Duration.ofMinutes(1)));
    socket = EngineSocket.open(dialer);
  }

  @AfterAll
  static void removeMachine() {
    if (socket != null) {
      socket.close();
    }
    if (engine != null) {
      engine.close();
    }
    if (container != null) {
      container.close();
    }
  }

  @BeforeEach
  void makeDirectory() throws Exception {
    machine = container.machine(id);
    connection = container;
  }

  @AfterEach
  void removeLocalImages() throws Exception {
    for (String image : localImages) {
      Docker.call("image", "rm", "--force", image);
    }
  }

  @Test
  void sendsAnImageThatIsInNoRegistryOnce() throws Exception {
    String image = localImage("app", TestImages.busybox(), 1);
    DeployableModel model = model(List.of(service("web", image, "")), List.of());

    PreparedImages first = prepare(model);
    assertThat(first).isEqualTo(new PreparedImages(List.of(), List.of(image), List.of()));
    assertThat(localId(image)).isEqualTo(store.find(image).orElseThrow().id());
    assertThat(lastSent(image).bytes()).isGreaterThan(MEGABYTE);

    events.clear();
    assertThat(prepare(model)).isEqualTo(new PreparedImages(List.of(), List.of(), List.of()));
    assertThat(events).isEmpty();
  }

  @Test
  void sendsOnlyTheLayersThatAreMissing() throws Exception {
    String lower = localImage("lower", TestImages.busybox(), 8);
    prepare(model(List.of(service("web", lower, "")), List.of()));
    int layers = store.find(lower).orElseThrow().layers().size();

    String upper = localImage("upper", lower, 2);
    prepare(model(List.of(service("web", upper, "")), List.of()));
    ProgressEvent.ImageSent sent = lastSent(upper);
    assertThat(sent.layersPresent()).isEqualTo(layers);
    assertThat(sent.layersSent()).isEqualTo(1);
    assertThat(sent.bytes()).isBetween(2 * MEGABYTE, 2 * MEGABYTE + 100_000);
    assertThat(store.find(upper).orElseThrow().layers()).hasSize(layers + 1);
    assertThat(runOnMachine(upper, "wc", "-c", "/file")).startsWith(2 * MEGABYTE + " ");
  }

  @Test
  void sendsAnImageAgainThatChanged() throws Exception {
    String image = localImage("app", TestImages.busybox(), 1);
    DeployableModel model = model(List.of(service("web", image, "")), List.of());
    prepare(model);
    String before = store.find(image).orElseThrow().id();

    localImage("app", TestImages.busybox(), 1);
    assertThat(prepare(model).sent()).containsExactly(image);
    assertThat(store.find(image).orElseThrow().id()).isNotEqualTo(before);
    assertThat(localId(image)).isEqualTo(store.find(image).orElseThrow().id());
  }

  @Test
  void imagesOfOneModelShareWhatWasSent() throws Exception {
    String lower = localImage("lower", TestImages.busybox(), 4);
    String upper = localImage("upper", lower, 1);
    DeployableModel model =
        model(List.of(service("a", lower, ""), service("b", upper, "missing")), List.of());
    assertThat(prepare(model).sent()).containsExactly(lower, upper);
    assertThat(lastSent(upper).bytes()).isLessThan(2 * MEGABYTE);
  }

  @Test
  void leavesTheRestToCompose() throws Exception {
    String always = localImage("always", TestImages.busybox(), 1);
    String unknown = "example.invalid/nowhere:1";
    DeployableModel model =
        model(List.of(service("a", always, "always"), service("b", unknown, "")), List.of());
    assertThat(prepare(model))
        .isEqualTo(new PreparedImages(List.of(), List.of(), List.of(always, unknown)));
    assertThat(store.find(always)).isEmpty();
  }

  @Test
  void sendsWhatCouldNotBePulled() throws Exception {
    String image = localImage("app", TestImages.busybox(), 1);
    assertThat(preparation(System.getenv()).sendMissing(List.of(image, "nowhere:1"), context))
        .containsExactly(image);
    assertThat(store.find(image)).isPresent();
    assertThat(preparation(System.getenv()).sendMissing(List.of(image, "nowhere:1"), context))
        .isEmpty();
  }

  @Test
  void withoutALocalEngineNothingIsSent() throws Exception {
    String image = localImage("app", TestImages.busybox(), 1);
    DeployableModel model = model(List.of(service("web", image, "")), List.of());
    Map<String, String> noEngine = Map.of("DOCKER_HOST", "unix:///nowhere.sock");
    Map<String, String> noCli = Map.of("DOCKER_HOST", "ssh://nowhere");
    Map<String, String> noAddress = Map.of("DOCKER_CONTEXT", "nowhere");
    for (Map<String, String> each : List.of(noEngine, noCli, noAddress)) {
      assertThat(preparation(each).prepare(model, context).toPull()).containsExactly(image);
    }
  }

  @Test
  void sendsNothingToTheLocalEngineItself() throws Exception {
    String image = localImage("app", TestImages.busybox(), 1);
    try (Engine local = new LocalEngine(System.getenv()).open(context.deadline()).orElseThrow()) {
      ImageStore here = new ImageStore(local, context.deadline());
      LocalImages images =
          new LocalImages(new LocalEngine(System.getenv()), here, () -> {}, context);
      assertThat(images.sendUnpullable(List.of(image, "nowhere:1"), new ImageState())).isEmpty();
      assertThat(images.sendMissing(List.of(image, "nowhere:1"), new ImageState())).isEmpty();
    }
    assertThat(events).isEmpty();
  }

  @Test
  void garbageIsAnError() {
    assertThatThrownBy(() -> store.load(sink -> sink.write(new byte[10_000])))
        .isInstanceOf(RemoteCommandException.class);
    byte[] text = "no archive".repeat(999).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> store.load(sink -> sink.write(text)))
        .isInstanceOf(RemoteCommandException.class);
  }

  @Test
  void anImageWithoutLayersThatAreNotThereIsAnError() throws Exception {
    String image = localImage("app", TestImages.busybox(), 1);
    try (Engine local = new LocalEngine(System.getenv()).open(context.deadline()).orElseThrow()) {
      ImageStore here = new ImageStore(local, context.deadline());
      StoredImage found = here.find(image).orElseThrow();
      ImageSender sender = new ImageSender(here, store, context);
      assertThatThrownBy(() -> sender.attempt(image, found, new HashSet<>(found.layers())))
          .isInstanceOf(RemoteCommandException.class);
      assertThat(store.find(image)).isEmpty();
    }
  }

  @Test
  void sendsAnImageWholeWhenItsLayersWentMeanwhile() throws Exception {
    String image = localImage("app", TestImages.busybox(), 1);
    try (Engine local = new LocalEngine(System.getenv()).open(context.deadline()).orElseThrow()) {
      ImageStore here = new ImageStore(local, context.deadline());
      StoredImage found = here.find(image).orElseThrow();
      ImageSender sender = new ImageSender(here, store, context);
      sender.send(image, found);
      engine.client().removeImageCmd(image).withForce(true).exec();
      assertThat(sender.send(image, found).layers()).isEqualTo(found.layers());
      assertThat(lastSent(image).layersPresent()).isZero();
    }
  }

  @Test
  void buildsOnlyWhatChanged() throws Exception {
    String base = localImage("base", TestImages.busybox(), 1);
    Path source = Files.createDirectory(directory.resolve("web"));
    Files.writeString(source.resolve("Dockerfile"), "FROM " + base + "\nCOPY page /page\n");
    Files.writeString(source.resolve("page"), "one");
    settle();
    DeployableModel model = model(List.of(), List.of("web"));

    PreparedImages first = prepare(model);
    assertThat(first.built()).containsExactly("web");
    assertThat(first.sent()).containsExactly(base);
    assertThat(events).anyMatch(event -> event instanceof ProgressEvent.Output);
    String before = builtId("web");

    events.clear();
    PreparedImages again = prepareWithoutCli(model);
    assertThat(again).isEqualTo(new PreparedImages(List.of(), List.of(), List.of()));
    assertThat(events).isEmpty();
    assertThat(builtId("web")).isEqualTo(before);

    Files.writeString(source.resolve("page"), "two");
    settle();
    assertThat(prepare(model).built()).containsExactly("web");
    assertThat(builtId("web")).isNotEqualTo(before);
    assertThat(runOnMachine(id + "-web", "cat", "/page")).isEqualTo("two");
  }

  @Test
  void buildsAgainWhatIsGoneOrStartsFromAnotherImage() throws Exception {
    String base = localImage("base", TestImages.busybox(), 1);
    Path source = Files.createDirectory(directory.resolve("web"));
    Files.writeString(source.resolve("Dockerfile"), "FROM " + base + "\n");
    settle();
    DeployableModel model = model(List.of(), List.of("web"));
    prepare(model);
    String before = builtId("web");

    localImage("base", TestImages.busybox(), 1);
    PreparedImages other = prepare(model);
    assertThat(other.sent()).containsExactly(base);
    assertThat(other.built()).containsExactly("web");
    assertThat(builtId("web")).isNotEqualTo(before);

    engine.client().removeImageCmd(id + "-web").withForce(true).exec();
    assertThat(prepare(model).built()).containsExactly("web");
    assertThat(store.find(id + "-web")).isPresent();
  }

  @Test
  void namesTheServiceThatCannotBeBuilt() throws Exception {
    String base = localImage("base", TestImages.busybox(), 1);
    for (String service : List.of("good", "bad")) {
      Path source = Files.createDirectory(directory.resolve(service));
      String run = service.equals("bad") ? "RUN echo the reason; false\n" : "";
      Files.writeString(source.resolve("Dockerfile"), "FROM " + base + "\n" + run);
    }
    settle();
    assertThatThrownBy(() -> prepare(model(List.of(), List.of("good", "bad"))))
        .isInstanceOf(RemoteCommandException.class)
        .hasMessageContaining("service 'bad' could not be built")
        .hasMessageContaining("the reason");
    assertThat(prepare(model(List.of(), List.of("good"))).built()).containsExactly("good");
  }

  private PreparedImages prepare(DeployableModel model) {
    return prepare(preparation(System.getenv()), model);
  }

  /** Fails when it needs Compose. */
  private PreparedImages prepareWithoutCli(DeployableModel model) {
    ComposeCli none = new ComposeCli(Map.of());
    return prepare(
        new ImagePreparation(
            none, socket, engine, machine, connection, this::noted, System.getenv()),
        model);
  }

  private PreparedImages prepare(ImagePreparation preparation, DeployableModel model) {
    PreparedImages prepared = preparation.prepare(model, context);
    preparation.note(context);
    return prepared;
  }

  private ImagePreparation preparation(Map<String, String> environment) {
    return new ImagePreparation(CLI, socket, engine, machine, connection, this::noted, environment);
  }

  /** What the last one noted on the machine. */
  private String noted() {
    ByteArrayOutputStream noted = new ByteArrayOutputStream();
    Command cat = Command.of("cat", ImageStateFile.path(machine)).stdout(noted);
    try (Execution execution = connection.exec(cat)) {
      execution.await();
    }
    return noted.toString(StandardCharsets.UTF_8);
  }

  /** An image with one more layer, of so many megabytes of noise in one file. */
  private String localImage(String name, String base, int megabytes) throws Exception {
    String image = "dev.previews.test/" + id + "-" + name + ":1";
    localImages.add(image);
    Path source = Files.createDirectories(directory.resolve("local-" + UUID.randomUUID()));
    byte[] noise = new byte[(int) (megabytes * MEGABYTE)];
    new Random().nextBytes(noise);
    Files.write(source.resolve("file"), noise);
    Docker.build(image, "FROM " + base + "\nCOPY file /file\n", source);
    return image;
  }

  private static String localId(String image) throws Exception {
    return Docker.run("image", "inspect", "--format", "{{.Id}}", image);
  }

  private String builtId(String service) {
    return store.find(id + "-" + service).orElseThrow().id();
  }

  private String runOnMachine(String image, String... argv) throws Exception {
    List<String> run = new ArrayList<>(List.of("run", "--rm", "--network", "none", image));
    run.addAll(List.of(argv));
    return container.docker(run);
  }

  private ProgressEvent.ImageSent lastSent(String image) {
    return events.stream()
        .filter(ProgressEvent.ImageSent.class::isInstance)
        .map(ProgressEvent.ImageSent.class::cast)
        .filter(event -> event.image().equals(image))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  private static DeployedService service(String name, String image, String pullPolicy) {
    return new DeployedService(name, image, pullPolicy, 1, false);
  }

  /** A model of services that run images, and of services that are built from a directory each. */
  private DeployableModel model(List<DeployedService> running, List<String> built)
      throws IOException {
    ObjectNode tree = new ObjectMapper().createObjectNode().put("name", id);
    List<DeployedService> services = new ArrayList<>(running);
    List<Build> builds = new ArrayList<>();
    for (String name : built) {
      Path source = directory.resolve(name).toRealPath();
      String image = id + "-" + name;
      ObjectNode service = tree.withObject("/services/" + name).put("image", image);
      ObjectNode build = service.putObject("build").put("context", source.toString());
      build.put("dockerfile", "Dockerfile");
      services.add(service(name, image, ""));
      builds.add(new Build(name, image, build.toString(), List.of(source), false));
    }
    return new DeployableModel(
        id,
        directory,
        "",
        tree.toString(),
        Map.of(),
        List.of(),
        List.of(),
        List.of(),
        services,
        builds);
  }

  /** What changed just now is built each time. */
  private static void settle() throws InterruptedException {
    Thread.sleep(120);
  }
}
