package dev.previews.junit.elsewhere;

import dev.previews.Preview;
import dev.previews.junit.PreviewEnvironment;
import dev.previews.junit.Samples;
import dev.previews.junit.Share;
import org.junit.jupiter.api.Test;

/** Asks for the same as two classes of another package. */
@PreviewEnvironment(compose = "environment.yaml", share = Share.PACKAGE)
public class InAnotherPackage {
  @Test
  void notes(Preview preview) {
    Samples.note(preview);
  }
}
