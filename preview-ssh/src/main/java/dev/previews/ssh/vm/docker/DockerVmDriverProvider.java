package dev.previews.ssh.vm.docker;

import dev.previews.error.InvalidInputException;
import dev.previews.spi.DriverConfig;
import dev.previews.spi.DriverProvider;
import dev.previews.ssh.vm.Vms;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The docker-vm driver by name: {@code docker-vm://?image=…}, with {@code memory} in bytes, {@code
 * snapshots=true} and, as often as is wanted, {@code customise=<shell script>}.
 */
public final class DockerVmDriverProvider implements DriverProvider {
  /** For {@link java.util.ServiceLoader}. */
  public DockerVmDriverProvider() {}

  @Override
  public String scheme() {
    return "docker-vm";
  }

  @Override
  public DriverConfig parse(URI address) {
    if (!address.toString().matches("docker-vm:(//)?\\?[^?]+")) {
      throw wrong(address, "write docker-vm://?image=…");
    }
    String image = "";
    String memory = "";
    boolean snapshots = false;
    List<String> scripts = new ArrayList<>();
    String query = address.toString().substring(address.toString().indexOf('?') + 1);
    for (String part : query.split("&", -1)) {
      int equals = part.indexOf('=');
      String key = equals < 0 ? part : part.substring(0, equals);
      String value = equals < 0 ? "" : decode(part.substring(equals + 1));
      switch (key) {
        case "image" -> image = value;
        case "memory" -> memory = value;
        case "snapshots" -> snapshots = isTrue(address, value);
        case "customise" -> scripts.add(value);
        default ->
            throw wrong(address, "'" + key + "' is none of image, memory, snapshots and customise");
      }
    }
    return vms(machine(address, image, memory), scripts, snapshots);
  }

  private static DockerVm machine(URI address, String image, String memory) {
    if (!memory.matches("[0-9]{0,15}")) {
      throw wrong(address, "memory is a number of bytes, and not '" + memory + "'");
    }
    DockerVm machine = DockerVm.dockerVm(image);
    return memory.isEmpty() ? machine : machine.memory(Long.parseLong(memory));
  }

  private static Vms vms(DockerVm machine, List<String> scripts, boolean snapshots) {
    Vms vms = machine.machines();
    for (String script : scripts) {
      vms = vms.customise(script);
    }
    return snapshots ? vms.snapshots() : vms;
  }

  private static boolean isTrue(URI address, String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(address, "'" + value + "' is neither true nor false");
    };
  }

  /** Unlike in a form, '+' means itself. */
  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static InvalidInputException wrong(URI address, String why) {
    return new InvalidInputException("the driver address '" + address + "' is wrong: " + why);
  }
}
