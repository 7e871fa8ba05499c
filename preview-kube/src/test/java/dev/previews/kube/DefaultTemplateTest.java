package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.environment.EnvironmentId;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.spi.MachineSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The objects of the template that is taken when none is given. */
class DefaultTemplateTest {
  private String help = "--default-network-opt mapmap  Default network options";
  @TempDir Path directory;

  private static List<KubeObject> objects(Kube kube) {
    List<String> notices = new ArrayList<>();
    MachineSpec spec = MachineSpec.of(EnvironmentId.of("demo"), "alice");
    List<KubeObject> objects = kube.settings().template().render(spec, "ns", notices::add);
    assertThat(notices).isEmpty();
    return objects;
  }

  private static KubeObject set(Kube kube) {
    return objects(kube).stream()
        .filter(it -> it.kind().equals("StatefulSet"))
        .findFirst()
        .orElseThrow();
  }

  private static KubeObject container(Kube kube) {
    List<KubeObject> containers = set(kube).objects("spec", "template", "spec", "containers");
    assertThat(containers).hasSize(1);
    return containers.get(0);
  }

  private static KubeObject claim(Kube kube) {
    List<KubeObject> claims = set(kube).objects("spec", "volumeClaimTemplates");
    assertThat(claims).hasSize(1);
    return claims.get(0);
  }

  private static List<String> texts(KubeObject object, String... path) {
    assertThat(object.at(path)).as(String.join(".", path)).get().isInstanceOf(List.class);
    return ((List<?>) object.at(path).orElseThrow()).stream().map(Object::toString).toList();
  }

  @Test
  void itIsOneStatefulSetAndItsHeadlessService() {
    List<KubeObject> objects = objects(Kube.kube());
    assertThat(objects)
        .extracting(it -> it + " in " + it.namespace())
        .containsExactlyInAnyOrder(
            "Service 'preview-demo' in ns", "StatefulSet 'preview-demo' in ns");
    KubeObject service = objects.get(0).kind().equals("Service") ? objects.get(0) : objects.get(1);
    KubeObject set = set(Kube.kube());
    assertThat(service.text("spec", "clusterIP")).isEqualTo("None");
    assertThat(service.at("spec", "ports")).isEmpty();
    assertThat(service.texts("spec", "selector"))
        .isEqualTo(set.texts("spec", "selector", "matchLabels"))
        .isEqualTo(set.texts("spec", "template", "metadata", "labels"));
    assertThat(set.text("spec", "serviceName")).isEqualTo(service.name());
    assertThat(set.text("spec", "replicas")).isEqualTo("1");
    assertThat(set.labels()).containsEntry("app.kubernetes.io/component", "docker-host");
  }

  @Test
  void thePodKnowsNothingOfItsCluster() {
    KubeObject set = set(Kube.kube());
    assertThat(set.at("spec", "template", "spec", "automountServiceAccountToken")).contains(false);
    assertThat(set.at("spec", "template", "spec", "enableServiceLinks")).contains(false);
    assertThat(set.at("spec", "template", "spec", "hostNetwork")).isEmpty();
    assertThat(container(Kube.kube()).at("ports")).isEmpty();
  }

  @Test
  void readyIsAnEngineThatAnswersInsideThePod() {
    for (String probe : List.of("startupProbe", "readinessProbe")) {
      List<String> command = texts(container(Kube.kube()), probe, "exec", "command");
      assertThat(command).hasSize(3).startsWith("sh", "-c");
      assertThat(command.get(2)).contains("http://127.0.0.1:2375/_ping").contains("docker version");
    }
    assertThat(container(Kube.kube()).at("livenessProbe")).as("nothing restarts it").isEmpty();
  }

  @Test
  void itRequestsLittleAndHasNoLimit() {
    KubeObject usual = container(Kube.kube());
    assertThat(usual.texts("resources", "requests"))
        .isEqualTo(Map.of("cpu", "50m", "memory", "128Mi"));
    assertThat(usual.at("resources", "limits")).isEmpty();
    KubeObject larger = container(Kube.kube().requests("1", "2Gi"));
    assertThat(larger.texts("resources", "requests"))
        .isEqualTo(Map.of("cpu", "1", "memory", "2Gi"));
    assertThat(larger.at("resources", "limits")).isEmpty();
  }

  @Test
  void theImageAndItsReplacementAreTaken() {
    assertThat(container(Kube.kube()).text("image")).isEqualTo("docker:28-dind");
    assertThat(container(Kube.kube().image("own:1")).text("image")).isEqualTo("own:1");
    assertThat(container(Kube.kube().image("own:1").imageMap("own:1", "far/own:1")).text("image"))
        .isEqualTo("far/own:1");
  }

