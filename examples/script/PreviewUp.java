///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS dev.previews:preview-docker:0.1.0-SNAPSHOT

import dev.previews.ConsoleProgress;
import dev.previews.Preview;
import dev.previews.Previews;
import java.nio.file.Path;

/** Brings a Compose project up under an id: {@code PreviewUp.java compose.yaml demo}. It stays up; its URLs answer until Enter. */
public class PreviewUp {
  public static void main(String[] arguments) throws Exception {
    Previews previews = Previews.builder().id(arguments[1]).progress(ConsoleProgress.create()).build();
    try (Preview preview = previews.up(Path.of(arguments[0]))) {
      preview.services().forEach(System.out::println);
      System.in.read();
    }
  }
}
