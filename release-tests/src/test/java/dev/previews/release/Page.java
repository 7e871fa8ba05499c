package dev.previews.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page of the documentation, with its fenced blocks. */
record Page(Path file, List<Block> blocks) {
  private static final Pattern FENCED = Pattern.compile("(?ms)^```(\\w*)\n(.*?)^```$");

  /** A fenced block. */
  record Block(String language, String text) {}

  static Page of(String file) throws IOException {
    Path path = Command.root().resolve(file);
    List<Block> blocks = new ArrayList<>();
    FENCED
        .matcher(Files.readString(path))
        .results()
        .forEach(it -> blocks.add(new Block(it.group(1), it.group(2))));
    return new Page(path, blocks);
  }

  static List<Page> all() throws IOException {
    List<Page> pages = new ArrayList<>();
    for (String file : List.of("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")) {
      pages.add(of(file));
    }
    try (Stream<Path> docs = Files.list(Command.root().resolve("docs"))) {
      for (Path file : docs.filter(it -> it.toString().endsWith(".md")).sorted().toList()) {
        pages.add(of("docs/" + file.getFileName()));
      }
    }
    return pages;
  }

  String name() {
    return Command.root().relativize(file).toString();
  }

  List<String> blocks(String language) {
    return blocks.stream().filter(it -> it.language().equals(language)).map(Block::text).toList();
  }
}
