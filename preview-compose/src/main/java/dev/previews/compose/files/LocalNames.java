package dev.previews.compose.files;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds names that this JVM cannot read as text: it would ask for, and send, other names. */
final class LocalNames {
  private static final String ENCODING = System.getProperty("sun.jnu.encoding", "UTF-8");

  private LocalNames() {}

  /** What is wrong with a name; null when nothing is. */
  static @Nullable String problem(Path name) {
    if (name.getFileSystem().getSeparator().equals("\\")) {
      return null;
    }
    String text = name.toString();
    boolean unicode = isUtf8();
    if (survives(name, text) && (unicode || isAscii(text))) {
      return null;
    }
    return unicode
        ? "its name is not valid UTF-8"
        : "its name cannot be read with the encoding "
            + ENCODING
            + "; start the JVM with LC_ALL=C.UTF-8";
  }

  private static boolean survives(Path name, String text) {
    try {
      FileSystem fileSystem = name.getFileSystem();
      return fileSystem.getPath(text).equals(name);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static boolean isUtf8() {
    return Charset.isSupported(ENCODING)
        && Charset.forName(ENCODING).equals(StandardCharsets.UTF_8);
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(character -> character < 128);
  }
}
