package dev.previews.environment;

import dev.previews.error.InvalidInputException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The text from which a driver makes the objects of a machine.
 *
 * @param name where it comes from, for messages: a file name
 * @param text the template, not rendered
 */
public record Template(String name, String text) {
  /**
   * Reads a template file, as UTF-8.
   *
   * @throws InvalidInputException when it cannot be read
   */
  public static Template read(Path file) {
    try {
      return new Template(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
    } catch (CharacterCodingException e) {
      throw new InvalidInputException("the template " + file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new InvalidInputException("the template " + file + " cannot be read: " + e, e);
    }
  }

  /** The name alone. */
  @Override
  public String toString() {
    return name;
  }
}
