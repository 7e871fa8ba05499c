package dev.previews;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Output of which every byte is a use. */
final class UsedOutput extends FilterOutputStream {
  private final LastUse use;

  UsedOutput(OutputStream output, LastUse use) {
    super(output);
    this.use = use;
  }

  @Override
  public void write(int value) throws IOException {
    out.write(value);
    use.note();
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
    use.note();
  }
}