  @Test
  void theVolumeIsOfTheClassAndSizeThatAreSaid() {
    KubeObject usual = claim(Kube.kube());
    assertThat(usual.at("spec", "storageClassName")).as("the cluster's own").isEmpty();
    assertThat(usual.text("spec", "resources", "requests", "storage")).isEqualTo("10Gi");
    KubeObject said = claim(Kube.kube().storageClass("fast").storageSize("3Gi"));
    assertThat(said.text("spec", "storageClassName")).isEqualTo("fast");
    assertThat(said.text("spec", "resources", "requests", "storage")).isEqualTo("3Gi");
    List<KubeObject> mounts = container(Kube.kube()).objects("volumeMounts");
    assertThat(mounts)
        .extracting(it -> it.text("name") + " at " + it.text("mountPath"))
        .containsExactly(said.name() + " at /var/lib/docker");
  }

  @Test
  void theEngineListensInsideThePodAlone() throws Exception {
    List<String> engine = engine(Kube.kube(), "eth7", 1372);
    assertThat(engine)
        .filteredOn(it -> it.startsWith("--host") || it.startsWith("-H"))
        .containsExactlyInAnyOrder(
            "--host=unix:///var/run/docker.sock", "--host=tcp://127.0.0.1:2375");
    assertThat(engine).noneMatch(it -> it.startsWith("--registry-mirror"));
  }

  @Test
  void theBridgeTakesWhatThePodsOwnInterfaceTakes() throws Exception {
    assertThat(engine(Kube.kube(), "eth7", 1372)).contains("--mtu=1372");
    assertThat(engine(Kube.kube(), "eth7", 9000)).contains("--mtu=9000");
    assertThat(engine(Kube.kube(), "unknown", 9000)).contains("--mtu=1400");
  }

  /** An engine's {@code --mtu} is of its default bridge alone. */
  @Test
  void soDoComposesNetworksWhereTheEngineKnowsHow() throws Exception {
    assertThat(engine(Kube.kube(), "eth7", 1372))
        .contains("--default-network-opt=bridge=com.docker.network.driver.mtu=1372");
    assertThat(engine(Kube.kube(), "eth7", 1500)).noneMatch(it -> it.contains("network-opt"));
    help = "--mtu int  MTU of the default bridge";
    assertThat(engine(Kube.kube(), "eth7", 1372))
        .contains("--mtu=1372")
        .noneMatch(it -> it.contains("network-opt"));
  }

  @Test
  void theEngineIsToldOfAllMirrors() throws Exception {
    Kube kube = Kube.kube().registryMirror("http://a:1").registryMirror("http://b:2");
    assertThat(engine(kube, "eth7", 1372))
        .contains("--registry-mirror=http://a:1", "--registry-mirror=http://b:2");
  }

  /** What the container's command runs, in a Pod whose default route leads through a device. */
  private List<String> engine(Kube kube, String device, int mtu) throws Exception {
    List<String> command = texts(container(kube), "command");
    assertThat(command).startsWith("sh", "-c");
    Path routes =
        Files.writeString(
            directory.resolve("route"),
            "Iface Destination Gateway\neth0 0000A8C0 00000000\n"
                + device
                + " 00000000 0100A8C0\n");
    mtu("eth0", 65000);
    mtu("eth7", mtu);
    Path programs = Files.createDirectories(directory.resolve("bin"));
    program(
        programs,
        "dockerd",
        """
        #!/bin/sh
        if [ "$*" = --help ]; then echo '%s'; else printf '%%s\\n' "$@"; fi
        """
            .formatted(help));
    String script = command.get(2);
    String here =
        script
            .replaceAll("(?m)^rm -f .*$", "") // these are not this machine's to lose
            .replace("/proc/net/route", routes.toString())
            .replace("/sys/class/net", directory.resolve("net").toString());
    assertThat(here).doesNotContain("rm -f", "/proc/", "/sys/");
    List<String> argv = new ArrayList<>(List.of("sh", "-c", here));
    argv.addAll(command.subList(3, command.size()));
    ProcessBuilder builder = new ProcessBuilder(argv).redirectErrorStream(true);
    builder.environment().put("PATH", programs + ":/usr/bin:/bin");
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said.lines().toList();
  }

  private void mtu(String device, int bytes) throws IOException {
    Path folder = Files.createDirectories(directory.resolve("net").resolve(device));
    Files.writeString(folder.resolve("mtu"), bytes + "\n");
  }

  private static void program(Path folder, String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
