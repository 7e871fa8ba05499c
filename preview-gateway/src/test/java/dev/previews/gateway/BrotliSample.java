package dev.previews.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What Debian's brotli made of a text, by the command that is beside each. */
public enum BrotliSample {
  /** {@code printf '<html><head></head>p</html>' | brotli}. */
  PAGE {
    @Override
    public byte[] compressed() {
      return Base64.getDecoder().decode("Dw2APGh0bWw+PGhlYWQ+PC9oZWFkPnA8L2h0bWw+Aw==");
    }

    @Override
    public byte[] text() {
      return "<html><head></head>p</html>".getBytes(StandardCharsets.US_ASCII);
    }
  },

  /** {@code seq 1 20000 | brotli}. */
  NUMBERS {
    @Override
    public byte[] compressed() {
      return resource("numbers.br");
    }

    @Override
    public byte[] text() {
      return IntStream.rangeClosed(1, 20_000)
          .mapToObj(it -> it + "\n")
          .collect(Collectors.joining())
          .getBytes(StandardCharsets.US_ASCII);
    }
  },

  /** {@code (printf '<html><head></head>'; head -c 1G /dev/zero) | brotli -q 9 -w 24}. */
  BOMB {
    @Override
    public byte[] compressed() {
      return resource("bomb.br");
    }

    @Override
    public byte[] text() {
      throw new UnsupportedOperationException("1 GiB");
    }
  };

  /** As it comes from a service. */
  public abstract byte[] compressed();

  /** As it was before. */
  public abstract byte[] text();

  private static byte[] resource(String name) {
    try (InputStream in = BrotliSample.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
